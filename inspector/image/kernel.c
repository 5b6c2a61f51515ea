/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

#include <gelf.h>
#include <inttypes.h>
#include <string.h>

#include "elf_file.h"

/* [offset, offset + length) lies in a file of size bytes, whatever the numbers are. */
static bool inside(uint64_t offset, uint64_t length, size_t size)
{
    return offset <= size && length <= size - offset;
}

static void raise_to(size_t *end, uint64_t value)
{
    if (value > *end)
        *end = (size_t)value;
}

static bool is_narrow(const GElf_Ehdr *header)
{
    return header->e_ident[EI_CLASS] == ELFCLASS32;
}

static struct error *check_header(const GElf_Ehdr *header)
{
    if (header->e_machine != (is_narrow(header) ? EM_386 : EM_X86_64))
        return error_new(ERROR_INPUT,
                         "unpacks to an ELF for machine %u, class %u: neither x86-64 nor i386",
                         header->e_machine, header->e_ident[EI_CLASS]);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return error_new(ERROR_INPUT, "unpacks to an ELF of type %u: not an executable",
                         header->e_type);
    return NULL;
}

static struct error *add_segment(const GElf_Phdr *header, struct kernel *kernel)
{
    unsigned int index = kernel->segment_count;

    if (!inside(header->p_offset, header->p_filesz, kernel->size))
        return error_new(ERROR_INPUT,
                         "segment %u: [0x%" PRIx64 ", +0x%" PRIx64 ") is outside the payload's "
                         "%zu bytes",
                         index, header->p_offset, header->p_filesz, kernel->size);
    if (header->p_type == PT_LOAD && header->p_memsz < header->p_filesz)
        return error_new(ERROR_INPUT,
                         "segment %u: size 0x%" PRIx64 " in memory, 0x%" PRIx64 " in the file",
                         index, header->p_memsz, header->p_filesz);
    if (header->p_paddr + header->p_memsz < header->p_paddr)
        return error_new(ERROR_INPUT, "segment %u: 0x%" PRIx64 " + 0x%" PRIx64 " overflows", index,
                         header->p_paddr, header->p_memsz);
    kernel->segments[kernel->segment_count++] = (struct kernel_segment){
        .type = header->p_type,
        .flags = header->p_flags,
        .offset = header->p_offset,
        .vaddr = header->p_vaddr,
        .paddr = header->p_paddr,
        .filesz = header->p_filesz,
        .memsz = header->p_memsz,
        .align = header->p_align,
    };
    return NULL;
}

static struct error *read_segments(Elf *elf, const GElf_Ehdr *header, struct kernel *kernel,
                                   size_t *end)
{
    size_t each = is_narrow(header) ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
    size_t count, loads = 0;
    GElf_Phdr segment;

    if (elf_getphdrnum(elf, &count) != 0 || !inside(header->e_phoff, count * each, kernel->size))
        return error_new(ERROR_INPUT, "program headers at 0x%" PRIx64 " are outside the payload",
                         header->e_phoff);
    if (count > KERNEL_SEGMENTS_MAX)
        return error_new(ERROR_INPUT, "%zu program headers: more than %d", count,
                         KERNEL_SEGMENTS_MAX);
    raise_to(end, header->e_phoff + count * each);
    for (size_t i = 0; i < count; i++) {
        if (!gelf_getphdr(elf, (int)i, &segment))
            return elf_error("program header %zu", i);
        struct error *err = add_segment(&segment, kernel);
        if (err)
            return err;
        raise_to(end, segment.p_offset + segment.p_filesz);
        loads += segment.p_type == PT_LOAD;
    }
    if (loads == 0)
        return error_new(ERROR_INPUT, "no PT_LOAD in the payload's ELF");
    return NULL;
}

/* Sections matter only for where the ELF ends: the relocation table begins there. */
static struct error *pass_sections(Elf *elf, const GElf_Ehdr *header, size_t size, size_t *end)
{
    size_t each = is_narrow(header) ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);
    Elf_Scn *section = NULL;
    GElf_Shdr details;
    size_t count;

    if (elf_getshdrnum(elf, &count) != 0 || !inside(header->e_shoff, count * each, size))
        return error_new(ERROR_INPUT, "section headers at 0x%" PRIx64 " are outside the payload",
                         header->e_shoff);
    if (count)
        raise_to(end, header->e_shoff + count * each);
    while ((section = elf_nextscn(elf, section))) {
        if (!gelf_getshdr(section, &details))
            return elf_error("section %zu", elf_ndxscn(section));
        if (details.sh_type == SHT_NOBITS || details.sh_type == SHT_NULL)
            continue;
        if (!inside(details.sh_offset, details.sh_size, size))
            return error_new(ERROR_INPUT,
                             "section %zu: [0x%" PRIx64 ", +0x%" PRIx64 ") is outside the payload",
                             elf_ndxscn(section), details.sh_offset, details.sh_size);
        raise_to(end, details.sh_offset + details.sh_size);
    }
    return NULL;
}

/* What stands at the beginning; *end is where that ends. */
static struct error *parse_beginning(Elf *elf, struct kernel *kernel, GElf_Ehdr *header,
                                     size_t *end)
{
    if (!gelf_getehdr(elf, header))
        return elf_error("unpacks to something that is no whole ELF");
    *end = is_narrow(header) ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
    kernel->bits = is_narrow(header) ? 32 : 64;
    kernel->entry = header->e_entry;
    struct error *err = check_header(header);
    return err ? err : read_segments(elf, header, kernel, end);
}

static struct error *parse(Elf *elf, struct kernel *kernel)
{
    GElf_Ehdr header;
    size_t end;
    struct error *err = parse_beginning(elf, kernel, &header, &end);

    if (!err)
        err = pass_sections(elf, &header, kernel->size, &end);
    return err ? err : kernel_parse_relocs(end, kernel);
}

static struct error *open_elf(const uint8_t *bytes, size_t size, Elf **ret)
{
    if (size < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return error_new(ERROR_INPUT, "unpacks to %zu bytes that are no ELF", size);
    elf_version(EV_CURRENT);
    /* libelf's interface is not const; opened like this it only reads. */
    Elf *elf = elf_memory((char *)(uintptr_t)bytes, size);
    if (!elf)
        return elf_error("unpacks to something that is no ELF");
    *ret = elf;
    return NULL;
}

struct error *kernel_parse(const uint8_t *bytes, size_t size, struct kernel *ret)
{
    struct kernel kernel = {.bytes = bytes, .size = size};
    Elf *elf;
    struct error *err = open_elf(bytes, size, &elf);

    if (err)
        return err;
    err = parse(elf, &kernel);
    elf_end(elf);
    if (!err)
        *ret = kernel;
    return err;
}

struct error *kernel_parse_beginning(const uint8_t *bytes, size_t length, size_t size,
                                     struct kernel *ret)
{
    struct kernel kernel = {.size = size};
    GElf_Ehdr header;
    size_t end;
    Elf *elf;
    struct error *err = open_elf(bytes, length, &elf);

    if (err)
        return err;
    err = parse_beginning(elf, &kernel, &header, &end);
    elf_end(elf);
    if (!err)
        *ret = kernel;
    return err;
}
