/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * startup_32: the 32-bit entry, at offset 0 of the image.
 *
 * For:     getting from 32-bit code with paging off to 64-bit code, which cannot exist without
 *          paging. So page tables come first, and before them the answer to "where are we?",
 *          because an image that may be loaded anywhere cannot know any address of its own.
 * Handed:  esi = boot_params; flat 4 GiB segments; interrupts off; paging off. No stack: the
 *          32-bit boot protocol promises none.
 * Leaves:  long mode, the first 4 GiB mapped one to one, esi as it was.
 * Skipped: by a loader that is in long mode already. It enters at startup_64 instead, which
 *          therefore works out all that it needs again.
 *
 *   ebp   the load address                    known after checkpoint load-address-known
 *   ebx   where this image will copy itself   so that the page tables can be made at their
 *   edi   the page tables                     final place, in the copy's .pgtable
 *   esi   boot_params
 *
 *                                 ebx                            edi
 *    load = ebp                    |                              |
 *      |                           v                              v
 *      +---------------+           +-----------------------+------+----------+
 *      |  this image   |           |  (the copy, not here yet)   | .pgtable |
 *      +---------------+           +-----------------------+------+----------+
 *      1 MiB                                                                 output + init_size
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#define CHECKPOINT_TEXT_SECTION .head.checkpoint
#include "checkpoint_emit.h"

/*
 * The distance of a symbol from the start of the image. With the load address in a register,
 * rva(symbol)(%ebp) is where that symbol really is, and no linker or loader had to fix anything.
 */
#define rva(symbol) ((symbol) - startup_32)

	.section .head.text.32, "ax", @progbits
	.code32
	.globl	startup_32
	.hidden	startup_32
	.type	startup_32, @function
startup_32:
	CHECKPOINT32_BORROW startup_32, %esi, %esi

	/*
	 * String instructions count up, and nothing may interrupt: the BIOS's handlers are real-mode
	 * code, and there is no IDT that means anything in this mode.
	 */
	cld
	cli

	/*
	 * A loader that set KEEP_SEGMENTS has flat segments whose selectors are its own, and a GDT in
	 * which __BOOT_DS may not exist. Loading it there would be a general protection fault, with
	 * nobody to handle it.
	 */
	testb	$KEEP_SEGMENTS, BP_loadflags(%esi)
	jnz	1f
	movl	$__BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
1:

	/*
	 * Where are we? The one instruction that tells is call, which pushes its own address, and that
	 * wants four bytes of stack. boot_params has a field for exactly this, scratch.
	 */
	leal	(BP_scratch + 4)(%esi), %esp
	call	1f
1:	popl	%ebp
	subl	$rva(1b), %ebp
	CHECKPOINT32_BORROW load_address_known, %esi, %ebp

	/*
	 * A GDT of our own: the loader's has no 64-bit code segment. Its address goes into the
	 * pointer now that it is known. Then a stack, and cs: as of here no selector is the loader's.
	 */
	leal	rva(gdt)(%ebp), %eax
	movl	%eax, (rva(gdt64) + 2)(%ebp)
	lgdt	rva(gdt64)(%ebp)
	movl	$__BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	leal	rva(boot_stack_end)(%ebp), %esp
	leal	rva(1f)(%ebp), %eax
	pushl	$__KERNEL32_CS
	pushl	%eax
	lretl
1:

	/* No way back from a wrong guess here: without long mode the next steps fault silently. */
	call	verify_cpu
	testl	%eax, %eax
	jnz	no_longmode

	/*
	 * Where the copy will stand. The kernel must start on a multiple of its alignment and not
	 * below the address that it was linked for (mkimage put that in the image); the copy ends
	 * where the room for it ends.
	 */
	movl	BP_kernel_alignment(%esi), %eax
	decl	%eax
	leal	(%ebp, %eax), %ebx
	notl	%eax
	andl	%eax, %ebx
	movl	rva(load_physical_addr)(%ebp), %eax
	cmpl	%eax, %ebx
	jae	1f
	movl	%eax, %ebx
