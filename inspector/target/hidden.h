/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the debug protocol does not carry: bases, limits and attributes of segment registers, and
 * the table registers, from the text of QEMU's "info registers":
 *
 *      CS =f000 ffff0000 0000ffff 00009b00          selector base limit attributes
 *      LDT=0000 00000000 0000ffff 00008200 DPL=0 LDT
 *      GDT=     00000000 0000ffff                   base limit
 *      CR0=60000010 CR2=00000000 CR3=00000000 CR4=00000000
 */
#ifndef BOOTSCOPE_TARGET_HIDDEN_H
#define BOOTSCOPE_TARGET_HIDDEN_H

#include <stdbool.h>

#include "registers.h"

/*
 * Fills segment[], gdtr and idtr; true when every one of them was there (otherwise nothing is
 * changed). hidden_known is left to the caller.
 */
bool hidden_parse(const char *text, struct registers *ret);

/* The value of "NAME=hex" (CR0, CR2, CR3, CR4, EFER); false when it is not there. */
bool hidden_value(const char *text, const char *name, uint64_t *ret);

#endif
