/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 *      0           ELF header and program headers, of 64 bits
 *      SHIFT       the whole file as it is
 *      end         the symbols, and the section headers, of 64 bits
 */
#include "wide_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_file.h"

#define SHIFT        0x1000
#define HEADERS_MAX  ((SHIFT - sizeof(Elf64_Ehdr)) / sizeof(Elf64_Phdr))
#define SECTIONS_MAX 4096
#define FILE_MAX     (64 << 20)
#define PIECE        0x10000

struct copy {
    struct elf_file from;
    int fd;
    Elf64_Off end; /* where the next thing goes */
};

static struct error *put(int fd, const void *bytes, size_t length, Elf64_Off at)
{
    ssize_t put = pwrite(fd, bytes, length, (off_t)at);

    return put == (ssize_t)length ? NULL : error_errno(put < 0 ? errno : ENOSPC, "file for gdb");
}

static struct error *copy_bytes(struct copy *copy)
{
    static char bytes[PIECE];
    struct error *err = NULL;
    Elf64_Off at = 0;
    ssize_t got;

    while (!err && (got = pread(copy->from.fd, bytes, sizeof(bytes), (off_t)at)) > 0) {
        err = at > FILE_MAX ? error_new(ERROR_INPUT, "more than %d bytes", FILE_MAX)
                            : put(copy->fd, bytes, (size_t)got, SHIFT + at);
        at += (Elf64_Off)got;
    }
    copy->end = (SHIFT + at + 15) & ~(Elf64_Off)15;
    return err;
}

static struct error *copy_symbols(struct copy *copy, Elf_Scn *section, Elf64_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;
    Elf64_Sym *symbols = calloc(count + 1, sizeof(*symbols));

    if (!symbols)
        return error_errno(ENOMEM, "symbols");
    for (size_t i = 0; i < count; i++)
        gelf_getsym(data, (int)i, &symbols[i]);
    header->sh_entsize = sizeof(*symbols);
    header->sh_addralign = sizeof(uint64_t);
    header->sh_size = count * sizeof(*symbols);
    header->sh_offset = copy->end;
    struct error *err = put(copy->fd, symbols, header->sh_size, header->sh_offset);
    copy->end += header->sh_size;
    free(symbols);
    return err;
}

/*
 * Registers have other numbers in DWARF of 64 bits: with these rules gdb would unwind nonsense. And
 * what ld --emit-relocs left are entries of another form, which nobody needs of a linked file.
 */
static bool misleads(const struct copy *copy, const Elf64_Shdr *header, size_t names)
{
    const char *name = elf_strptr(copy->from.elf, names, header->sh_name);

    if (header->sh_type == SHT_REL || header->sh_type == SHT_RELA)
        return true;
    return name && (strcmp(name, ".debug_frame") == 0 || strcmp(name, ".eh_frame") == 0);
}

static struct error *copy_sections(struct copy *copy, Elf64_Ehdr *ret)
{
    Elf64_Shdr *headers = calloc(SECTIONS_MAX, sizeof(*headers));
    struct error *err = headers ? NULL : error_errno(ENOMEM, "section headers");
    size_t count = 1, names = 0;

    if (!err && elf_getshdrstrndx(copy->from.elf, &names) != 0)
        err = elf_error("section names");
    for (Elf_Scn *at = NULL; !err && (at = elf_nextscn(copy->from.elf, at)); count++) {
        if (count == SECTIONS_MAX || !gelf_getshdr(at, &headers[count])) {
            err = error_new(ERROR_INPUT, "section %zu: more than %d, or malformed", count,
                            SECTIONS_MAX);
            break;
        }
        if (misleads(copy, &headers[count], names))
            headers[count].sh_type = SHT_NULL;
        if (headers[count].sh_type == SHT_SYMTAB)
            err = copy_symbols(copy, at, &headers[count]);
        else
            headers[count].sh_offset += SHIFT;
    }
    ret->e_shoff = copy->end;
    ret->e_shnum = (Elf64_Half)count;
    ret->e_shentsize = sizeof(*headers);
    if (!err)
        err = put(copy->fd, headers, count * sizeof(*headers), ret->e_shoff);
    free(headers);
    return err;
}

static struct error *copy_headers(struct copy *copy)
{
    Elf64_Ehdr header = copy->from.header;
    struct error *err = copy_sections(copy, &header);

    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = EM_X86_64;
    header.e_phoff = header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    if (!err && header.e_phnum > HEADERS_MAX)
        err = error_new(ERROR_INPUT, "more than %zu program headers", HEADERS_MAX);
    for (int i = 0; !err && i < header.e_phnum; i++) {
        Elf64_Phdr segment;

        if (!gelf_getphdr(copy->from.elf, i, &segment))
            return elf_error("program header %d", i);
        segment.p_offset += SHIFT;
        err = put(copy->fd, &segment, sizeof(segment),
                  header.e_phoff + (Elf64_Off)i * sizeof(segment));
    }
    return err ? err : put(copy->fd, &header, sizeof(header), 0);
}

struct error *wide_file_make(const char *path, int *ret_fd)
{
    struct copy copy = {.fd = -1};
    struct error *err = elf_file_open(path, &copy.from);

    *ret_fd = -1;
    if (err)
        return error_context(err, "%s", path);
    if (copy.from.header.e_ident[EI_CLASS] == ELFCLASS32) {
        copy.fd = memfd_create("bootscope-wide", MFD_CLOEXEC);
        err = copy.fd < 0 ? error_errno(errno, "file for gdb") : copy_bytes(&copy);
        if (!err)
            err = copy_headers(&copy);
    }
    elf_file_close(&copy.from);
    if (err && copy.fd >= 0)
        close(copy.fd);
    else
        *ret_fd = copy.fd;
    return err ? error_context(err, "%s", path) : NULL;
}