1:	addl	BP_init_size(%esi), %ebx
	subl	$rva(_end), %ebx

	/* Long mode demands PAE. LA57 off: the tables below have four levels. */
	movl	%cr4, %eax
	andl	$~X86_CR4_LA57, %eax
	orl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4

	leal	rva(_pgtable)(%ebx), %edi
	call	build_early_page_tables
	movl	%edi, %cr3
	CHECKPOINT32 early_page_tables, %cr3, %cr4, $(BOOT_INIT_PGT_SIZE / PAGE_SIZE)

	/* Ask for long mode. The processor obeys when paging is switched on, not before. */
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$EFER_LME_BIT, %eax
	wrmsr

	/* No LDT, and an empty TSS: Intel's virtualization refuses a guest that has none. */
	xorl	%eax, %eax
	lldt	%ax
	movl	$__BOOT_TSS, %eax
	ltr	%ax

	/*
	 * Paging on. The next instructions are fetched through the new tables, which is why these map
	 * us where we are. Until cs is reloaded the processor is in long mode's 32-bit sub-mode; the
	 * far return takes a descriptor with the L bit, and that is 64-bit code.
	 */
	leal	rva(startup_64)(%ebp), %eax
	pushl	$__KERNEL_CS
	pushl	%eax
	movl	$(X86_CR0_PG | X86_CR0_PE), %eax
	movl	%eax, %cr0
	lretl
	.size	startup_32, . - startup_32

/*
 * build_early_page_tables: maps the first 4 GiB one to one, in six pages at edi.
 *
 *   edi -> +--------+      +--------+      +---------+---------+---------+---------+
 *          | PML4   |  .-> | PDPT   |  .-> |  2 MiB  |         |         |         |
 *          | [0] ---+--'   | [0] ---+--'   |  pages  |  of     |  of     |  of     |
 *          |        |      | [1] ---+----  | 0-1 GiB | 1-2 GiB | 2-3 GiB | 3-4 GiB |
 *          |        |      | [2] [3]|      |   512   |   512   |   512   |   512   |
 *          +--------+      +--------+      +---------+---------+---------+---------+
 *            +0              +0x1000         +0x2000   +0x3000   +0x4000   +0x5000
 *
 * The image, its copy, boot_params and all else we touch lie below 4 GiB in this mode. Pages of
 * 2 MiB need no fourth level, and any processor with long mode has them.
 * Changes eax, ecx, edx; edi stays.
 */
	.section .head.text.cold, "ax", @progbits
	.code32
	.globl	build_early_page_tables
	.hidden	build_early_page_tables
	.type	build_early_page_tables, @function
build_early_page_tables:
	movl	%edi, %edx
	xorl	%eax, %eax
	movl	$(BOOT_INIT_PGT_SIZE / 4), %ecx
	rep	stosl
	movl	%edx, %edi

	leal	(0x1000 + _PAGE_PRESENT + _PAGE_RW)(%edi), %eax
	movl	%eax, (%edi)

	leal	(0x2000 + _PAGE_PRESENT + _PAGE_RW)(%edi), %eax
	xorl	%ecx, %ecx
1:	movl	%eax, 0x1000(%edi, %ecx, 8)
	addl	$PAGE_SIZE, %eax
	incl	%ecx
	cmpl	$4, %ecx
	jb	1b

	movl	$(_PAGE_PRESENT | _PAGE_RW | _PAGE_PSE | _PAGE_GLOBAL), %eax
	xorl	%ecx, %ecx
1:	movl	%eax, 0x2000(%edi, %ecx, 8)
	addl	$PMD_SIZE, %eax
	incl	%ecx
	cmpl	$(4 * PTRS_PER_PAGE), %ecx
	jb	1b
	ret
	.size	build_early_page_tables, . - build_early_page_tables

	CHECKPOINT_EMITTER_SHARED(32)
	CHECKPOINT_EMITTER32

	.section .note.GNU-stack, "", @progbits
