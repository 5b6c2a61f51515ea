/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verify_cpu and no_longmode: can this processor run 64-bit code, and if not, say so and stop.
 *
 * For:     EFER.LME on a processor without long mode is a general protection fault, and with no
 *          IDT that resets the machine: the user would see a boot loop and no reason.
 * Handed:  32-bit protected mode, flat segments, a stack, ebp = load address, esi = boot_params.
 * Leaves:  verify_cpu: eax = 0, or the offset of a message from verify_messages, plus 1.
 *          no_longmode: nothing, it does not return.
 * Skipped: nothing changes on a processor that has all that is asked for.
 */
#include "bootparams.h"
#include "layout.h"
#include "x86.h"

#define CHECKPOINT_TEXT_SECTION .head.checkpoint
#include "checkpoint_emit.h"

#define CPUID_EXTENDED          0x80000000
#define CPUID_EXTENDED_FEATURES 0x80000001

/* What every 64-bit kernel was compiled to expect of leaf 1. */
#define REQUIRED_EDX (CPUID_1_EDX_FPU | CPUID_1_EDX_MSR | CPUID_1_EDX_PAE | CPUID_1_EDX_CX8 | \
		      CPUID_1_EDX_PGE | CPUID_1_EDX_CMOV | CPUID_1_EDX_FXSR | CPUID_1_EDX_SSE | \
		      CPUID_1_EDX_SSE2)

	.section .head.text.cold, "ax", @progbits
	.code32
	.globl	verify_cpu
	.hidden	verify_cpu
	.type	verify_cpu, @function
verify_cpu:
	pushl	%ebx
	pushl	%edi

	/* cpuid exists when the ID flag can be changed. */
	pushfl
	popl	%eax
	movl	%eax, %ecx
	xorl	$X86_EFLAGS_ID, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	xorl	%ecx, %eax
	movl	$(message_no_cpuid - verify_messages + 1), %edi
	testl	$X86_EFLAGS_ID, %eax
	jz	1f

	/* The leaf with long mode in it, if there is such a leaf. */
	movl	$CPUID_EXTENDED, %eax
	cpuid
	movl	$(message_no_longmode - verify_messages + 1), %edi
	cmpl	$CPUID_EXTENDED_FEATURES, %eax
	jb	1f
	movl	$CPUID_EXTENDED_FEATURES, %eax
	cpuid
	testl	$CPUID_80000001_EDX_LM, %edx
	jz	1f

	movl	$1, %eax
	cpuid
	movl	$(message_no_feature - verify_messages + 1), %edi
	andl	$REQUIRED_EDX, %edx
	cmpl	$REQUIRED_EDX, %edx
	jne	1f
	xorl	%edi, %edi
1:	movl	%edi, %eax
	popl	%edi
	popl	%ebx
	ret
	.size	verify_cpu, . - verify_cpu

/*
 * no_longmode: eax as verify_cpu left it. Writes the message on the first serial port and on the
 * screen, emits the error checkpoint, and stops.
 */
	.globl	no_longmode
	.hidden	no_longmode
	.type	no_longmode, @function
no_longmode:
	call	1f
1:	popl	%ebx
	leal	(verify_messages - 1b - 1)(%ebx, %eax), %ebx

	/* ebx = the message: one byte of length in front of it */
	movzbl	(%ebx), %ecx
	incl	%ebx
	call	print_serial
	call	print_screen

	/* Where the record points, the registers hold what the marker said: edi and ecx. */
	movl	%ebx, %edi
	CHECKPOINT32 error, %edi, %ecx
1:	cli
	hlt
	jmp	1b
	.size	no_longmode, . - no_longmode

/* The first serial port: 115200 baud, 8 bits, no parity, one stop bit. Changes eax, edx, edi. */
#define SERIAL_PORT         0x3f8
#define SERIAL_LINE_CONTROL (SERIAL_PORT + 3)
#define SERIAL_LINE_STATUS  (SERIAL_PORT + 5)
#define SERIAL_DIVISOR_BIT  0x80
#define SERIAL_8N1          0x03
#define SERIAL_READY        0x20
#define SERIAL_PATIENCE     0xffff

	.type	print_serial, @function
print_serial:
	movl	$SERIAL_LINE_CONTROL, %edx
	movb	$(SERIAL_DIVISOR_BIT | SERIAL_8N1), %al
	outb	%al, %dx
	movl	$SERIAL_PORT, %edx
	movb	$1, %al
	outb	%al, %dx
	incl	%edx
	movb	$0, %al
	outb	%al, %dx
	movl	$SERIAL_LINE_CONTROL, %edx
	movb	$SERIAL_8N1, %al
	outb	%al, %dx

	pushl	%ebx
	pushl	%ecx
1:	movb	(%ebx), %ah
	call	print_serial_byte
	incl	%ebx
	loop	1b
	movb	$'\r', %ah
	call	print_serial_byte
	movb	$'\n', %ah
	call	print_serial_byte
	popl	%ecx
	popl	%ebx
	ret

print_serial_byte:
	movl	$SERIAL_PATIENCE, %edi
	movl	$SERIAL_LINE_STATUS, %edx
1:	inb	%dx, %al
	testb	$SERIAL_READY, %al
	jnz	2f
	decl	%edi
	jnz	1b			/* no such port: do not wait for ever */
2:	movl	$SERIAL_PORT, %edx
	movb	%ah, %al
	outb	%al, %dx
	ret
	.size	print_serial, . - print_serial

/*
 * The text screen, if there is one, at the cursor's line. boot_params says which of the two kinds
 * it is. Two bytes for each character, the second its colour. Changes eax, edx, edi.
 */
#define SCREEN_MONO   0xb0000
#define SCREEN_COLOUR 0xb8000
#define SCREEN_GREY   0x07

	.type	print_screen, @function
print_screen:
	cmpb	$0, BP_orig_video_lines(%esi)
	je	3f
	movl	$SCREEN_COLOUR, %edi
	cmpb	$VIDEO_MODE_MDA, BP_orig_video_mode(%esi)
	jne	1f
	movl	$SCREEN_MONO, %edi
1:	movzbl	BP_orig_y(%esi), %eax
	mulb	BP_orig_video_cols(%esi)
	leal	(%edi, %eax, 2), %edi

	pushl	%ebx
	pushl	%ecx
	movb	$SCREEN_GREY, %ah
2:	movb	(%ebx), %al
	movw	%ax, (%edi)
	incl	%ebx
	leal	2(%edi), %edi
	loop	2b
	popl	%ecx
	popl	%ebx
3:	ret
	.size	print_screen, . - print_screen

.macro counted_string text
	.byte	772f - 771f
771:	.ascii	"\text"
772:
.endm

verify_messages:
message_no_cpuid:
	counted_string "cpu: no cpuid instruction, so no long mode: this kernel wants a 64-bit processor"
message_no_longmode:
	counted_string "cpu: no long mode in cpuid 0x80000001: this kernel wants a 64-bit processor"
message_no_feature:
	counted_string "cpu: cpuid 1 lacks one of fpu msr pae cx8 pge cmov fxsr sse sse2"

	.section .note.GNU-stack, "", @progbits
