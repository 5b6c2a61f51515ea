/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading the kernel command line.
 *
 * Words are separated by white space; double quotes keep white space inside a word ('a="b c"') and
 * are not part of the value when they enclose it. Only whole words count: "nokaslrx" is not
 * "nokaslr". When an option is given more than once the last one wins.
 */
#ifndef BOOTSCOPE_STUB_CMDLINE_H
#define BOOTSCOPE_STUB_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bootparams.h"

/* The kernel's COMMAND_LINE_SIZE: the line and its NUL. We read no further, NUL or not. */
#define COMMAND_LINE_SIZE 2048

/* A piece of the command line, not NUL-terminated. */
struct cmdline_text {
    const char *start;
    size_t length;
};

/* One word: NAME, or NAME=VALUE. */
struct cmdline_word {
    struct cmdline_text name;
    struct cmdline_text value; /* start is NULL when there is no '=' */
};

/* Where a walk over the words is. */
struct cmdline_walk {
    const char *at, *end;
};

/* The physical address of the line: both halves of it, 0 when the loader gave none. */
uint64_t get_cmd_line_ptr(const struct boot_params *boot_params);

/* The line itself (length 0 when there is none, or when its address cannot be one). */
struct cmdline_text cmdline_get(const struct boot_params *boot_params);

/* Walks over the words of text, from the left. */
void cmdline_walk_start(struct cmdline_walk *walk, struct cmdline_text text);

/* The next word in *ret; false at the end. */
bool cmdline_next(struct cmdline_walk *walk, struct cmdline_word *ret);

/* Is text exactly this string? */
bool cmdline_text_is(struct cmdline_text text, const char *string);

/* Is there a word "option" with no value? */
bool cmdline_find_option_bool(struct cmdline_text line, const char *option);

/* The value of the last "option=value" in *ret_value; false when there is none. */
bool cmdline_find_option(struct cmdline_text line, const char *option,
                         struct cmdline_text *ret_value);

/*
 * Reads a number at the start of *text and moves *text past it: decimal, 0x hexadecimal or
 * 0 octal; with_suffix, also one of K M G T P E (powers of 1024, either case). A value beyond 64
 * bits becomes UINT64_MAX. False, and nothing moved, when there is no digit.
 */
bool cmdline_parse_number(struct cmdline_text *text, bool with_suffix, uint64_t *ret);

#endif
