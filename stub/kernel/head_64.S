/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The teaching kernel's first instructions: from the decompressor's world, where every address is
 * physical, to the kernel's own, where it runs in the top 2 GiB.
 *
 *   startup_64              at a physical address, on the decompressor's identity map
 *        |                  rsi = boot_params (physical)
 *        |  __startup_64    makes the page tables below true for where we really are
 *        v
 *   secondary_startup_64    cr3 = early_top_pgt: now both of these lead to the same bytes:
 *        |
 *        |      virtual                                     physical
 *        |      where we run now (identity) ------------.
 *        |                                               >  the kernel's image
 *        |      0xffffffff81000000 + virtual delta -----'
 *        |
 *        |  the jump to 1f: from the first name for this memory to the second
 *        v
 *   x86_64_start_kernel     C, high addresses only
 *
 * Two deltas, and they have nothing to do with each other: KASLR may put the image at any
 * physical place (the physical delta is against 0x1000000) and let it run at any virtual one (the
 * virtual delta is against 0xffffffff81000000; the decompressor's relocations are about this one).
 */
#include "layout.h"
#include "pgtable.h"
#include "x86.h"

#define KERNEL_STACK_SIZE 0x4000

	.cfi_sections .debug_frame
	.section .head.text, "ax"
	.code64
/*
 * The entry is not the first byte of the image, so that a decompressor which jumps to the start of
 * the image in place of its e_entry lands in text and fails at once.
 */
	.ascii	"bootscope teaching kernel: the entry is e_entry, not this text\n"
	.balign	64

/*
 * startup_64: entered by the decompressor's last jump.
 *
 * In:   rsi = boot_params, physical; interrupts off; paging on, identity-mapped; any stack.
 * Out:  at secondary_startup_64 with r15 = boot_params.
 * Only rip-relative addresses may be used: the linked ones are not mapped yet.
 */
	.globl	startup_64
startup_64:
	.cfi_startproc
	.cfi_undefined rip	/* nobody called: here a debugger's backtrace ends */
	cld
	cli
	movq	%rsi, %r15

	/* Our tables have four levels; with LA57 on the processor would walk them as five. */
	movq	%cr4, %rax
	btq	$X86_CR4_LA57_BIT, %rax
	jc	no_way

	/* A stack of our own: the decompressor's lies in memory that nobody reserves for us. */
	leaq	init_stack_end(%rip), %rsp

	/*
	 * A GDT of our own, for the same reason. lgdt wants the table's address as data, and what
	 * the linker would put there is not mapped yet: compute it.
	 */
	leaq	gdt(%rip), %rax
	movq	%rax, gdt_pointer + 2(%rip)
	lgdt	gdt_pointer(%rip)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	/* cs changes only by a far return: push selector and address, and "return" there. */
	pushq	$__KERNEL_CS
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:
	/*
	 * Fix the page tables. Two addresses of the same byte are handed over: where _text is
	 * (from rip), and where the relocations say it will run (an immediate that the
	 * decompressor adjusted: it is one of the 32-bit sites).
	 */
	leaq	_text(%rip), %rdi
	movq	$_text, %rsi
	call	__startup_64
	testl	%eax, %eax
	jnz	no_way

	leaq	early_top_pgt(%rip), %rax

/*
 * secondary_startup_64: switch to our tables, then to our addresses. (The name is Linux's: there
 * the other processors come in here, their tables being ready.)
 *
 * In: rax = physical address of early_top_pgt, r15 = boot_params.
 */
	.globl	secondary_startup_64
secondary_startup_64:
	/*
	 * PAE stays, PGE goes on: nothing but the bits we know. Writing cr3 drops the
	 * decompressor's map; the next instruction is fetched through ours, whose identity part
	 * covers the image and nothing else. Without that part this would be the end.
	 */
	movl	$(X86_CR4_PAE | X86_CR4_PGE), %ecx
	movq	%rcx, %cr4
	movq	%rax, %cr3

	/* The move: an absolute jump to the address that the kernel was linked (and relocated) for. */
	movq	$1f, %rax
	jmp	*%rax
1:
	/* From here on rip is high. Everything that held a physical address is stale: redo it. */
	leaq	gdt(%rip), %rax
	movq	%rax, gdt_pointer + 2(%rip)
	lgdt	gdt_pointer(%rip)
	leaq	init_stack_end(%rip), %rsp

	/* Per-CPU data: gs:offset. Its symbols are offsets, so the base is where the area lies. */
	movl	$MSR_GS_BASE, %ecx
	leaq	__per_cpu_load(%rip), %rdx
	movl	%edx, %eax
	shrq	$32, %rdx
	wrmsr

	/* No frame below this one. */
	xorl	%ebp, %ebp
	pushq	$0
	movq	%r15, %rdi
	call	x86_64_start_kernel

/* Nothing can be printed yet: end the guest with "fail", and stop if it does not end. */
no_way:
	movl	$TEACHING_FAIL, %eax
	outb	%al, $DEBUG_EXIT_PORT
1:	hlt
	jmp	1b
	.cfi_endproc

/*
 * Page tables. As linked they describe a kernel at its linked place. The table entries that point
 * to tables are relocated words like any other (the decompressor adds the virtual delta), which is
 * why __startup_64 corrects by the difference between where we are and where the *relocated* words
 * say we are.
 *
 *   early_top_pgt          level3_kernel_pgt      level2_kernel_pgt
 *   +-----+                +-----+                +-----+
 *   | 511 | -------------> | 511 |                | 511 |
 *   | ... |                | 510 | -------------> | ... |  512 pages of 2 MiB:
 *   | low |  identity, by  | ... |                |   0 |  0xffffffff80000000 + n * 2 MiB
 *   +-----+  __startup_64  +-----+                +-----+
 */
	.section .init.page_aligned, "aw"
	.balign	4096
	.globl	early_top_pgt, early_dynamic_pgts
early_top_pgt:
	.fill	PGD_KERNEL, 8, 0
	.quad	level3_kernel_pgt - START_KERNEL_MAP + _PAGE_TABLE
/* Tables to hand out: two for the identity map, later for whatever is touched at PAGE_OFFSET. */
early_dynamic_pgts:
	.fill	PTRS_PER_PAGE * EARLY_DYNAMIC_PAGE_TABLES, 8, 0

	.section .data..page_aligned, "aw"
	.balign	4096
	.globl	level3_kernel_pgt, level2_kernel_pgt
level3_kernel_pgt:
	.fill	PUD_KERNEL, 8, 0
	.quad	level2_kernel_pgt - START_KERNEL_MAP + _PAGE_TABLE
	.quad	0
level2_kernel_pgt:
	.set	page, 0
	.rept	PTRS_PER_PAGE
	.quad	(page << PMD_SHIFT) + _PAGE_TABLE + _PAGE_PSE
	.set	page, page + 1
	.endr
init_stack:
	.fill	KERNEL_STACK_SIZE, 1, 0
init_stack_end:

	.data
	.balign	16
gdt:
	.quad	0
	.quad	0
	.quad	GDT_ENTRY_CODE64	/* __KERNEL_CS */
	.quad	GDT_ENTRY_DATA		/* __KERNEL_DS */
gdt_end:
	.balign	16
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt

	.balign	8
	.globl	phys_base
phys_base:
	.quad	0

	.section .note.GNU-stack, "", @progbits
