/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pointers that relocation must get right, and what each must hold. tables.S makes them with
 * these numbers, checks.c predicts them from the same numbers and from rip.
 *
 * Entry i of a table of data pointers points to pattern_words + 8 * (i * STRIDE % PATTERN_WORDS):
 * no two neighbours hold similar values, so that an entry that was skipped or done twice, or
 * exchanged with its neighbour, differs.
 */
#ifndef BOOTSCOPE_KERNEL_TABLES_H
#define BOOTSCOPE_KERNEL_TABLES_H

#define STRIDE 7919

#define ABS64_COUNT         16384 /* 64-bit; even entries to data, odd ones to functions */
#define ABS32_SIGNED_COUNT  8192  /* the low halves that sign-extend to an address (_32S) */
#define ABS32_COUNT         4096  /* address - START_KERNEL_MAP (_32) */
#define INVERSE32_COUNT     8192  /* distance from the entry to a per-CPU word (PC32) */
#define PER_CPU_COUNT       512   /* words in the per-CPU area */
#define PER_CPU_ABS64_COUNT 1024  /* 64-bit pointers that lie in the per-CPU area themselves */
#define FIXED_COUNT         256   /* per-CPU offsets: 64-bit and never to be relocated */

#define FUNCTION_COUNT 256
#define FUNCTION_SIZE  16 /* bytes from one to the next */
#define FUNCTION_BASE  0x1000

/* Word i of the per-CPU area. */
#define PER_CPU_WORD 0x7063707500000000

#define INIT_WORD  0x696e697400000000
#define INIT_COUNT 512

#ifndef __ASSEMBLER__
#include <stdint.h>
extern uint64_t pattern_words[];
extern uint64_t abs64_table[ABS64_COUNT];
extern uint32_t abs32_signed_table[ABS32_SIGNED_COUNT], abs32_table[ABS32_COUNT];
extern uint32_t inverse32_table[INVERSE32_COUNT];
extern uint64_t fixed_table[FIXED_COUNT];
extern uint64_t init_words[INIT_COUNT];

/* Function i returns FUNCTION_BASE + i. */
extern char functions[FUNCTION_COUNT][FUNCTION_SIZE];
#endif

#endif
