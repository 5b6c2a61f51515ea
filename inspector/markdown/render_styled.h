/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text whose bytes each have a style, broken into lines by the columns that a terminal gives each
 * character (wide ones two, combining ones none).
 */
#ifndef BOOTSCOPE_MARKDOWN_RENDER_STYLED_H
#define BOOTSCOPE_MARKDOWN_RENDER_STYLED_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* UTF-8 without control characters, '\n' aside: a line must end there. All zero is empty. */
struct styled {
    char *bytes;
    unsigned char *styles; /* enum text_style, perhaps with STYLED_TOGETHER */
    size_t length, room;
    size_t column; /* where the line ends that is being added to */
    bool failed;   /* there was no memory: what is here is not all */
};

/* A blank where a line is broken only when nothing else helps. */
#define STYLED_TOGETHER 0x80

/*
 * Adds bytes. What is no UTF-8 and what a terminal would obey becomes U+FFFD; tabs become blanks.
 * together: a piece of code, whose blanks stay as they are; else a row of blanks is one.
 */
void styled_add(struct styled *styled, enum text_style style, bool together, const char *bytes,
                size_t length);
/* Frees what it holds and makes it empty. */
void styled_clear(struct styled *styled);

/* A line: bytes from up to end; the next begins at next. */
struct styled_line {
    size_t from, end, next;
};

/* The line behind *line (all zero: the first) in so many columns; false when there is none. */
bool styled_next_line(const struct styled *styled, size_t columns, struct styled_line *line);
/* The same where only '\n' ends a line. */
bool styled_next_whole(const struct styled *styled, struct styled_line *line);

size_t styled_columns(const struct styled *styled, size_t from, size_t end);
/* The columns of the widest line when nothing is broken. */
size_t styled_width(const struct styled *styled);
void styled_print(const struct styled *styled, size_t from, size_t end, const struct text *text);

#endif
