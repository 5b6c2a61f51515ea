/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assembler's half of checkpoint_emit.h, which says how to use it. Included by that file only.
 */
#ifndef BOOTSCOPE_ABI_CHECKPOINT_EMIT_ASM_H
#define BOOTSCOPE_ABI_CHECKPOINT_EMIT_ASM_H

/* clang-format off */

#include "bootparams.h"
#include "x86.h"

/* Where names and keys go: a program may have its reasons to keep them near its first code. */
#ifndef CHECKPOINT_TEXT_SECTION
#define CHECKPOINT_TEXT_SECTION .rodata.checkpoint
#endif

/* The record's address field is 64 bits wide in a file whose assembler may know only 32. */
#ifdef __x86_64__
#define CHECKPOINT_ADDRESS_ .quad 771b
#else
#define CHECKPOINT_ADDRESS_ .long 771b, 0
#endif

/*
 * checkpoint_record: one entry of the section, for the address that follows the macro. The count of
 * operands is held against the list here, where both are known.
 */
.macro checkpoint_record count, index, defined_mode, mode, name, keys
	.set	checkpoint_keys, 0
	.irp	key, \keys
	.set	checkpoint_keys, checkpoint_keys + 1
	.endr
	.if	checkpoint_keys - (\count)
	.error	"checkpoint \name wants one operand for each of: \keys"
	.endif
	.if	(\defined_mode) && (\defined_mode) - (\mode)
	.error	"checkpoint \name is not listed for this mode"
	.endif
771:
	.pushsection CHECKPOINT_SECTION, "", @progbits
	CHECKPOINT_ADDRESS_
	.long	\index, \mode
772:
	.asciz	"\name"
	.skip	CHECKPOINT_NAME_MAX - (. - 772b)
	.popsection
.endm

/* The list, as macros: checkpoint_record_ID and checkpoint_text_ID ("name", NUL, "keys", NUL). */
#define CHECKPOINT(index, id, name, mode, where, keys)                                             \
	.macro checkpoint_record_##id count, width ;                                               \
	checkpoint_record \count, index, mode, \width, name, keys ;                                \
	.endm ;                                                                                    \
	.macro checkpoint_text_##id ; .asciz name, keys ; .endm
#include CHECKPOINT_LIST
CHECKPOINT(CHECKPOINT_ERROR, error, CHECKPOINT_ERROR_NAME, 0, "", "message length")
#undef CHECKPOINT

/*
 * checkpoint_value: loads one operand into the accumulator (\a, with \c, \d for rdmsr). What the
 * site has pushed so far is known in checkpoint_depth: the stack pointer of before is that much
 * higher, and the accumulator of before lies just below the flags.
 */
.macro checkpoint_value r, slot, first, second
	mov	checkpoint_depth - 2 * \slot(%\r\()sp), %\r\()ax
	.ifnb	\second
	\first	\second, %\r\()ax
	.exitm
	.endif
	.ifc	\first, efer
	mov	$MSR_EFER, %ecx
	rdmsr
	mov	checkpoint_depth - 3 * \slot(%\r\()sp), %\r\()cx
	mov	checkpoint_depth - 4 * \slot(%\r\()sp), %\r\()dx
	.exitm
	.endif
	.ifc	\first, gdtr
	checkpoint_table \r, sgdt
	.exitm
	.endif
	.ifc	\first, idtr
	checkpoint_table \r, sidt
	.exitm
	.endif
	.ifc	\first, %\r\()sp
	lea	checkpoint_depth(%\r\()sp), %\r\()ax
	.exitm
	.endif
	.ifc	\first, %sp
	lea	checkpoint_depth(%\r\()sp), %\r\()ax
	movzwl	%ax, %eax
	.exitm
	.endif
	mov	\first, %\r\()ax
.endm

/* checkpoint_table: the base that sgdt or sidt stores behind the 16-bit limit. */
.macro checkpoint_table r, store
	lea	-16(%\r\()sp), %\r\()sp
	\store	(%\r\()sp)
	mov	2(%\r\()sp), %\r\()ax
	lea	16(%\r\()sp), %\r\()sp
.endm

/* checkpoint_push: the values, last key first, so that they lie in the order of the keys. */
.macro checkpoint_push r, slot, operand, rest:vararg
	.ifnb	\rest
	checkpoint_push \r, \slot, \rest
	.endif
	checkpoint_value \r, \slot, \operand
	push	%\r\()ax
	.set	checkpoint_depth, checkpoint_depth + \slot
	.set	checkpoint_count, checkpoint_count + 1
.endm

/*
 * The marker alone, without a record. The text is found relative to where the code runs, since a
 * checkpoint is passed before anyone knows where that is.
 */
.macro CHECKPOINT_EMIT64 id, operands:vararg
	pushfq
	.irp	register, %rax, %rcx, %rdx, %rsi, %rdi
	push	\register
	.endr
	.set	checkpoint_depth, 48
	.set	checkpoint_count, 0
	checkpoint_push r, 8, \operands
	lea	773f(%rip), %rdi
	mov	%rsp, %rsi
	call	checkpoint_emit64
	lea	8 * checkpoint_count(%rsp), %rsp
	.irp	register, %rdi, %rsi, %rdx, %rcx, %rax
	pop	\register
	.endr
	popfq
	.pushsection CHECKPOINT_TEXT_SECTION, "a", @progbits
773:	checkpoint_text_\id
	.popsection
.endm

.macro CHECKPOINT_EMIT32 id, operands:vararg
	pushfl
	.irp	register, %eax, %ecx, %edx, %esi, %edi
	push	\register
	.endr
	.set	checkpoint_depth, 24
	.set	checkpoint_count, 0
	checkpoint_push e, 4, \operands
	mov	%esp, %esi
	call	774f
