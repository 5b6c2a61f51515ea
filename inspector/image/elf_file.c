/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct error *elf_error(const char *format, ...)
{
    char *what;
    const char *why = elf_errmsg(-1);
    va_list args;

    va_start(args, format);
    if (vasprintf(&what, format, args) < 0)
        abort();
    va_end(args);
    struct error *err = error_new(ERROR_INPUT, "%s: %s", what, why ? why : "truncated");
    free(what);
    return err;
}

static const char *file_type(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

static struct error *check_regular(const struct stat *status)
{
    if (!S_ISREG(status->st_mode))
        return error_new(ERROR_INPUT, "is %s, not a file", file_type(status->st_mode));
    if (status->st_size == 0)
        return error_new(ERROR_INPUT, "is empty");
    return NULL;
}

/* A socket cannot be opened at all, nor some devices: what it is says more than the error number. */
static struct error *cannot_open(const char *path, int number)
{
    struct stat status;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return check_regular(&status);
    return error_new(ERROR_INPUT, "%s", strerror(number));
}

struct error *open_regular(const char *path, int *ret_fd, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0)
        return cannot_open(path, errno);
    struct error *err = fstat(fd, &status) < 0 ? error_errno(errno, "stat")
                                               : check_regular(&status);
    if (err) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    *ret_size = (size_t)status.st_size;
    return NULL;
}

bool build_id_in_notes(const void *notes, size_t size, char out[BUILD_ID_TEXT])
{
    Elf_Data data = {
        .d_buf = (void *)(uintptr_t)notes, .d_size = size, .d_type = ELF_T_NHDR, .d_align = 4};
    size_t at = 0, name, id;
    GElf_Nhdr note;

    out[0] = '\0';
    while (at < size && (at = gelf_getnote(&data, at, &note, &name, &id)) > 0) {
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(ELF_NOTE_GNU) ||
            memcmp((const char *)notes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) != 0)
            continue;
        if (note.n_descsz > (BUILD_ID_TEXT - 1) / 2)
            return false;
        for (size_t i = 0; i < note.n_descsz; i++)
            snprintf(out + 2 * i, 3, "%02x", ((const unsigned char *)notes)[id + i]);
        return note.n_descsz > 0;
    }
    return false;
}

static void find_build_id(struct elf_file *file)
{
    Elf_Scn *section = NULL;
    GElf_Shdr details;

    while ((section = elf_nextscn(file->elf, section))) {
        if (!gelf_getshdr(section, &details) || details.sh_type != SHT_NOTE)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        if (data && build_id_in_notes(data->d_buf, data->d_size, file->build_id))
            return;
    }
}

static struct error *check_elf(struct elf_file *file, size_t size)
{
    if (!file->elf || elf_kind(file->elf) != ELF_K_ELF)
        return error_new(ERROR_INPUT, "not an ELF file");
    if (!gelf_getehdr(file->elf, &file->header))
        return elf_error("not a whole ELF file");
    int class = file->header.e_ident[EI_CLASS];
    int machine = file->header.e_machine;
    if (!(class == ELFCLASS64 && machine == EM_X86_64) &&
        !(class == ELFCLASS32 && machine == EM_386))
        return error_new(ERROR_INPUT, "an ELF for machine %d, not for x86", machine);
    if (file->header.e_shoff >= size)
        return error_new(ERROR_INPUT, "truncated: its section headers are at %zu of %zu bytes",
                         (size_t)file->header.e_shoff, size);
    return NULL;
}

struct error *elf_file_open(const char *path, struct elf_file *ret)
{
    struct elf_file file = {.fd = -1};
    size_t size;
    struct error *err = open_regular(path, &file.fd, &size);

    if (err)
        return err;
    elf_version(EV_CURRENT);
    file.elf = elf_begin(file.fd, ELF_C_READ_MMAP, NULL);
    err = check_elf(&file, size);
    if (err) {
        elf_file_close(&file);
        return err;
    }
    find_build_id(&file);
    *ret = file;
    return NULL;
}

void elf_file_close(struct elf_file *file)
{
    elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
}

Elf_Scn *elf_file_section(const struct elf_file *file, const char *name, GElf_Shdr *ret)
{
    Elf_Scn *section = NULL;
    size_t names;

    if (elf_getshdrstrndx(file->elf, &names) != 0)
        return NULL;
    while ((section = elf_nextscn(file->elf, section))) {
        if (!gelf_getshdr(section, ret))
            continue;
        const char *found = elf_strptr(file->elf, names, ret->sh_name);
        if (found && strcmp(found, name) == 0)
            return section;
    }
    return NULL;
}
