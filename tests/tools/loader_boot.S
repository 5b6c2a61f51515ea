/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last steps of a boot loader, from reset to the kernel's 32- or 64-bit entry, as the boot
 * protocol wants the machine then. Guest code in a host program: loader.c copies it into the guest,
 * so that every address in it is a distance from its first byte, plus LOADER_BASE.
 *
 * Registers of which the protocol says nothing get values that do harm to whoever relies on them,
 * and so do the stack pointer and the direction flag.
 */
#include "x86.h"
#include "loader.h"

#define at(label) ((label) - loader_boot + LOADER_BASE)
#define POISON 0x5ca1ab1e

	.section .rodata
	.globl	loader_boot, loader_boot_size, loader_boot_parameters_offset
	.code16
loader_boot:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	at(gdt_pointer)
	movl	%cr0, %eax
	orl	$X86_CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$LOADER_CS, $at(1f)

	.code32
1:	movl	$LOADER_DS, %eax
	movl	%eax, %ds
	movl	at(boot_params), %esi
	cmpl	$0, at(long_mode)
	jne	2f

	movl	at(data_selector), %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%ebx, %ebx
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	movl	$LOADER_NO_STACK32, %esp
	movl	$POISON, %eax
	movl	$POISON, %ecx
	movl	$POISON, %edx
	std
	ljmpl	*at(far_entry)

2:	movl	%cr4, %eax
	orl	at(cr4), %eax
	movl	%eax, %cr4
	movl	at(page_tables), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$X86_CR0_PG, %eax
	movl	%eax, %cr0
	ljmpl	$__BOOT_CS, $at(3f)

	.code64
3:	movl	at(data_selector), %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movq	at(boot_params), %rsi
	movq	at(entry), %r15
	movq	$LOADER_NO_STACK64, %rsp
	.irp	register, %rax, %rbx, %rcx, %rdx, %rdi, %rbp, %r8, %r9, %r10, %r11, %r12, %r13, %r14
	movq	$POISON, \register
	.endr
	std
	jmp	*%r15

gdt_pointer:
	.word	8 * LOADER_GDT_ENTRIES - 1
	.long	LOADER_GDT

/* struct loader_parameters, for loader.c to fill in */
loader_boot_parameters:
entry:		.quad	0
boot_params:	.quad	0
page_tables:	.long	0
cr4:		.long	0
long_mode:	.long	0
data_selector:	.long	0
far_entry:	.long	0
		.word	0
loader_boot_end:

	.balign	4
loader_boot_size:
	.long	loader_boot_end - loader_boot
loader_boot_parameters_offset:
	.long	loader_boot_parameters - loader_boot

	.section .note.GNU-stack, "", @progbits
