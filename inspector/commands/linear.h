/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arguments that are linear addresses. They are expressions (evaluate.h), and two things more, since
 * outside of 64-bit code a register holds an offset into a segment:
 *
 *      ss:sp  $ds:si+4  0x1000:0x20      SEGMENT:OFFSET, as Bochs and SeaBIOS write it; a number is
 *                                        a selector of real mode
 *      rip eip ip  rsp esp sp            alone, where the base of cs, or ss, is not 0: the linear
 *                                        address that the CPU means by it, which a note says
 */
#ifndef BOOTSCOPE_COMMANDS_LINEAR_H
#define BOOTSCOPE_COMMANDS_LINEAR_H

#include "command.h"
#include "error.h"

/* The whole text as an address. ERROR_INPUT as of evaluate(), and for a segment of unknown base. */
struct error *linear_argument(const struct environment *environment, const char *text,
                              uint64_t *ret);
/* The longest address at the start of text; *ret_end is behind it and its blanks. */
struct error *linear_prefix(const struct environment *environment, const char *text, uint64_t *ret,
                            const char **ret_end);
/* Whether text begins with SEGMENT:, which a FILE:LINE does not. */
bool linear_is_segmented(const char *text);

#endif
