/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A BIOS that lacks some functions: an int 15h handler in front of the real one, which fails for
 * the values of ax that it is told and hands on all others. Guest code in a host program.
 */
#include "drive.h"

#define CARRY       1
#define UNSUPPORTED 0x86
#define at(label)   ((label) - int15)

	.section .rodata
	.globl	int15, int15_size, int15_parameters_offset
	.code16
int15:
	.set	index, 0
	.rept	INT15_FUNCTIONS
	cmpw	%cs:at(functions) + 2 * index, %ax
	je	1f
	.set	index, index + 1
	.endr
	ljmpw	*%cs:at(next)

	/* The flags that iret restores are the third word on the stack, below bp here. */
1:	pushw	%bp
	movw	%sp, %bp
	orw	$CARRY, 6(%bp)
	popw	%bp
	movb	$UNSUPPORTED, %ah
	iretw

int15_parameters:
next:		.long	0
functions:	.fill	INT15_FUNCTIONS, 2, 0
int15_end:

	.balign	4
int15_size:
	.long	int15_end - int15
int15_parameters_offset:
	.long	int15_parameters - int15

	.section .note.GNU-stack, "", @progbits
