/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Items on lines of a view: two blanks apart, and on a new line, under the first item, where one
 * would not fit into TEXT_COLUMNS. No line ends in a blank.
 */
#ifndef BOOTSCOPE_VIEWS_FLOW_H
#define BOOTSCOPE_VIEWS_FLOW_H

#include <stddef.h>

#include "text.h"

struct flow {
    const struct text *text;
    const char *label; /* not owned; printed before the first item */
    size_t column;     /* 0: nothing was printed yet */
};

struct flow flow_start(const struct text *text, const char *label);
/*
 * Makes room for width columns, gap columns behind what is there, or on a new line. The caller
 * prints them itself: so an item can have several styles.
 */
void flow_room(struct flow *flow, size_t gap, size_t width);
/* A whole item of at most 127 bytes; the rest is cut. */
void flow_print(struct flow *flow, enum text_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Words separated by single blanks; a line may be broken between any two. */
void flow_words(struct flow *flow, enum text_style style, const char *words);
/* Ends the line, if there is one. */
void flow_end(struct flow *flow);

#endif
