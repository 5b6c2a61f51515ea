/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the 32-bit teaching kernel share. */
#ifndef BOOTSCOPE_KERNEL32_H
#define BOOTSCOPE_KERNEL32_H

/* tables.S: so many pointers in the table, each to another place; functions of so many bytes. */
#define POINTER_COUNT  1000
#define STRIDE         1237
#define FUNCTION_COUNT 64
#define FUNCTION_SIZE  16
#define FUNCTION_BASE  0x1000

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "bootparams.h"

/* Entry i: of a pattern word when i is even, of a function when it is odd. */
extern const uint32_t pointer_table[POINTER_COUNT];
extern const uint64_t pattern_words[PATTERN_WORDS];

/*
 * Where the CPU finds these at this moment, from the instruction pointer and a distance: no
 * relocation can make it wrong.
 */
uint32_t here_text(void);
uint32_t here_pattern_words(void);
uint32_t here_functions(void);

/* What the decompressor left, noted before anything else. Addresses are physical. */
extern uint32_t entry_address, entry_boot_params, entry_ebx;

void start_kernel(void) __attribute__((noreturn));
#endif

#endif
