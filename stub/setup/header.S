/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first two sectors: what a boot loader reads, and where it jumps to.
 *
 * For:     a loader must know, before it runs anything, how large the parts are, where they may go
 *          and what they can do. That is the setup header, at 0x1f1. Then it enters real-mode code
 *          at 0x200, whose first task is to make a state in which C code can run.
 * Handed:  at 0x200: real mode, cs = ds + 0x20, ds = es = the segment this was loaded to. A stack
 *          maybe. Everything else is unknown.
 * Leaves:  main() called, with cs = ds = es = ss, a stack, and .bss clear.
 * Skipped: by 32- and 64-bit loaders, which fill in boot_params themselves.
 *
 *   X = segment * 16        (0x10000 under QEMU's -kernel)
 *
 *   X + 0x0000  +-----------------------------+
 *               | boot sector code            |  runs only if someone boots this as a disk
 *   X + 0x01ef  | 0xff 0xff                   |  the sentinel of boot_params, see below
 *   X + 0x01f1  | setup header, 0x7b bytes    |
 *   X + 0x0200  |   its 16th byte: jmp        |  the entry
 *   X + 0x026c  +-----------------------------+
 *               | code, data, .bss            |
 *       _end    +-----------------------------+
 *               | stack, growing down         |
 *               +-----------------------------+  heap_end_ptr + STACK_SIZE
 */
#include "bootparams.h"
#include "layout.h"
#include "checkpoint_emit.h"

#define STACK_SIZE   1024
#define SETUP_SIG    0x5a5aaa55	/* stands at the very end: is all of setup here? */
#define ENTRY_OFFSET 0x200	/* of the header's jump; loaders count some fields from here */
#define BOOT_SEGMENT 0x07c0	/* where a BIOS puts a boot sector */

	.code16
	.section .bstext, "ax", @progbits
	.globl	bootsect_start
bootsect_start:
	/* Someone booted this as a disk. Say what is missing, wait for a key, try the next disk. */
	ljmp	$BOOT_SEGMENT, $1f
1:	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	xorw	%sp, %sp
	sti
	cld
	movw	$bootsect_message, %si
2:	lodsb
	testb	%al, %al
	jz	3f
	movb	$0x0e, %ah		/* BIOS: one character, teletype */
	movw	$7, %bx
	int	$0x10
	jmp	2b
3:	xorw	%ax, %ax		/* BIOS: wait for a key */
	int	$0x16
	int	$0x19			/* BIOS: boot again */
	ljmp	$0xf000, $0xfff0	/* no BIOS came back from that; reset */

bootsect_message:
	.ascii	"This image needs a boot loader that speaks the Linux boot protocol; press a key."
	.byte	13, 10, 0

/*
 * The header. Fields marked "packer" are 0 here and known only when the kernel is packed: mkimage
 * writes them. Fields marked "loader" are for the boot loader to fill in.
 */
	.section .header, "a", @progbits
	/*
	 * These two bytes lie where boot_params has its sentinel. A loader that copies the whole
	 * sector into boot_params, and not the header alone, leaves garbage in the fields around; it
	 * leaves the 0xff as well, which gives it away.
	 */
	.byte	0xff, 0xff
	.globl	hdr
hdr:
setup_sects:		.byte	0		/* packer */
root_flags:		.word	1		/* root file system read-only */
syssize:		.long	0		/* packer */
ram_size:		.word	0		/* no longer used */
vid_mode:		.word	0xffff		/* loader; "normal" */
root_dev:		.word	0		/* no longer used */
boot_flag:		.word	BOOT_FLAG_MAGIC
	/* 0x200: a two-byte jump, whose displacement also tells how long the header is. */
	.globl	setup_entry
setup_entry:
	.byte	0xeb
	.byte	start_of_setup - 1f
1:
			.long	HEADER_MAGIC
version:		.word	BOOT_PROTOCOL
realmode_swtch:		.long	0		/* loader: a hook */
start_sys_seg:		.word	0x1000		/* no longer used */
kernel_version_offset:	.word	kernel_version - ENTRY_OFFSET
type_of_loader:		.byte	0		/* loader */
loadflags:		.byte	LOADED_HIGH	/* loader: more, see CAN_USE_HEAP below */
setup_move_size:	.word	0x8000		/* old loaders moved setup; so many bytes */
code32_start:		.long	DEFAULT_LOAD_ADDRESS
ramdisk_image:		.long	0		/* loader */
ramdisk_size:		.long	0		/* loader */
bootsect_kludge:	.long	0		/* no longer used */
heap_end_ptr:		.word	_end + STACK_SIZE - ENTRY_OFFSET
ext_loader_ver:		.byte	0
ext_loader_type:	.byte	0
cmd_line_ptr:		.long	0		/* loader */
initrd_addr_max:	.long	0x7fffffff
kernel_alignment:	.long	TEACHING_PHYSICAL_ALIGN
relocatable_kernel:	.byte	1
min_alignment:		.byte	21		/* 1 << 21 = 2 MiB */
xloadflags:		.word	XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G
cmdline_size:		.long	KERNEL_CMDLINE_MAX
hardware_subarch:	.long	0		/* a PC */
hardware_subarch_data:	.quad	0
payload_offset:		.long	0		/* packer */
payload_length:		.long	0		/* packer */
setup_data:		.quad	0		/* loader: a list */
pref_address:		.quad	TEACHING_PHYSICAL_ADDR	/* packer, if the kernel says other */
init_size:		.long	0		/* packer */
handover_offset:	.long	0		/* no EFI stub */
kernel_info_offset:	.long	0
	.globl	hdr_end
hdr_end:

/*
 * start_of_setup: from "a loader jumped here" to "C code can run".
 */
	.section .entrytext, "ax", @progbits
start_of_setup:
	movw	%ds, %ax
	movw	%ax, %es
	cld				/* string instructions count up, C code expects it */

	/*
	 * A stack. If ss is ours already, the loader has set one up and sp is good. If not, it is
	 * anywhere, and we choose: STACK_SIZE behind .bss, which is all that the header as shipped asks
	 * for; or, when the loader set CAN_USE_HEAP, STACK_SIZE behind what heap_end_ptr says.
	 */
	movw	%ss, %dx
	cmpw	%ax, %dx
	movw	%sp, %dx
	je	2f
	movw	$_end, %dx
	testb	$CAN_USE_HEAP, loadflags
	jz	1f
	movw	heap_end_ptr, %dx
1:	addw	$STACK_SIZE, %dx
	jnc	2f
	xorw	%dx, %dx		/* it would wrap: the end of the segment, then */
2:	andw	$~3, %dx
	jnz	3f
	movw	$0xfffc, %dx
3:	movw	%ax, %ss
	movzwl	%dx, %esp		/* 32-bit code below uses all of esp */
	sti				/* BIOS calls want interrupts */

	/*
	 * cs is 0x20 above ds, so a function has one address as code and another as data. Make them
	 * the same.
	 */
	pushw	%ds
	pushw	$1f
	lretw
1:
	/* A loader that read too few sectors left the rest of us on the disk. */
	cmpl	$SETUP_SIG, setup_sig
	jne	setup_bad

	/* .bss: memory that the file does not contain. C code takes it for zero. */
	movw	$__bss_start, %di
	movw	$_end + 3, %cx
	xorl	%eax, %eax
	subw	%di, %cx
	shrw	$2, %cx
	rep	stosl
	CHECKPOINT16 setup_entry, %cs, %ds, %ss, %sp

	calll	main			/* does not return */

setup_bad:
	movl	$setup_bad_message, %eax
	calll	setup_stop

/*
 * setup_halt(eax = message, edx = length): the end of a boot that failed in setup; the text is on
 * the console already. Where the record points, edi and ecx hold what the marker said.
 */
	.globl	setup_halt
	.type	setup_halt, @function
setup_halt:
	movl	%edx, %ecx
	movw	%ds, %dx
	movzwl	%dx, %edi
	shll	$4, %edi
	addl	%eax, %edi
	CHECKPOINT16 error, %edi, %ecx
1:	cli
	hlt
	jmp	1b
	.size	setup_halt, . - setup_halt

/* checkpoint_memory_detected(eax = boot_params, edx = e820 entries): for main(). */
	.globl	checkpoint_memory_detected
	.type	checkpoint_memory_detected, @function
checkpoint_memory_detected:
	CHECKPOINT16 memory_detected, %eax, %edx
	retl
	.size	checkpoint_memory_detected, . - checkpoint_memory_detected

	CHECKPOINT_EMITTER16

	.section .rodata, "a", @progbits
setup_bad_message:
	.asciz	"setup: no signature at its end: the boot loader read too few sectors"
	.globl	kernel_version
kernel_version:
	.asciz	"bootscope (annotated decompressor stub)"

	.section .signature, "a", @progbits
setup_sig:
	.long	SETUP_SIG

	.section .note.GNU-stack, "", @progbits
