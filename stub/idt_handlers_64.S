/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The entries of exceptions: from what the processor leaves on the stack to a C function and back.
 *
 * For:     an interrupted program must not notice, so every register that C code may change is
 *          saved first. The order makes the saved registers a struct pt_regs (x86.h).
 * Handed:  the processor's frame, aligned to 16 bytes, on the stack that the gate names: nmi_stack
 *          for NMI, exception_stack for the rest (relocated.S):
 *
 *              +------------+
 *              | ss         |  +40
 *              | rsp        |  +32
 *              | rflags     |  +24
 *              | cs         |  +16
 *              | rip        |  +8
 *      rsp ->  | error code |  only for #DF #TS #NP #SS #GP #PF #AC #CP #VC #SX
 *              +------------+
 *
 * Leaves:  the interrupted code as it was, once the C function returned.
 * Skipped: the first fault has no handler, its double fault has none, and the machine resets.
 */
#include "x86.h"

/*
 * An entry: makes up an error code where the processor gave none, so that all frames are alike,
 * and pushes the vector, which for a moment stands where pt_regs keeps rdi.
 */
.macro exception_entry vector, common
	.if	((\vector) == X86_TRAP_DF) || ((\vector) >= X86_TRAP_TS && (\vector) <= X86_TRAP_PF) || \
		((\vector) == X86_TRAP_AC) || ((\vector) == X86_TRAP_CP) || \
		((\vector) == X86_TRAP_VC) || ((\vector) == X86_TRAP_SX)
	.else
	pushq	$0
	.endif
	pushq	$(\vector)
	jmp	\common
.endm

/*
 * The rest of the way: handler(rdi = regs, rsi = error code, rdx = vector). C code wants the
 * direction flag clear and the stack 16-byte aligned: 21 words are pushed by now, so one more.
 */
.macro exception_common handler
	xchgq	%rdi, (%rsp)
	.irp	register, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
	pushq	%\register
	.endr
	cld
	movq	%rdi, %rdx
	movq	PT_REGS_ORIG_AX(%rsp), %rsi
	movq	%rsp, %rdi
	subq	$8, %rsp
	call	\handler
	addq	$8, %rsp
	.irp	register, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
	popq	%\register
	.endr
	addq	$8, %rsp
	iretq
.endm

	.text
	.globl	boot_page_fault
	.hidden	boot_page_fault
	.type	boot_page_fault, @function
boot_page_fault:
	exception_entry X86_TRAP_PF, page_fault_common
	.size	boot_page_fault, . - boot_page_fault

	.globl	boot_nmi_trap
	.hidden	boot_nmi_trap
	.type	boot_nmi_trap, @function
boot_nmi_trap:
	exception_entry X86_TRAP_NMI, nmi_common
	.size	boot_nmi_trap, . - boot_nmi_trap

page_fault_common:
	exception_common do_boot_page_fault
nmi_common:
	exception_common do_boot_nmi_trap
exception_common_entry:
	exception_common do_boot_exception

/*
 * One entry for each vector that an exception can have, BOOT_EXCEPTION_STRIDE (idt.h) bytes apart,
 * because nothing but the entry's address tells which vector it was.
 */
#define BOOT_EXCEPTION_STRIDE 16

	.globl	boot_exception_entries
	.hidden	boot_exception_entries
	.balign	BOOT_EXCEPTION_STRIDE
boot_exception_entries:
	.set	exception_vector, 0
	.rept	X86_EXCEPTION_VECTORS
	.org	boot_exception_entries + exception_vector * BOOT_EXCEPTION_STRIDE
	exception_entry exception_vector, exception_common_entry
	.set	exception_vector, exception_vector + 1
	.endr
	.size	boot_exception_entries, . - boot_exception_entries

	.section .note.GNU-stack, "", @progbits
