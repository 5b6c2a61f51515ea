/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * protected_mode_jump(eax = entry, edx = boot_params): out of real mode, and into the stub.
 *
 * For:     the one moment in which addresses change their meaning, from segment * 16 + offset to
 *          descriptor base + offset. The instruction after it is fetched the new way.
 * Handed:  the GDT loaded, interrupts off. Both arguments are linear addresses.
 * Leaves:  startup_32 running as the 32-bit boot protocol says: flat segments, esi = boot_params,
 *          ebp = edi = ebx = 0.
 *
 *     real mode           cs = X/16     ip = offset        linear = X + offset
 *     PE set              cs = X/16     (still the old base, cached in the processor)
 *     far jump            cs = 0x10     eip = X + offset   linear = 0 + eip
 */
#include "x86.h"
#include "checkpoint_emit.h"

	.code16
	.text
	.globl	protected_mode_jump
	.type	protected_mode_jump, @function
protected_mode_jump:
	movl	%edx, %esi

	/* The far jump's target as a linear address: write it into the instruction. */
	xorl	%ebx, %ebx
	movw	%cs, %bx
	shll	$4, %ebx
	addl	%ebx, pm32_target
	jmp	1f			/* forget what was fetched before the instruction changed */
1:
	movw	$__BOOT_DS, %cx
	movw	$__BOOT_TSS, %di
	movl	%cr0, %edx
	orb	$X86_CR0_PE, %dl
	movl	%edx, %cr0

	.byte	0x66, 0xea		/* ljmpl: with a 32-bit offset */
pm32_target:
	.long	.Lin_pm32
	.word	__BOOT_CS
	.size	protected_mode_jump, . - protected_mode_jump

	.code32
	.type	.Lin_pm32, @function
.Lin_pm32:
	/* The old segments hold real-mode bases. Flat ones for all. */
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %fs
	movl	%ecx, %gs
	movl	%ecx, %ss
	/* sp was an offset in the segment; the stack itself has not moved. */
	addl	%ebx, %esp

	/* A TSS, only because Intel's virtualization refuses a guest with none; and no LDT. */
	ltr	%di
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	lldt	%cx
	CHECKPOINT32 protected_mode, %cs, %ds, %cr0, %eax, %esi

	jmpl	*%eax
	.size	.Lin_pm32, . - .Lin_pm32

	CHECKPOINT_EMITTER32

	.section .note.GNU-stack, "", @progbits
