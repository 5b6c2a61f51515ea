/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's ELF file, taken apart: each segment to where it runs. */
#ifndef BOOTSCOPE_STUB_LOADELF_H
#define BOOTSCOPE_STUB_LOADELF_H

#include <stdint.h>

#include "failure.h"

/* The buffer at output. */
struct elf_buffer {
    uint64_t file_size;          /* bytes of it that are the ELF file: segments come from there */
    uint64_t output_len;         /* bytes of it that were inflated: the file and the table */
    uint64_t size;               /* bytes of it that segments may use, with their .bss */
    uint64_t load_physical_addr; /* the p_paddr that belongs at output */
};

struct loaded_elf {
    unsigned int segments; /* PT_LOADs moved */
    uint64_t image_len;    /* from output to the end of the last segment's file part */
    uint64_t entry;        /* offset from output */
};

/*
 * Moves every PT_LOAD of the ELF file at output to output + (p_paddr - load_physical_addr). Uses
 * the boot heap and gives it back. Errors: not a 64-bit x86 ELF; headers or segments outside of
 * the file or the buffer; a p_align that is no multiple of 2 MiB; p_memsz < p_filesz; segments
 * that would overwrite one another, or a later one's source, or what lies behind the file; an
 * entry point in no executable segment. On error the buffer is as it was.
 */
const struct boot_error *parse_elf(unsigned char *output, const struct elf_buffer *buffer,
                                   struct loaded_elf *ret);

#endif
