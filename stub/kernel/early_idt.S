/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries for the 32 exceptions while the kernel starts up. Each is a few bytes: it makes the
 * stack look the same whether or not the processor pushed an error code, says which exception it
 * is, and goes on to the common part.
 *
 *      what the processor pushed      what do_early_exception() gets: struct pt_regs
 *      | ss      |                    | ss      |
 *      | rsp     |                    | sp      |
 *      | rflags  |                    | flags   |
 *      | cs      |                    | cs      |
 *      | rip     |                    | ip      |
 *      | (error) |   error code or 0  | orig_ax |
 *                    vector        -> | di      |   (the vector's slot is reused for rdi)
 *                                     | si ...  |
 *                                     | r15     | <- rdi
 */
#include "x86.h"

/* Vectors for which the processor pushes an error code: 8, 10 to 14, 17, 21, 29, 30. */
#define HAS_ERROR_CODE ((1 << X86_TRAP_DF) | (1 << X86_TRAP_TS) | (1 << X86_TRAP_NP) | \
	(1 << X86_TRAP_SS) | (1 << X86_TRAP_GP) | (1 << X86_TRAP_PF) | (1 << X86_TRAP_AC) | \
	(1 << X86_TRAP_CP) | (1 << X86_TRAP_VC) | (1 << X86_TRAP_SX))

	.text
	.globl	early_idt_handler_array
	.balign	16
early_idt_handler_array:
	.set	vector, 0
	.rept	X86_EXCEPTION_VECTORS
	.balign	16
	.ifeq	(HAS_ERROR_CODE >> vector) & 1
	pushq	$0
	.endif
	pushq	$vector
	jmp	early_idt_handler_common
	.set	vector, vector + 1
	.endr

early_idt_handler_common:
	cld
	pushq	%rsi
	movq	8(%rsp), %rsi		/* the vector: second argument */
	movq	%rdi, 8(%rsp)
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, %rdi		/* struct pt_regs: first argument */

	/* C wants rsp on a 16-byte boundary at a call; an exception may come at any. */
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	do_early_exception
	movq	%rbx, %rsp

	/* It returned: the fault is mended, run the instruction again. */
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$8, %rsp		/* the error code */
	iretq

	.section .note.GNU-stack, "", @progbits
