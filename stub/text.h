/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small printf: just what one-line messages need, so that no libc is linked. */
#ifndef BOOTSCOPE_STUB_TEXT_H
#define BOOTSCOPE_STUB_TEXT_H

#include <stdarg.h>

/*
 * Writes the formatted text and a NUL into buffer (size bytes, at least 1) and returns the length
 * without the NUL; what does not fit is cut. Known: %s, %lu, %#lx and %%; any other conversion
 * ends the text there, since its argument's size would be a guess.
 */
unsigned long format_text(char *buffer, unsigned long size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif
