/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relocated: the first instruction of the copy, and all that follows up to the kernel's own.
 *
 * For:     calling the C code that unpacks the kernel, and making the kernel fit its place.
 * Handed:  ebx = this copy, esi = boot_params, esp = the empty stack.
 * Leaves:  the kernel at output, entered there with esi = boot_params and ebx = 0.
 *
 * This is .text, behind the compressed data: what lies before that is unpacked over.
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#define CHECKPOINT_LIST "checkpoints32.def"
#include "checkpoint_emit.h"

#include "rva.h"

/* An operand of a checkpoint: where a symbol is in the copy. */
#define TEXT_(text)         #text
#define TEXT(text)          TEXT_(text)
#define LEA_IN_COPY(symbol) TEXT(lea rva(symbol)(%ebx))

	.section .text.checkpoint, "ax", @progbits
	.code32
	.globl	relocated
	.hidden	relocated
	.type	relocated, @function
relocated:
	CHECKPOINT32 relocated, %ebx

	/* .bss was not copied: it holds what the memory held. The stack in it is empty, so it may go. */
	xorl	%eax, %eax
	leal	rva(_bss)(%ebx), %edi
	leal	rva(_ebss)(%ebx), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	rep	stosl
	CHECKPOINT32_BORROW bss_cleared, %esi, LEA_IN_COPY(_bss), LEA_IN_COPY(_ebss)

	/* Back from the copy to output, and five arguments, the last one first. */
	leal	z_extract_offset_negative(%ebx), %ebp
	pushl	%ebp				/* output */
	pushl	$z_input_len
	leal	rva(input_data)(%ebx), %eax
	pushl	%eax				/* input_data */
	leal	rva(boot_heap)(%ebx), %eax
	pushl	%eax				/* heap */
	pushl	%esi				/* rmode: boot_params */
	CHECKPOINT32 extract_kernel, %esi, LEA_IN_COPY(boot_heap), LEA_IN_COPY(boot_heap_end), LEA_IN_COPY(input_data), $z_input_len, %ebp, $z_output_len
	call	decompress_kernel
	addl	$20, %esp

	/*
	 * Relocations. The table has no header: it ends where the unpacked data ends, and begins with a
	 * zero. So it is read from its end down. Each word is the virtual address, as linked, of a word
	 * to which the distance must be added; __PAGE_OFFSET less that is where it was to be in memory,
	 * and ebx more than that is where it is.
	 *
	 *      output                        output + z_output_len
	 *        | kernel, moved into place | 0 | site | site | ... | site |
	 *                                                           <-- edi
	 *
	 * edx counts, for those who watch.
	 */
	leal	z_output_len(%ebp), %edi
	xorl	%edx, %edx
	movl	%ebp, %ebx
	subl	$LOAD_PHYSICAL_ADDR, %ebx
	jz	2f				/* it is where it was linked to be */
1:	subl	$4, %edi
	movl	(%edi), %ecx
	testl	%ecx, %ecx
	jz	2f
	addl	%ebx, -__PAGE_OFFSET(%ebx, %ecx)
	incl	%edx
	jmp	1b
2:
	CHECKPOINT32 relocations_applied, %ebx, %ebx, %edx

	/* The kernel's first byte is its entry. The 32-bit boot protocol has ebx = 0 at an entry. */
	xorl	%ebx, %ebx
	CHECKPOINT32 kernel_jump, %ebp, %esi, %ebx
	jmp	*%ebp
	.size	relocated, . - relocated

/* checkpoint_error_stop(message, length), for C: where a boot that failed ends. */
	.globl	checkpoint_error_stop
	.hidden	checkpoint_error_stop
	.type	checkpoint_error_stop, @function
checkpoint_error_stop:
	movl	4(%esp), %edi
	movl	8(%esp), %ecx
	CHECKPOINT32 error, %edi, %ecx
1:	cli
	hlt
	jmp	1b
	.size	checkpoint_error_stop, . - checkpoint_error_stop

	CHECKPOINT_EMITTER_SHARED(32)
	CHECKPOINT_EMITTER32

/* Heap and stack of the C code. */
	.bss
	.globl	boot_heap, boot_heap_end, boot_stack, boot_stack_end
	.hidden	boot_heap, boot_heap_end, boot_stack, boot_stack_end
	.balign	16
	.type	boot_heap, @object
boot_heap:
	.skip	BOOT_HEAP_SIZE
boot_heap_end:
	.size	boot_heap, . - boot_heap
	.type	boot_stack, @object
boot_stack:
	.skip	BOOT_STACK_SIZE
boot_stack_end:
	.size	boot_stack, . - boot_stack

	.section .note.GNU-stack, "", @progbits
