/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The formats of x, xp and p, as gdb has them: a count, a letter for the form, a letter for the
 * size, in any order of the letters. "4gx", "20i", "s".
 */
#ifndef BOOTSCOPE_COMMANDS_FORMAT_H
#define BOOTSCOPE_COMMANDS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct format {
    uint64_t count;
    char letter;       /* x d u o t a c s i */
    unsigned int size; /* of one value in bytes: 1, 2, 4 or 8 */
};

/*
 * Takes text apart. What it does not say stays as in *format, the count aside, which is 1 then; a
 * form that implies a size (a: the CPU's pointers, c and s: 1) sets it unless text has one. pointer is the
 * size of an address. ERROR_INPUT: another letter, or a count that is 0 or does not fit.
 */
struct error *format_parse(const char *text, unsigned int pointer, struct format *format);

/* Room for any value of any format, the symbol of an address aside. */
#define FORMAT_TEXT_MAX 72
/*
 * The lowest size bytes of a value in a form (x d u o t a c), as gdb's x prints it: hex, octal and
 * binary with leading zeros. Returns out, at least FORMAT_TEXT_MAX bytes.
 */
const char *format_value(char letter, unsigned int size, uint64_t value, char *out);
/* The widest that format_value() gives, and how many values gdb puts on a line; addresses, which
 * have symbols behind them, stand alone. */
unsigned int format_width(char letter, unsigned int size);
unsigned int format_per_line(char letter, unsigned int size);

/*
 * As many of the bytes as fit into size, as in a C string: other than printable ones escaped,
 * NUL-terminated. Returns how many bytes those were.
 */
size_t format_string(const uint8_t *bytes, size_t length, char *out, size_t size);

#endif
