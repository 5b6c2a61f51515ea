/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loadelf.c: from a file to a program.
 *
 * What for:   what was inflated is vmlinux, an ELF file. Its program headers say which part of the
 *             file belongs where in memory.
 * Handed:     the file at output, the relocation table behind it.
 * Leaves:     each PT_LOAD at output + (p_paddr - load_physical_addr). .bss is left alone: the
 *             kernel clears it.
 * If skipped: the first instruction of the kernel would be read from the ELF header.
 *
 * File and program share one buffer. p_offset of the first segment is 2 MiB in a usual kernel, so
 * that all segments move down, and in file order the gap never closes:
 *
 *      before    | ELF hdr |      | text ........ | rodata ... | data ... | table
 *                                /               /            /
 *      moves              /-----'         /-----'      /-----'
 *                        /               /            /
 *      after     | text ........ | rodata ... | data ... |  (leftovers)   | table
 *                ^
 *              output
 *
 * The first move destroys the headers: they are copied out before. And a file with another layout
 * could have a segment land where a later one is still to be fetched from. So all of it is checked
 * first, and nothing is moved unless everything can be.
 */
#include "loadelf.h"

#include <elf.h>
#include <stdbool.h>

#include "heap.h"
#include "kaslr.h"
#include "stub_string.h"

/* A PT_LOAD in offsets from output. */
struct segment {
    uint64_t from, to; /* first byte in the file, and where it goes */
    uint64_t size;     /* of the part that is in the file */
};

static bool overlaps(uint64_t one, uint64_t one_size, uint64_t two, uint64_t two_size)
{
    return one < two + two_size && two < one + one_size && one_size && two_size;
}

static const struct boot_error *check_header(const Elf64_Ehdr *ehdr, uint64_t file_size)
{
    if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG))
        return boot_error("kernel is not a valid ELF file: starts with %#lx %#lx %#lx %#lx",
                          (unsigned long)ehdr->e_ident[0], (unsigned long)ehdr->e_ident[1],
                          (unsigned long)ehdr->e_ident[2], (unsigned long)ehdr->e_ident[3]);
    if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
        ehdr->e_machine != EM_X86_64)
        return boot_error("kernel ELF is not for x86-64: class %lu, data %lu, machine %lu",
                          (unsigned long)ehdr->e_ident[EI_CLASS],
                          (unsigned long)ehdr->e_ident[EI_DATA], (unsigned long)ehdr->e_machine);
    if (ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phoff > file_size ||
        ehdr->e_phnum > (file_size - ehdr->e_phoff) / sizeof(Elf64_Phdr))
        return boot_error("kernel ELF: %lu program headers of %lu bytes at %#lx, file ends at %#lx",
                          (unsigned long)ehdr->e_phnum, (unsigned long)ehdr->e_phentsize,
                          ehdr->e_phoff, file_size);
    return NULL;
}

/* Does one PT_LOAD fit both sides of its move? */
static const struct boot_error *check_segment(const Elf64_Phdr *phdr, unsigned long number,
                                              const struct elf_buffer *buffer)
{
    uint64_t to = phdr->p_paddr - buffer->load_physical_addr;

    if (phdr->p_align % MIN_KERNEL_ALIGN)
        return boot_error("kernel ELF: PT_LOAD %lu is misaligned: p_align %#lx, not a multiple "
                          "of %#lx",
                          number, phdr->p_align, (unsigned long)MIN_KERNEL_ALIGN);
    if (phdr->p_memsz < phdr->p_filesz)
        return boot_error("kernel ELF: PT_LOAD %lu has p_filesz %#lx but p_memsz %#lx", number,
                          phdr->p_filesz, phdr->p_memsz);
    if (phdr->p_offset > buffer->file_size || phdr->p_filesz > buffer->file_size - phdr->p_offset)
        return boot_error("kernel ELF: PT_LOAD %lu is outside of the file: %#lx bytes at %#lx, "
                          "file ends at %#lx",
                          number, phdr->p_filesz, phdr->p_offset, buffer->file_size);
    if (phdr->p_paddr < buffer->load_physical_addr || to > buffer->size ||
        phdr->p_memsz > buffer->size - to)
        return boot_error("kernel ELF: PT_LOAD %lu is outside of the output: %#lx bytes at %#lx, "
                          "output is %#lx bytes at %#lx",
                          number, phdr->p_memsz, phdr->p_paddr, buffer->size,
                          buffer->load_physical_addr);
    return NULL;
}

