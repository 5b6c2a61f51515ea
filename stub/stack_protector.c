/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stack_protector.c: what the C library code in this image calls when its stack frame is damaged.
 *
 * Debian compiles zlib with the stack protector: a function keeps a copy of the word at %fs:0x28
 * beside its return address, and compares the two before it returns. Our own code is compiled
 * without. In this image fs has base 0, so the word is whatever lies at address 0x28 (an old
 * interrupt vector); it need not be secret here, it only must not change in between.
 */
#include "failure.h"

#ifndef BOOTSCOPE_HOST /* a host has a stack protector of its own */

_Noreturn void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
    boot_stop(boot_error("stack: a function of zlib found its frame overwritten"));
}

#endif
