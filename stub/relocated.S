/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relocated: the first instruction of the copy, and all that follows up to the kernel's own.
 *
 * For:     preparing the ground for the C code that unpacks the kernel, and calling it.
 * Handed:  rbp = output, rbx = this copy, r15 = boot_params, rsp = the empty stack.
 * Leaves:  the kernel at output, entered at rax with rsi = boot_params.
 * Skipped: then the kernel would be unpacked over the code that unpacks it.
 *
 * This is .text, and has an emitter for checkpoints of its own, for a reason. What the kernel is
 * unpacked over includes the copy's beginning, head_32.S and head_64.S with it:
 *
 *     output          copy
 *      +---------------+------------+-------------------+-------+------+
 *      |               | .head.text | compressed kernel | .text | .bss |
 *      +---------------+------------+-------------------+-------+------+
 *      | unpacked kernel  ----> grows, right behind where the  |
 *      |                        input is read                  |
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#include "checkpoint_emit.h"

	.cfi_sections .debug_frame
	.section .text.checkpoint, "ax", @progbits
	.code64
	.globl	relocated, bss_cleared
	.hidden	relocated, bss_cleared
	.type	relocated, @function
relocated:
	.cfi_startproc
	.cfi_undefined rip	/* nobody called: here a debugger's backtrace ends */
	CHECKPOINT64 relocated, "lea startup_32(%rip)"

	/*
	 * .bss is not in the file and was not copied: this is whatever the memory held. C expects
	 * zeros there, and a heap pointer that starts at a random value ends the boot strangely.
	 */
	jmp	clear_bss
bss_cleared:
	CHECKPOINT64_BORROW bss_cleared, %r15, "lea _bss(%rip)", "lea _ebss(%rip)"

	/*
	 * The second IDT. The first named a table in the old place. This one has a page fault handler,
	 * which the identity maps lean on: memory is mapped when it is first touched.
	 */
	call	load_exception_stacks
	call	load_stage2_idt
	CHECKPOINT64 stage2_idt, idtr, "lea boot_page_fault(%rip)", "lea boot_nmi_trap(%rip)"

	movq	%cr4, %rax
	btl	$X86_CR4_LA57_BIT, %eax
	jc	still_5level

	/*
	 * Our own page tables for good. From startup_32 there are some, in .pgtable; a loader that
	 * entered at startup_64 has its own, which may lie where the kernel is going to be unpacked.
	 */
	movq	%r15, %rdi
	call	initialize_identity_maps
	call	identity_tables_used
	CHECKPOINT64 identity_maps, %cr3, %rax

	/* Unpack the kernel. It comes back with the entry point, or not at all. */
	movq	%r15, %rdi
	movq	%rbp, %rsi
	call	extract_kernel

	/* The 64-bit boot protocol once more, this time as the one who calls: rsi = boot_params. */
	movq	%r15, %rsi
	CHECKPOINT64 kernel_jump, %rax, %rsi
	jmp	*%rax

	/* The loader left five levels of page tables, and head_64.S could not get rid of them. */
still_5level:
	movq	%r15, %rdi
	xorl	%esi, %esi
	call	console_init
	leaq	la57_error(%rip), %rdi
	call	boot_stop
	.cfi_endproc
	.size	relocated, . - relocated

/*
 * load_exception_stacks: makes the processor change to another stack for an exception.
 *
 * For:     the page faults that map memory on demand hit zlib in the middle of a function. zlib was
 *          compiled for user programs, whose leaf functions keep data below the stack pointer:
 *
 *              rsp -> +------------------+
 *                     | the "red zone",  |  <-- here the processor would push its frame, and the
 *                     | 128 bytes in use |      output would be wrong without any other sign
 *                     +------------------+
 *
 * Handed:  our GDT in use.
 * Leaves:  the TSS loaded, which tells where the stacks of BOOT_IST_EXCEPTION and BOOT_IST_NMI
 *          end. An NMI has its own: it may come while the other is in use.
 * Skipped: see above; and a kernel above 4 GiB is the case in which it happens.
 */
	.type	load_exception_stacks, @function
load_exception_stacks:
	leaq	exception_stack_end(%rip), %rax
	movq	%rax, boot_tss + TSS_IST(BOOT_IST_EXCEPTION)(%rip)
	leaq	nmi_stack_end(%rip), %rax
	movq	%rax, boot_tss + TSS_IST(BOOT_IST_NMI)(%rip)

	/*
	 * The descriptor: its base is in four pieces. It is written whole because startup_32 may have
	 * loaded it, which marks it busy, and a busy one cannot be loaded.
	 */
	leaq	boot_tss(%rip), %rax
	leaq	__BOOT_TSS + gdt(%rip), %rdx
	movw	$(TSS_SIZE - 1), (%rdx)
	movw	%ax, 2(%rdx)
	shrq	$16, %rax
	movb	%al, 4(%rdx)
	movb	$TSS_AVAILABLE, 5(%rdx)
	movb	$0, 6(%rdx)
	movb	%ah, 7(%rdx)
	shrq	$16, %rax
	movl	%eax, 8(%rdx)
	movl	$0, 12(%rdx)
	movl	$__BOOT_TSS, %eax
	ltr	%ax
	ret
	.size	load_exception_stacks, . - load_exception_stacks

/*
 * checkpoint_error_stop: where a boot that failed ends. rdi = the message, rsi = its length.
 * A debugger finds both in the marker and, by the record, in the registers.
 */
	.globl	checkpoint_error_stop
	.hidden	checkpoint_error_stop
	.type	checkpoint_error_stop, @function
checkpoint_error_stop:
	CHECKPOINT64 error, %rdi, %rsi
1:	cli
	hlt
	jmp	1b
	.size	checkpoint_error_stop, . - checkpoint_error_stop

	CHECKPOINT_EMITTER_SHARED(64)
	CHECKPOINT_EMITTER64

/* A struct boot_error (failure.h). */
	.section .rodata, "a", @progbits
	.balign	8
la57_error:
	.quad	2f - 1f
1:	.ascii	"5-level paging: cr4.LA57 is set and the image is above 4 GiB: cannot switch to 4 levels"
2:	.byte	0

	.data
	.balign	16
boot_tss:
	.skip	TSS_SIZE

	.bss
	.balign	16
	.type	exception_stack, @object
exception_stack:
	.skip	BOOT_EXCEPTION_STACK_SIZE
exception_stack_end:
	.size	exception_stack, . - exception_stack
	.type	nmi_stack, @object
nmi_stack:
	.skip	BOOT_EXCEPTION_STACK_SIZE
nmi_stack_end:
	.size	nmi_stack, . - nmi_stack

	.section .note.GNU-stack, "", @progbits
