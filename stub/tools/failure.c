/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

void failure_set(struct failure *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    /* File names and the output of as and ld end up here: keep it one line, and printable. */
    for (char *c = why->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

int report_failure(const char *program, const struct failure *why)
{
    fprintf(stderr, "%s: %s\n", program, why->text);
    return EXIT_INPUT;
}
