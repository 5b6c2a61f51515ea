/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pointers to relocate, and what they point to. Each .long below is one R_386_32. */
#include "kernel32.h"

	.data
	.balign	4096
	.globl	pattern_words
pattern_words:
	.incbin	PATTERN_FILE

	.globl	pointer_table
pointer_table:
	.set	i, 0
	.rept	POINTER_COUNT / 2
	.long	pattern_words + 8 * (i * STRIDE % PATTERN_WORDS)
	.long	functions + FUNCTION_SIZE * ((i + 1) % FUNCTION_COUNT)
	.set	i, i + 2
	.endr

/* Function i returns FUNCTION_BASE + i. */
	.text
	.balign	FUNCTION_SIZE
	.globl	functions
functions:
	.set	i, 0
	.rept	FUNCTION_COUNT
	.balign	FUNCTION_SIZE
	movl	$(FUNCTION_BASE + i), %eax
	ret
	.set	i, i + 1
	.endr
	.balign	FUNCTION_SIZE

	.section .note.GNU-stack, "", @progbits
