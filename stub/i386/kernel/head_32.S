/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 32-bit teaching kernel's first instructions: paging on, and up to the addresses that it was
 * linked for, moved by as much as it was moved.
 *
 * In:   physical addresses, paging off; esi = boot_params; ebx = 0; interrupts off; flat segments.
 * Out:  start_kernel() at virtual addresses.
 *
 *      virtual                         physical
 *      0          .. 1 GiB   ----.
 *                                 >    0 .. 1 GiB          256 pages of 4 MiB each
 *      0xc0000000 .. 4 GiB   ----'
 *
 * pa(symbol), the symbol's address less __PAGE_OFFSET, is right because the decompressor relocated
 * it: after that no number in here is the one that was linked, unless nothing moved.
 */
#include "layout.h"
#include "x86.h"

#define KERNEL_STACK_SIZE 0x4000
#define PAGES_4M          256 /* of 1 GiB */
#define pa(symbol)        ((symbol) - __PAGE_OFFSET)

	.section .head.text, "ax"
	.code32
	.globl	startup_32
startup_32:
	cld
	cli

	/* .bss first: what follows is kept in it, and the unpacked file may lie there. */
	movl	%ebx, %edx
	xorl	%eax, %eax
	movl	$pa(__bss_start), %edi
	movl	$pa(__bss_stop), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	rep	stosl

	movl	$pa(boot_stack_end), %esp
	call	1f
1:	popl	%eax
	subl	$(1b - startup_32), %eax
	movl	%eax, pa(entry_address)
	movl	%esi, pa(entry_boot_params)
	movl	%edx, pa(entry_ebx)

	/* Both halves of the page directory: entry i and entry 768 + i lead to the same 4 MiB. */
	movl	$pa(page_directory), %edi
	movl	$(_PAGE_PRESENT | _PAGE_RW | _PAGE_PSE), %eax
	xorl	%ecx, %ecx
2:	movl	%eax, (%edi, %ecx, 4)
	movl	%eax, 4 * (__PAGE_OFFSET >> 22)(%edi, %ecx, 4)
	addl	$0x400000, %eax
	incl	%ecx
	cmpl	$PAGES_4M, %ecx
	jb	2b

	movl	%cr4, %eax
	orl	$X86_CR4_PSE, %eax
	movl	%eax, %cr4
	movl	%edi, %cr3
	movl	%cr0, %eax
	orl	$X86_CR0_PG, %eax
	movl	%eax, %cr0

	/* From the first name of this memory to the second. */
	movl	$3f, %eax
	jmp	*%eax
3:	movl	$boot_stack_end, %esp
	call	start_kernel

/* Distances: the assembler writes them relative to the label, and nothing relocates them. */
	.macro	here name, symbol
	.globl	\name
	.type	\name, @function
\name:
	call	4f
4:	popl	%eax
	addl	$(\symbol - 4b), %eax
	ret
	.size	\name, . - \name
	.endm

	here	here_text, startup_32
	here	here_pattern_words, pattern_words
	here	here_functions, functions

	.bss
	.balign	4096
	.globl	page_directory
page_directory:
	.skip	4096
	.skip	KERNEL_STACK_SIZE
boot_stack_end:
	.globl	entry_address, entry_boot_params, entry_ebx
entry_address:
	.skip	4
entry_boot_params:
	.skip	4
entry_ebx:
	.skip	4

	.section .note.GNU-stack, "", @progbits
