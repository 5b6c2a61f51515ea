/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bios_call(al = interrupt, edx = in, ecx = out): a BIOS function, called from C.
 *
 * A BIOS takes its arguments in any register, segments included, and may change any. So all are
 * loaded from *in, and all are stored to *out (unless it is NULL). The interrupt instruction has
 * its number built in; instead, we do what it does: push the flags, clear IF, and far-call the
 * address in the vector table at 0.
 *
 *     sp -> +-----------------------------+
 *           | edi esi ebp - ebx edx ecx eax |  popal order: struct bios_registers
 *           | gs fs es ds                 |
 *           | eflags                      |
 *           +-----------------------------+  44 bytes
 *           | the caller's registers      |
 */
#define REGISTERS_SIZE   44
#define REGISTERS_DWORDS (REGISTERS_SIZE / 4)
#define PUSHAL_ECX       24	/* where pushal put ecx */

	.code16
	.text
	.globl	bios_call
	.type	bios_call, @function
bios_call:
	pushfl
	pushw	%fs
	pushw	%gs
	pushal

	xorw	%bx, %bx
	movw	%bx, %fs
	movzbl	%al, %eax
	movl	%fs:(, %eax, 4), %eax
	movl	%eax, bios_vector

	subw	$REGISTERS_SIZE, %sp
	movw	%sp, %di
	movw	%dx, %si
	movw	$REGISTERS_DWORDS, %cx
	rep	movsl
	popal
	popw	%gs
	popw	%fs
	popw	%es
	popw	%ds
	popfl

	pushfw
	cli
	lcallw	*%cs:bios_vector

	pushfl
	pushw	%ds
	pushw	%es
	pushw	%fs
	pushw	%gs
	pushal

	/* Whatever the BIOS left in them, C code needs these. */
	cld
	sti
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movzwl	%sp, %esp

	movl	(REGISTERS_SIZE + PUSHAL_ECX)(%esp), %edi
	testw	%di, %di
	jz	1f
	movw	%sp, %si
	movw	$REGISTERS_DWORDS, %cx
	rep	movsl
1:	addw	$REGISTERS_SIZE, %sp

	popal
	popw	%gs
	popw	%fs
	popfl
	retl
	.size	bios_call, . - bios_call

	.section .data, "aw", @progbits
	.balign	4
bios_vector:
	.long	0

	.section .note.GNU-stack, "", @progbits