static struct segment to_segment(const Elf64_Phdr *phdr, const struct elf_buffer *buffer)
{
    return (struct segment){phdr->p_offset, phdr->p_paddr - buffer->load_physical_addr,
                            phdr->p_filesz};
}

/*
 * What the move of segment i would destroy: a source that is needed later, a segment that is
 * already in place (or will be), or what lies between the file's end and the buffer's.
 */
static const struct boot_error *check_order(const Elf64_Phdr *phdrs, unsigned int count,
                                            unsigned int i, const struct elf_buffer *buffer)
{
    struct segment one = to_segment(&phdrs[i], buffer);

    if (overlaps(one.to, one.size, buffer->file_size, buffer->output_len - buffer->file_size))
        return boot_error("kernel ELF: PT_LOAD %lu would overwrite the relocation table at %#lx",
                          (unsigned long)i, buffer->file_size);
    for (unsigned int j = i + 1; j < count; j++) {
        struct segment two = to_segment(&phdrs[j], buffer);

        if (phdrs[j].p_type != PT_LOAD)
            continue;
        if (overlaps(one.to, one.size, two.from, two.size) ||
            overlaps(one.to, one.size, two.to, two.size))
            return boot_error("kernel ELF: PT_LOAD %lu at %#lx would overwrite PT_LOAD %lu",
                              (unsigned long)i, phdrs[i].p_paddr, (unsigned long)j);
    }
    return NULL;
}

/* The jump at the end goes to output + entry: code must be there. */
static const struct boot_error *check_entry(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdrs,
                                            const struct elf_buffer *buffer, uint64_t *ret)
{
    for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
        uint64_t offset = ehdr->e_entry - phdrs[i].p_paddr;

        if (phdrs[i].p_type != PT_LOAD || !(phdrs[i].p_flags & PF_X) ||
            ehdr->e_entry < phdrs[i].p_paddr || offset >= phdrs[i].p_filesz)
            continue;
        *ret = ehdr->e_entry - buffer->load_physical_addr;
        return NULL;
    }
    return boot_error("kernel ELF: entry %#lx is in no executable PT_LOAD", ehdr->e_entry);
}

/* Everything about the program headers; fills *ret. */
static const struct boot_error *check_segments(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdrs,
                                               const struct elf_buffer *buffer,
                                               struct loaded_elf *ret)
{
    const struct boot_error *error = NULL;

    *ret = (struct loaded_elf){0, 0, 0};
    for (unsigned int i = 0; i < ehdr->e_phnum && !error; i++) {
        struct segment segment = to_segment(&phdrs[i], buffer);

        if (phdrs[i].p_type != PT_LOAD)
            continue;
        error = check_segment(&phdrs[i], i, buffer);
        ret->segments++;
        if (!error && segment.to + segment.size > ret->image_len)
            ret->image_len = segment.to + segment.size;
    }
    for (unsigned int i = 0; i < ehdr->e_phnum && !error; i++)
        if (phdrs[i].p_type == PT_LOAD)
            error = check_order(phdrs, ehdr->e_phnum, i, buffer);
    return error ? error : check_entry(ehdr, phdrs, buffer, &ret->entry);
}

static void move_segments(unsigned char *output, const Elf64_Phdr *phdrs, unsigned int count,
                          const struct elf_buffer *buffer)
{
    for (unsigned int i = 0; i < count; i++) {
        struct segment segment = to_segment(&phdrs[i], buffer);

        if (phdrs[i].p_type == PT_LOAD && segment.size)
            memmove(output + segment.to, output + segment.from, segment.size);
    }
}

const struct boot_error *parse_elf(unsigned char *output, const struct elf_buffer *buffer,
                                   struct loaded_elf *ret)
{
    const struct boot_error *error;
    Elf64_Ehdr ehdr;
    Elf64_Phdr *phdrs;
    uint64_t size;

    if (buffer->file_size < sizeof(ehdr))
        return boot_error("kernel is not a valid ELF file: %lu bytes", buffer->file_size);
    memcpy(&ehdr, output, sizeof(ehdr));
    error = check_header(&ehdr, buffer->file_size);
    if (error)
        return error;
    size = ehdr.e_phnum * sizeof(*phdrs);
    phdrs = heap_alloc(size);
    if (!phdrs)
        return boot_error("kernel ELF: no room on the heap for %lu program headers",
                          (unsigned long)ehdr.e_phnum);
    memcpy(phdrs, output + ehdr.e_phoff, size);
    error = check_segments(&ehdr, phdrs, buffer, ret);
    if (!error)
        move_segments(output, phdrs, ehdr.e_phnum, buffer);
    heap_free(phdrs);
    return error;
}