774:	pop	%edi
	lea	773f - 774b(%edi), %edi
	call	checkpoint_emit32
	lea	4 * checkpoint_count(%esp), %esp
	.irp	register, %edi, %esi, %edx, %ecx, %eax
	pop	\register
	.endr
	popfl
	.pushsection CHECKPOINT_TEXT_SECTION, "a", @progbits
773:	checkpoint_text_\id
	.popsection
.endm

/* In real mode the text is where it was linked: segments see to the rest. ds must equal ss. */
.macro CHECKPOINT_EMIT16 id, operands:vararg
	pushfl
	.irp	register, %eax, %ecx, %edx, %esi, %edi
	push	\register
	.endr
	.set	checkpoint_depth, 24
	.set	checkpoint_count, 0
	checkpoint_push e, 4, \operands
	movzwl	%sp, %esi
	movl	$773f, %edi
	calll	checkpoint_emit16
	lea	4 * checkpoint_count(%esp), %esp
	.irp	register, %edi, %esi, %edx, %ecx, %eax
	pop	\register
	.endr
	popfl
	.pushsection CHECKPOINT_TEXT_SECTION, "a", @progbits
773:	checkpoint_text_\id
	.popsection
.endm

.macro CHECKPOINT64 id, operands:vararg
checkpoint_begin_\id:
	CHECKPOINT_EMIT64 \id, \operands
	checkpoint_record_\id checkpoint_count, CHECKPOINT_LONG64
.endm

.macro CHECKPOINT32 id, operands:vararg
checkpoint_begin_\id:
	CHECKPOINT_EMIT32 \id, \operands
	checkpoint_record_\id checkpoint_count, CHECKPOINT_PROTECTED32
.endm

.macro CHECKPOINT16 id, operands:vararg
checkpoint_begin_\id:
	CHECKPOINT_EMIT16 \id, \operands
	checkpoint_record_\id checkpoint_count, CHECKPOINT_REAL16
.endm

/*
 * The borrowed stack: 272 bytes, from boot_params + 0xff8 down.
 *
 *      0xeec                                   0xff8      0x1000
 *        | .... values, registers, flags  <----- | old sp   |
 */
#define CHECKPOINT_BORROW_TOP_ (BOOT_PARAMS_SIZE - 8)

.macro CHECKPOINT64_BORROW id, base, operands:vararg
checkpoint_begin_\id:
	mov	%rsp, CHECKPOINT_BORROW_TOP_(\base)
	lea	CHECKPOINT_BORROW_TOP_(\base), %rsp
	CHECKPOINT_EMIT64 \id, \operands
	mov	(%rsp), %rsp
	checkpoint_record_\id checkpoint_count, CHECKPOINT_LONG64
.endm

.macro CHECKPOINT32_BORROW id, base, operands:vararg
checkpoint_begin_\id:
	mov	%esp, CHECKPOINT_BORROW_TOP_(\base)
	lea	CHECKPOINT_BORROW_TOP_(\base), %esp
	CHECKPOINT_EMIT32 \id, \operands
	mov	(%esp), %esp
	checkpoint_record_\id checkpoint_count, CHECKPOINT_PROTECTED32
.endm

/*
 * checkpoint_emit: writes "@name key=0xvalue ...\n" to the port. In (\r)di the text, in (\r)si the
 * values, \size bytes each. Every register and the flags come back as they were.
 */
.macro checkpoint_emitter name, r, s, size
\name:
	pushf\s
	.irp	letters, ax, bx, cx, dx, si, di
	push	%\r\letters
	.endr
	mov	$CHECKPOINT_PORT, %edx
	mov	$'@', %al
1:	out	%al, %dx		/* the name, up to its NUL */
	mov	(%\r\()di), %al
	inc	%\r\()di
	test	%al, %al
	jnz	1b

2:	mov	(%\r\()di), %al		/* a key, up to a space or the last NUL */
	test	%al, %al
	jz	7f
	mov	$' ', %al
3:	out	%al, %dx
	mov	(%\r\()di), %al
	inc	%\r\()di
	test	$~' ' & 0xff, %al
	jnz	3b

	dec	%\r\()di		/* stay on the NUL; step over a space */
	cmp	$' ', %al
	jne	4f
	inc	%\r\()di
4:	mov	$'=', %al
	out	%al, %dx
	mov	$'0', %al
	out	%al, %dx
	mov	$'x', %al
	out	%al, %dx

	mov	(%\r\()si), %\r\()bx
	lea	\size(%\r\()si), %\r\()si
	mov	$2 * \size, %ecx	/* digits left, this one included */
5:	rol	$4, %\r\()bx		/* the highest digit first; leading zeros are not written */
	dec	%ecx
	jz	6f
	test	$0x0f, %bl
	jz	5b
6:	mov	%bl, %al
	and	$0x0f, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	8f
	add	$'a' - '9' - 1, %al
8:	out	%al, %dx
	rol	$4, %\r\()bx
	dec	%ecx
	jns	6b
	jmp	2b

7:	mov	$'\n', %al
	out	%al, %dx
	.irp	letters, di, si, dx, cx, bx, ax
	pop	%\r\letters
	.endr
	popf\s
	ret\s
.endm

#define CHECKPOINT_EMITTER16 checkpoint_emitter checkpoint_emit16, e, l, 4
#define CHECKPOINT_EMITTER32 checkpoint_emitter checkpoint_emit32, e, l, 4
#define CHECKPOINT_EMITTER64 checkpoint_emitter checkpoint_emit64, r, q, 8

/* For the file that has the emitter for all others of the program. */
#define CHECKPOINT_EMITTER_SHARED(bits) .globl checkpoint_emit##bits ; .hidden checkpoint_emit##bits
/* clang-format on */

#endif
