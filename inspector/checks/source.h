/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of check files: read whole, held in lines, with the place of every word kept for
 * messages. What is in a file is input like any other: lengths and characters are checked here.
 */
#ifndef BOOTSCOPE_CHECKS_SOURCE_H
#define BOOTSCOPE_CHECKS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "error.h"

#define SOURCE_BYTES_MAX ((size_t)1 << 20)
#define SOURCE_LINES_MAX 20000
#define SOURCE_LINE_MAX  1000

struct source {
    char *path;
    char *text; /* line ends are NULs */
    char **lines;
    size_t count;
    dev_t device; /* which file it is, whatever the path */
    ino_t inode;
    struct source *next; /* a list, for whoever keeps several */
};

/*
 * ERROR_INPUT: no such file, a folder, larger than SOURCE_BYTES_MAX, longer lines or more of them
 * than the limits above, a character that is no text.
 */
struct error *source_open(const char *path, struct source **ret);
/* The same of bytes in memory, which are copied. */
struct error *source_from_text(const char *path, const char *bytes, size_t length,
                               struct source **ret);
/* Frees the whole list. */
void source_free(struct source *source);

/* Where something stands. Lines and columns count from 1. The source outlives it. */
struct place {
    const struct source *source;
    unsigned int line, column;
};

/* An error of that kind: "FILE:LINE:COLUMN: MESSAGE", the line, and a caret below the column. */
struct error *place_error(const struct place *place, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result, returns_nonnull));

/* A position within one line, from which words are taken. */
struct cursor {
    struct place place; /* of the line's first column */
    const char *start, *at;
};

struct cursor cursor_new(const struct source *source, unsigned int line);
struct place cursor_place(const struct cursor *cursor);
void cursor_skip_blanks(struct cursor *cursor);
bool cursor_at_end(const struct cursor *cursor);
/*
 * Takes these words, whatever blanks lie between them, and the blanks behind; false, and nothing
 * taken, when the line goes on otherwise.
 */
bool cursor_take(struct cursor *cursor, const char *words);
/* Takes one character and the blanks behind it. */
bool cursor_take_character(struct cursor *cursor, char character);
/*
 * Takes a word up to the next blank, or text in double quotes (in which \" and \\ stand for
 * themselves), and the blanks behind. ERROR_INPUT, where it stands, when there is none (what: what
 * is missing), when it does not fit, or a quote is not closed.
 */
struct error *cursor_word(struct cursor *cursor, const char *what, char *out, size_t size);
/* ERROR_INPUT when there is more on the line. */
struct error *cursor_expect_end(const struct cursor *cursor);

#endif
