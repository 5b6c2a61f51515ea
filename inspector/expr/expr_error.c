/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of an expression's errors: the text with a mark below it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_internal.h"

/* How much of a long text is shown, and how much of that before the mark. */
#define SHOWN_MAX    88
#define SHOWN_BEFORE 60

/* One column for each byte, so that the mark stands below the right one whatever the bytes are. */
static char visible(char byte)
{
    if (byte == '\t' || byte == '\n' || byte == '\r')
        return ' ';
    return byte >= ' ' && byte <= '~' ? byte : '?';
}

struct error *expr_error(enum error_kind kind, const char *text, size_t at, const char *format, ...)
{
    size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
    char shown[SHOWN_MAX + 1];
    size_t length = 0;
    char *message;
    va_list args;

    va_start(args, format);
    if (vasprintf(&message, format, args) < 0)
        abort();
    va_end(args);
    for (; length < SHOWN_MAX && text[from + length]; length++)
        shown[length] = visible(text[from + length]);
    shown[length] = '\0';
    struct error *err = error_new(kind, "column %zu: %s\n    %s%s%s\n    %*s", at + 1, message,
                                  from ? "..." : "", shown, text[from + length] ? "..." : "",
                                  (int)(at - from + (from ? 3 : 0) + 1), "^");
    free(message);
    return err;
}
