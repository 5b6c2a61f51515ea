/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "elffile.h"
#include "mkimage.h"

/* Extends [*low, *high) by a segment's place in memory. */
static bool add_segment(const struct elf_file *elf, size_t index, size_t size, uint64_t *low,
                        uint64_t *high, struct failure *why)
{
    GElf_Phdr segment;
    if (!elf_segment(elf, index, size, &segment, why))
        return false;
    if (segment.p_type != PT_LOAD)
        return true;
    if (segment.p_paddr < *low)
        *low = segment.p_paddr;
    if (segment.p_paddr + segment.p_memsz > *high)
        *high = segment.p_paddr + segment.p_memsz;
    return true;
}

static bool measure_segments(const struct elf_file *elf, size_t size, uint64_t pref_address,
                             struct piggy *ret, struct failure *why)
{
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = 0; i < elf_segment_count(elf); i++)
        if (!add_segment(elf, i, size, &low, &high, why))
            return false;
    if (high <= low)
        return fail(why, "%s: no PT_LOAD with memory", elf->path);
    /* The decompressor puts a segment at output + p_paddr - pref_address. */
    if (low < pref_address)
        return fail(why, "%s: PT_LOAD at 0x%lx lies below the preferred address 0x%lx", elf->path,
                    low, pref_address);
    if (high - pref_address > FILE_SIZE_MAX)
        return fail(why, "%s: needs 0x%lx bytes of memory, more than 0x%x", elf->path,
                    high - pref_address, FILE_SIZE_MAX);
    ret->kernel_total_size = high - pref_address;
    return true;
}

bool measure_kernel(const char *path, const struct bytes *payload, uint64_t pref_address,
                    struct piggy *ret, struct failure *why)
{
    struct elf_file elf;
    if (!elf_file_open(&elf, path, payload, why))
        return false;
    ret->bits = elf.bits;
    bool ok = measure_segments(&elf, payload->size, pref_address, ret, why);
    elf_file_close(&elf);
    return ok;
}

static bool append(struct bytes *text, struct failure *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool append(struct bytes *text, struct failure *why, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    uint8_t *at = length > 0 && (size_t)length < sizeof(line) ? bytes_grow(text, (size_t)length)
                                                              : NULL;
    if (!at)
        return fail(why, "piggy.S: out of memory");
    memcpy(at, line, (size_t)length);
    return true;
}

/*
 * For the 32-bit stub, which has the distance to its copy as a constant of the link; the 64-bit one
 * works it out from init_size. A relocation adds a symbol and cannot subtract one: hence two.
 */
static bool append_offset(struct bytes *text, const struct piggy *piggy, struct failure *why)
{
    if (piggy->bits != 32)
        return true;
    return append(text, why, ".globl z_extract_offset, z_extract_offset_negative\n") &&
           append(text, why, "z_extract_offset = 0x%x\n", piggy->extract_offset) &&
           append(text, why, "z_extract_offset_negative = -0x%x\n", piggy->extract_offset);
}

bool make_piggy(const struct piggy *piggy, struct bytes *ret, struct failure *why)
{
    struct bytes text = {0};
    bool ok =
        /* Absolute symbols, for whoever reads the ELF; LOAD_PHYSICAL_ADDR for the assembler. */
        append(&text, why, ".globl z_input_len, z_output_len, LOAD_PHYSICAL_ADDR\n") &&
        append(&text, why, "z_input_len = %u\n", piggy->input_len) &&
        append(&text, why, "z_output_len = %u\n", piggy->output_len) &&
        append(&text, why, "LOAD_PHYSICAL_ADDR = 0x%lx\n", piggy->load_physical_addr) &&
        append_offset(&text, piggy, why) &&
        /* The same as words, for C: an absolute symbol is no use to position-independent code. */
        append(&text, why, ".section .rodata, \"a\", @progbits\n.balign 8\n") &&
        append(&text, why, ".globl input_len, output_len, kernel_total_size\n") &&
        append(&text, why, ".globl load_physical_addr\n") &&
        append(&text, why, "kernel_total_size: .quad 0x%lx\n", piggy->kernel_total_size) &&
        append(&text, why, "load_physical_addr: .quad 0x%lx\n", piggy->load_physical_addr) &&
        append(&text, why, "input_len: .long %u\n", piggy->input_len) &&
        append(&text, why, "output_len: .long %u\n", piggy->output_len) &&
        append(&text, why, ".section .rodata..compressed, \"a\", @progbits\n") &&
        append(&text, why, ".globl input_data, input_data_end\n") &&
        append(&text, why, "input_data: .incbin \"payload.gz\"\ninput_data_end:\n") &&
        append(&text, why, ".section .note.GNU-stack, \"\", @progbits\n");
    if (ok)
        *ret = text;
    else
        bytes_free(&text);
    return ok;
}
