/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * misc.c: decompress_kernel, the C of a 32-bit boot, as kernels of about 2.6.3x had it in
 * arch/x86/boot/compressed/misc.c.
 *
 * What for:   what is easier in C than in assembler: unpack the file, put its segments in place.
 * Handed:     five arguments on the stack, pushed by relocated.S.
 * Leaves:     the kernel at output, with the addresses that it was linked with; relocated.S mends
 *             those.
 * If skipped: there is no kernel, only a compressed file inside a program.
 */
#define CHECKPOINT_LIST "checkpoints32.def"
#include "checkpoint_emit.h"

#include <elf.h>

#include "bootparams.h"
#include "console.h"
#include "failure.h"
#include "heap.h"
#include "inflate.h"
#include "layout.h"
#include "platform.h"
#include "stub_string.h"

/* Two pages: a stack of the kernel must not straddle what it is aligned to. */
#define MIN_KERNEL_ALIGN_32 0x2000

/*
 * The kernel's direct map of memory begins at __PAGE_OFFSET and ends with the 4 GiB, less 512 MiB
 * that it keeps for maps of other kinds. Whatever it must reach early lies below that.
 */
#define LOWMEM_MAX ((0 - __PAGE_OFFSET - (UINT32_C(512) << 20) - 1) & 0x7fffffff)

/* What mkimage writes into piggy.S. */
extern const uint32_t output_len __attribute__((visibility("hidden")));
extern const uint64_t load_physical_addr __attribute__((visibility("hidden")));

/* All arguments on the stack: the caller is assembler code. */
void decompress_kernel(struct boot_params *rmode, unsigned char *heap, unsigned char *input_data,
                       uint32_t input_len, unsigned char *output)
    __attribute__((visibility("hidden")));

/* Stage 16: compressed data -> ELF file and table. */
static __checkpoint_text void decompress(const unsigned char *input_data, uint32_t input_len,
                                         unsigned char *output)
{
    struct inflated inflated;

    boot_stop_if(gunzip(input_data, input_len, output, output_len, &inflated));
    CHECKPOINT_C(decompressed, (uintptr_t)output, (uint32_t)inflated.bytes, inflated.crc32);
}

static const struct boot_error *check_header(const Elf32_Ehdr *ehdr)
{
    if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG))
        return boot_error("kernel is not a valid ELF file: starts with %#lx %#lx %#lx %#lx",
                          (unsigned long)ehdr->e_ident[0], (unsigned long)ehdr->e_ident[1],
                          (unsigned long)ehdr->e_ident[2], (unsigned long)ehdr->e_ident[3]);
    if (ehdr->e_ident[EI_CLASS] != ELFCLASS32 || ehdr->e_machine != EM_386)
        return boot_error("kernel ELF is not for i386: class %lu, machine %lu",
                          (unsigned long)ehdr->e_ident[EI_CLASS], (unsigned long)ehdr->e_machine);
    if (ehdr->e_phentsize != sizeof(Elf32_Phdr) || ehdr->e_phoff > output_len ||
        ehdr->e_phnum > (output_len - ehdr->e_phoff) / sizeof(Elf32_Phdr))
        return boot_error("kernel ELF: %lu program headers of %lu bytes at %#lx, payload ends at "
                          "%#lx",
                          (unsigned long)ehdr->e_phnum, (unsigned long)ehdr->e_phentsize,
                          (unsigned long)ehdr->e_phoff, (unsigned long)output_len);
    return NULL;
}

/*
 * A segment moves down, from its place in the file to its place in memory, within the unpacked
 * bytes. The relocation table behind the file must stay whole, so nothing is put there.
 */
static const struct boot_error *check_segment(const Elf32_Phdr *phdr, unsigned long number)
{
    uint32_t to = phdr->p_paddr - (uint32_t)load_physical_addr;

    if (phdr->p_offset > output_len || phdr->p_filesz > output_len - phdr->p_offset)
        return boot_error("kernel ELF: PT_LOAD %lu is outside of the file: %#lx bytes at %#lx",
                          number, (unsigned long)phdr->p_filesz, (unsigned long)phdr->p_offset);
    if (to > phdr->p_offset)
        return boot_error("kernel ELF: PT_LOAD %lu moves up, from %#lx to %#lx", number,
                          (unsigned long)phdr->p_offset, (unsigned long)to);
    return NULL;
}

/* Moves each PT_LOAD to its place. The headers are copied first: the moves overwrite them. */
static const struct boot_error *load_segments(const Elf32_Ehdr *ehdr, unsigned char *output,
                                              uint32_t *ret_loads)
{
    uint32_t size = ehdr->e_phnum * sizeof(Elf32_Phdr);
    Elf32_Phdr *phdrs = heap_alloc(size);
    const struct boot_error *error = NULL;

    if (!phdrs)
        return boot_error("no room for %lu program headers", (unsigned long)ehdr->e_phnum);
    memcpy(phdrs, output + ehdr->e_phoff, size);
    for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
        if (phdrs[i].p_type != PT_LOAD)
            continue;
        error = check_segment(&phdrs[i], i);
        if (error)
            break;
        memmove(output + (phdrs[i].p_paddr - (uint32_t)load_physical_addr),
                output + phdrs[i].p_offset, phdrs[i].p_filesz);
        ++*ret_loads;
    }
    heap_free(phdrs);
    return error;
}

/* Stage 17: ELF file -> segments in place. */
static __checkpoint_text void parse_elf(unsigned char *output)
{
    uint32_t loads = 0;
    Elf32_Ehdr ehdr;

    memcpy(&ehdr, output, sizeof(ehdr));
    boot_stop_if(check_header(&ehdr));
    boot_stop_if(load_segments(&ehdr, output, &loads));
    CHECKPOINT_C(elf_loaded, loads, (uintptr_t)output);
}

/* The last look at the destination before anything is written there. */
static const struct boot_error *check_destination(uintptr_t output, uintptr_t heap)
{
    if (output & (MIN_KERNEL_ALIGN_32 - 1))
        return boot_error("Destination address inappropriately aligned: %#lx",
                          (unsigned long)output);
    if (heap > LOWMEM_MAX)
        return boot_error("Destination address too large: the heap is at %#lx, limit %#lx",
                          (unsigned long)heap, (unsigned long)LOWMEM_MAX);
    return NULL;
}

void decompress_kernel(struct boot_params *rmode, unsigned char *heap, unsigned char *input_data,
                       uint32_t input_len, unsigned char *output)
{
    console_init(rmode, rmode->hdr.loadflags & QUIET_FLAG);
    heap_init(heap, BOOT_HEAP_SIZE);
    boot_stop_if(check_destination((uintptr_t)output, (uintptr_t)heap));
    console_print("\nDecompressing Linux... ");
    decompress(input_data, input_len, output);
    console_print("Parsing ELF... ");
    parse_elf(output);
    console_print("done.\nBooting the kernel.\n");
}
