/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * startup_64: the 64-bit entry, at offset 0x200 of the image.
 *
 * For:     the image sits where the kernel is to be unpacked, or may. So it moves itself out of
 *          the way, to the end of the room that it was given, and unpacks from there.
 * Handed:  rsi = boot_params; long mode, with at least the image, boot_params and the command line
 *          mapped one to one; interrupts off. No stack, and from a loader no GDT of ours either.
 * Leaves:  a copy of the image out of the kernel's way, and control to it (relocated.S).
 * Skipped: by nobody.
 *
 *   rbp   output: where the kernel will be unpacked to
 *   rbx   the copy of this image
 *   r15   boot_params (rsi is wanted for copying)
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#define CHECKPOINT_TEXT_SECTION .head.checkpoint
#include "checkpoint_emit.h"

/* As in head_32.S. The anchor must be in the section that uses it, and stub.lds asserts 0x200. */
#define STARTUP_64_OFFSET 0x200
#define rva(symbol) ((symbol) - startup_64 + STARTUP_64_OFFSET)

	.cfi_sections .debug_frame
	.section .head.text.64, "ax", @progbits
	.code64
	.globl	startup_64
	.hidden	startup_64
	.type	startup_64, @function
startup_64:
	.cfi_startproc
	.cfi_undefined rip	/* nobody called: here a debugger's backtrace ends */
	CHECKPOINT64_BORROW startup_64, %rsi, %cs, %rsi, %cr0, %cr3, efer

	cld
	cli

	/*
	 * In long mode base and limit of these mean nothing, but a selector left from the loader's
	 * GDT would fault when anything reloads it, as iretq does with ss.
	 */
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs

	/*
	 * A null selector leaves fs its old base on some processors. Code with a stack protector reads
	 * a word at %fs:0x28, and a base from the loader could point at nothing.
	 */
	xorl	%edx, %edx
	movl	$MSR_FS_BASE, %ecx
	wrmsr

	/*
	 * Output and copy, the same sum as in startup_32 and for the same reasons. Done again because
	 * a loader may have entered here, and with 64 bits because it may have loaded us above 4 GiB.
	 *
	 *   load           output = rbp                   copy = rbx
	 *    |              |                              |
	 *    v              v                              v
	 *    +---------+    +------------------------------+-----------------+
	 *    |  image  |    |  room for the kernel         |  image's copy   |
	 *    +---------+    +------------------------------+-----------------+
	 *                   |<------------------ init_size ----------------->|
	 *                                                  |<---- _end ----->|
	 */
	leaq	startup_32(%rip), %rbp
	movl	BP_kernel_alignment(%rsi), %eax
	decl	%eax
	addq	%rax, %rbp
	notq	%rax
	andq	%rax, %rbp
	movq	load_physical_addr(%rip), %rax
	cmpq	%rax, %rbp
	jae	1f
	movq	%rax, %rbp
1:	movl	BP_init_size(%rsi), %ebx
	subl	$rva(_end), %ebx
	addq	%rbp, %rbx

	/* A stack in the copy's .bss: the copying leaves that part of the memory alone. */
	leaq	rva(boot_stack_end)(%rbx), %rsp
	CHECKPOINT64 relocation_target, %rbp, %rbx, %rsp

	/* Our GDT, for whoever entered here, and its 64-bit code segment. */
	leaq	gdt(%rip), %rax
	movq	%rax, 2 + gdt64(%rip)
	lgdt	gdt64(%rip)
	pushq	$__KERNEL_CS
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:
	/* From here on rsi is free: C code changes it, and so does the copying. */
	movq	%rsi, %r15

	/*
	 * SSE on. The C library code in this image (zlib) was compiled for any x86-64 user program and
	 * uses it; without OSFXSR its first such instruction is an undefined opcode.
	 */
	movq	%cr0, %rax
	andq	$~(X86_CR0_EM | X86_CR0_TS), %rax
	orq	$X86_CR0_MP, %rax
	movq	%rax, %cr0
	movq	%cr4, %rax
	orq	$(X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT), %rax
	movq	%rax, %cr4

	/*
	 * The first IDT: it handles nothing yet, but a fault from here to the second one ends in a
	 * defined way and not in whatever table the loader left behind.
	 */
	call	load_stage1_idt
	CHECKPOINT64 stage1_idt, gdtr, idtr

	/* A loader may have entered with five levels of page tables: all our tables have four. */
	call	leave_5level_paging

	/* A clean start for the flags, IF and DF and AC and NT included. */
	pushq	$0
	popfq

	/*
	 * Copy the image. Source and target may overlap, and the target is the higher one, so it goes
	 * from the last word down to the first: a word is read before the copy can reach it. Only what
	 * is in the file: .bss is cleared on the other side.
	 *
	 *     load                                   _bss
	 *      +---------------------------------------+
	 *      |                            <--- first |          what lies here at the
	 *      +------------+--------------------------+------------+    time is overwritten
	 *                   |                             <--- first|    in the source, already
	 *                   +---------------------------------------+    copied
	 *                  rbx                                 rbx + _bss
	 */
	leaq	_bss - 8(%rip), %rsi
	leaq	rva(_bss - 8)(%rbx), %rdi
	movl	$rva(_bss), %ecx
	shrl	$3, %ecx
	call	copy_image_backward
	CHECKPOINT64 image_copied, "lea startup_32(%rip)", %rbx, $rva(_bss)

	/*
	 * The GDT's old place may be overwritten by now, and the processor reads it again whenever a
	 * segment register is loaded. So use the copy's.
	 */
	leaq	rva(gdt64)(%rbx), %rax
	leaq	rva(gdt)(%rbx), %rdx
	movq	%rdx, 2(%rax)
	lgdt	(%rax)

	/* And over to the copy. */
	leaq	rva(relocated)(%rbx), %rax
	jmp	*%rax
	.cfi_endproc
	.size	startup_64, . - startup_64

