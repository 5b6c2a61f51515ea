/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's serial console among the command's own output: each line behind "  | " in text, or as
 * {"console":"LINE"} in JSON. The guest is not trusted: control bytes do not reach the terminal.
 */
#ifndef BOOTSCOPE_SESSION_CONSOLE_H
#define BOOTSCOPE_SESSION_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define CONSOLE_LINE_MAX 1024

struct console {
    const struct text *out;
    bool json;
    bool full; /* the line before was printed because it was full: its newline may still come */
    size_t length;
    char line[CONSOLE_LINE_MAX];
};

void console_init(struct console *console, const struct text *out, bool json);
/* Takes bytes as they come and prints each line that is complete (or full). */
void console_print(struct console *console, const char *bytes, size_t length);
/* Prints what is left of an incomplete line. */
void console_break(struct console *console);

#endif
