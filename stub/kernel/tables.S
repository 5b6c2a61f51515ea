/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pointers in the tens of thousands, of all the kinds that a kernel has. Each line of these loops
 * is one relocation that ld records (--emit-relocs), tools/relocs lists, and the decompressor
 * applies.
 *
 * .reloc says which relocation to record at a place, where the plain directive would choose
 * another: .long records R_X86_64_32, which ld refuses for an address in the top 2 GiB because
 * that one does not sign-extend.
 */
#include "layout.h"
#include "tables.h"

	.data
	.balign	4096
	.globl	pattern_words
pattern_words:
	.incbin	PATTERN_FILE

/* Whole addresses: what C makes of a table of pointers. */
	.globl	abs64_table
	.balign	8
abs64_table:
	.set	i, 0
	.rept	ABS64_COUNT / 2
	.quad	pattern_words + 8 * (i * STRIDE % PATTERN_WORDS)
	.quad	functions + FUNCTION_SIZE * ((i + 1) % FUNCTION_COUNT)
	.set	i, i + 2
	.endr

/* Half an address: what an instruction with a 32-bit immediate holds. */
	.globl	abs32_signed_table
abs32_signed_table:
	.set	i, 0
	.rept	ABS32_SIGNED_COUNT
	.reloc	., R_X86_64_32S, pattern_words + 8 * (i * STRIDE % PATTERN_WORDS)
	.long	0
	.set	i, i + 1
	.endr

/* The physical address as linked: fits 32 bits as it is. */
	.globl	abs32_table
abs32_table:
	.set	i, 0
	.rept	ABS32_COUNT
	.long	pattern_words + 8 * (i * STRIDE % PATTERN_WORDS) - START_KERNEL_MAP
	.set	i, i + 1
	.endr

/*
 * Distances to per-CPU words: what `movq %gs:symbol(%rip), %rax` holds. The word's "address" is an
 * offset that stays; the place of the distance moves up; so the distance must shrink.
 */
	.globl	inverse32_table
inverse32_table:
	.set	i, 0
	.rept	INVERSE32_COUNT
	.reloc	., R_X86_64_PC32, per_cpu_words + 8 * (i % PER_CPU_COUNT)
	.long	0
	.set	i, i + 1
	.endr

/* Offsets into the per-CPU area: relocations of the 64-bit kind that must be left out. */
	.globl	fixed_table
	.balign	8
fixed_table:
	.set	i, 0
	.rept	FIXED_COUNT
	.quad	per_cpu_words + 8 * i
	.set	i, i + 1
	.endr

/* The per-CPU area: linked at 0, and itself full of pointers into the kernel. */
	.section .data..percpu, "aw"
	.balign	8
	.globl	per_cpu_words, per_cpu_abs64_table
per_cpu_words:
	.set	i, 0
	.rept	PER_CPU_COUNT
	.quad	PER_CPU_WORD + i
	.set	i, i + 1
	.endr
per_cpu_abs64_table:
	.set	i, 0
	.rept	PER_CPU_ABS64_COUNT
	.quad	pattern_words + 8 * (i * STRIDE % PATTERN_WORDS)
	.set	i, i + 1
	.endr

	.section .init.data, "aw"
	.balign	8
	.globl	init_words
init_words:
	.set	i, 0
	.rept	INIT_COUNT
	.quad	INIT_WORD + i
	.set	i, i + 1
	.endr

/* Functions to point at, each a load and a return. */
	.text
	.globl	functions
	.balign	FUNCTION_SIZE
functions:
	.set	i, 0
	.rept	FUNCTION_COUNT
	.balign	FUNCTION_SIZE
	movl	$(FUNCTION_BASE + i), %eax
	ret
	.set	i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