/*
 * leave_5level_paging: when CR4.LA57 is set, switches to four levels. The bit cannot change while
 * paging is on, and paging cannot go off in 64-bit code, so the way leads through 32-bit code:
 *
 *     64-bit, 5 levels -> 32-bit code segment -> paging off -> LA57 off, new 4 GiB identity map
 *                                             -> paging on  -> 64-bit, 4 levels
 *
 * 32-bit code sees the low 4 GiB only. An image above them cannot go this way: it stays on five
 * levels until the copy has a console to say so (see relocated).
 * Changes rax, rcx, rdx, rdi and the flags.
 */
	.type	leave_5level_paging, @function
leave_5level_paging:
	movq	%cr4, %rax
	btl	$X86_CR4_LA57_BIT, %eax
	jnc	4f

	/* The stack is in the copy, above all else that is used here. */
	movq	%rsp, %rax
	shrq	$32, %rax
	jnz	4f

	/* 32-bit code need not leave the upper halves of registers alone: keep what may use them. */
	pushq	%r15
	leaq	rva(_pgtable)(%rbx), %rdi
	leaq	3f(%rip), %rdx
	leaq	2f(%rip), %rax
	pushq	$__KERNEL32_CS
	pushq	%rax
	lretq

	.code32
2:	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	pushl	$__KERNEL_CS
	pushl	%edx

	movl	%cr0, %eax
	andl	$~X86_CR0_PG, %eax
	movl	%eax, %cr0
	movl	%cr4, %eax
	andl	$~X86_CR4_LA57, %eax
	movl	%eax, %cr4
	call	build_early_page_tables
	movl	%edi, %cr3
	movl	%cr0, %eax
	orl	$X86_CR0_PG, %eax
	movl	%eax, %cr0
	lretl

	.code64
3:	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%ebx, %ebx
	movl	%ebp, %ebp
	movl	%esp, %esp
	popq	%r15
4:	ret
	.size	leave_5level_paging, . - leave_5level_paging

/*
 * The two hot loops, on pages of their own. A debugger's breakpoint makes an emulator run the
 * whole 4 KiB page that it is on one instruction at a time, and there are breakpoints on all the
 * checkpoints above; these loops handle megabytes.
 */
	.section .head.text.hot, "ax", @progbits
	.code64
	.type	copy_image_backward, @function
copy_image_backward:
	std
	rep	movsq
	cld
	ret
	.size	copy_image_backward, . - copy_image_backward

/* No call and no ret: the stack, with any return address, is in what is being cleared. */
	.globl	clear_bss
	.hidden	clear_bss
	.type	clear_bss, @function
clear_bss:
	xorl	%eax, %eax
	leaq	_bss(%rip), %rdi
	leaq	_ebss(%rip), %rcx
	subq	%rdi, %rcx
	shrq	$3, %rcx
	rep	stosq
	jmp	bss_cleared
	.size	clear_bss, . - clear_bss

	.section .head.text.cold, "ax", @progbits
	.code64
	CHECKPOINT_EMITTER64

/*
 * The GDT. Its null descriptor is never read by the processor. gdt64 is what lgdt reads: limit and
 * base, 10 bytes in 64-bit code and the first 6 of them in 32-bit code. Whoever loads it fills in
 * the base first, since it depends on where the image is.
 */
	.data
	.globl	gdt64, gdt
	.hidden	gdt64, gdt
	.balign	8
	.skip	6
gdt64:
	.word	gdt_end - gdt - 1
	.quad	0
	.balign	8
	.type	gdt, @object
gdt:
	.quad	0			/* null */
	.quad	GDT_ENTRY_CODE32	/* __KERNEL32_CS */
	.quad	GDT_ENTRY_CODE64	/* __KERNEL_CS */
	.quad	GDT_ENTRY_DATA		/* __KERNEL_DS */
	.quad	GDT_ENTRY_TSS		/* __BOOT_TSS: 16 bytes in long mode */
	.quad	0
gdt_end:
	.size	gdt, . - gdt

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
	.balign	16
	.type	boot_stack, @object
boot_stack:
	.skip	BOOT_STACK_SIZE
boot_stack_end:
	.size	boot_stack, . - boot_stack

/*
 * Room for page tables. Outside of .bss, because it must not be cleared with it: cr3 points here
 * already, into the copy, when .bss is cleared.
 */
	.section .pgtable, "aw", @nobits
	.balign	4096
	.skip	BOOT_PGT_SIZE

	.section .note.GNU-stack, "", @progbits
