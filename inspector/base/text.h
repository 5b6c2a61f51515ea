/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text sink: what a person reads. A struct text wraps a stdio stream with what is known of
 * the reader: whether it is a terminal that shows colour. Views print through it and never look at
 * the environment themselves. The layout fits 100 columns.
 */
#ifndef BOOTSCOPE_BASE_TEXT_H
#define BOOTSCOPE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

#include "address.h"
#include "error.h"

#define TEXT_COLUMNS 100

/* What a piece of text means; the colour follows from it. */
enum text_style {
    TEXT_PLAIN,
    TEXT_HEADING,  /* the name of a checkpoint, of a view */
    TEXT_LABEL,    /* the left column */
    TEXT_CHANGED,  /* differs from the checkpoint before */
    TEXT_GOOD,     /* a proof that holds */
    TEXT_BAD,      /* a proof that does not hold */
    TEXT_DIM,      /* aside */
    TEXT_EMPHASIS, /* a stressed word of a sentence */
};

struct text {
    FILE *stream;
    bool colour;
};

/* Writes to stream; colour only when it is a terminal, NO_COLOR is unset and TERM is not dumb. */
struct text text_to(FILE *stream);

/*
 * What was printed must arrive: flushes, and ERROR_SYSTEM "standard output: Broken pipe" when that or
 * an earlier write failed.
 */
struct error *text_flush(const struct text *text) __attribute__((warn_unused_result));

/*
 * An error's message and a newline. On a terminal its first line is broken at blanks where it would be
 * wider than that; lines below it, which a caret may point into, stay as they are.
 */
void text_message(FILE *stream, const char *message);

/* A new string, owned by the caller. Never NULL: aborts without memory, as error_new() does. */
char *text_new(const char *format, ...)
    __attribute__((format(printf, 1, 2), returns_nonnull, warn_unused_result));

void text_print(const struct text *text, enum text_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Starts a line of a view: two spaces, the label padded to 13 columns (empty label: blank),
 * with no newline at the end.
 */
void text_label(const struct text *text, const char *label);

/* "0x1000"; "-" for an unknown one. The buffer is one of a small ring: valid for 16 calls. */
const char *text_hex(uint64_t value);
const char *text_maybe(struct maybe value);
/* "4 KiB", "11.3 MiB", "4 GiB": binary units, at most one decimal. Same ring. */
const char *text_size(uint64_t bytes);
/* "1,234,567". Same ring. */
const char *text_count(uint64_t count);

/* JSON forms (docs/json.md): a 64-bit value is a "0x..." string, an unknown one null. */
json_t *json_hex(uint64_t value);
json_t *json_maybe(struct maybe value);

#endif
