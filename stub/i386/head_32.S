/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * startup_32 of a 32-bit kernel: the whole way from the load address to the kernel's entry, as
 * kernels of about 2.6.3x went it (arch/x86/boot/compressed/head_32.S).
 *
 * For:     unpacking a 32-bit kernel at an address that is known only when we run.
 * Handed:  esi = boot_params; flat 4 GiB segments; interrupts off; paging off, and off it stays.
 *          No stack.
 * Leaves:  the kernel at output, entered at its first byte with esi = boot_params, ebx = 0.
 *
 *   ebp   the load address; after the copying: output
 *   ebx   where this image copies itself to; at the end: how far the kernel is from its link address
 *   esi   boot_params
 *
 *    load = ebp        output                     ebx = output + z_extract_offset
 *      |                 |                          |
 *      v                 v                          v
 *      +-----------+     +--------------------------+------------------------+
 *      | the image |     |  room to unpack into     |  the copy, .bss, stack |
 *      +-----------+     +--------------------------+------------------------+
 *      1 MiB             a multiple of kernel_alignment
 *
 * What ../head_32.S and ../head_64.S have and this has not: a GDT, page tables, a check of the
 * processor, an IDT. 32-bit code needs none of them to get here.
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#define CHECKPOINT_LIST         "checkpoints32.def"
#define CHECKPOINT_TEXT_SECTION .head.checkpoint
#include "checkpoint_emit.h"

#include "rva.h"

	.section .head.text, "ax", @progbits
	.code32
	.globl	startup_32
	.hidden	startup_32
	.type	startup_32, @function
startup_32:
	CHECKPOINT32_BORROW startup_32, %esi, %esi
	cld

	/*
	 * KEEP_SEGMENTS: the loader's segments are flat, and __BOOT_DS need not exist in its GDT. Then
	 * leave them alone, and interrupts too: they are the loader's affair as well.
	 */
	testb	$KEEP_SEGMENTS, BP_loadflags(%esi)
	jnz	1f
	cli
	movl	$__BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
1:

	/*
	 * Where are we? Four bytes of stack are enough for a call, and boot_params lends them. What is
	 * left after the subtraction is the distance between link address and load address; the link
	 * address is 0.
	 */
	leal	(BP_scratch + 4)(%esi), %esp
	call	1f
1:	popl	%ebp
	subl	$(1b - startup_32), %ebp
	CHECKPOINT32_BORROW load_address_known, %esi, %ebp

	/*
	 * Output: the load address rounded up to the alignment. Not more than that: no comparison with
	 * the address that the kernel was linked for, so it may well lie below.
	 */
	movl	%ebp, %ebx
	movl	BP_kernel_alignment(%esi), %eax
	decl	%eax
	addl	%eax, %ebx
	notl	%eax
	andl	%eax, %ebx

	/* The copy: so far above output that unpacking never overtakes what it has yet to read. */
	addl	$z_extract_offset, %ebx

	/* A stack in the copy's .bss; nothing writes there while the image is copied. */
	leal	rva(boot_stack_end)(%ebx), %esp
	CHECKPOINT32 relocation_target, %ebp, %ebx, %esp

	/* A clean start for the flags: DF, IF, AC and NT among them. */
	pushl	$0
	popfl

	/* Copy the image, from its last word down: the target is higher, and they may overlap. */
	pushl	%esi
	leal	(rva(_bss) - 4)(%ebp), %esi
	leal	(rva(_bss) - 4)(%ebx), %edi
	movl	$rva(_bss), %ecx
	shrl	$2, %ecx
	std
	rep	movsl
	cld
	popl	%esi
	CHECKPOINT32 image_copied, %ebp, %ebx, $rva(_bss)

	leal	rva(relocated)(%ebx), %eax
	jmp	*%eax
	.size	startup_32, . - startup_32

	.section .head.text.cold, "ax", @progbits
	.code32
	CHECKPOINT_EMITTER32

	.section .note.GNU-stack, "", @progbits
