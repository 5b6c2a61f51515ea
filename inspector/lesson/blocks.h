/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What in a Markdown file does something: headings, code blocks, and numbers with a comment behind
 * them. md4c finds them; the places in the text follow from the pointers that it gives.
 */
#ifndef BOOTSCOPE_LESSON_BLOCKS_H
#define BOOTSCOPE_LESSON_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "lesson.h"

#define BLOCKS_MAX 2000

enum block_kind {
    BLOCK_TITLE,   /* # */
    BLOCK_SECTION, /* ## */
    BLOCK_CODE,    /* between fences */
    BLOCK_VALUE,   /* a code span, and the comment behind it */
    BLOCK_BRACES,  /* {...} in a sentence or a code span, where nothing is filled in */
};

/* All spans are pieces of the text that was read. */
struct block {
    enum block_kind kind;
    struct span whole; /* its lines; of a value: from backquote to the end of the comment */
    struct span info;  /* of code: behind the fence, without outer blanks */
    struct span
        content; /* the heading's text, the code, what stands between backquotes or braces */
    struct span comment; /* of a value: behind "<!--=", without outer blanks */
};

struct blocks {
    size_t count, room;
    struct block *list;
};

/*
 * In the order of the text, which must be UTF-8 without NULs. ERROR_INPUT, "PATH:LINE: ...": a fence
 * that is never closed, a named code block within a list or a quotation, a comment "<!--=" with no
 * code span in front of it, more than BLOCKS_MAX.
 */
struct error *blocks_read(const char *path, const char *text, size_t length, struct blocks *ret);
void blocks_clear(struct blocks *blocks);

/* The line of a place in text, from 1. */
unsigned int line_at(const char *text, const char *place);

/* Pieces of text. */
struct span span_trim(struct span span);
bool span_is(struct span span, const char *word);
bool span_is_blank(struct span span);
/* The next word of *rest, which goes on behind it; length 0 at its end. */
struct span span_word(struct span *rest);
/* A copy, owned by the caller. */
char *span_copy(struct span span);

#endif
