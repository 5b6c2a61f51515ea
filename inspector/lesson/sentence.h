/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sentence of a lesson has in it: numbers that a run checks, and braces that nobody fills in. */
#ifndef BOOTSCOPE_LESSON_SENTENCE_H
#define BOOTSCOPE_LESSON_SENTENCE_H

#include "blocks.h"

/*
 * "EXPR" or "EXPR at CHECKPOINT". *ret is set in any case, for live_values_free(), and points into the
 * block's text. ERROR_INPUT for what is no expression.
 */
struct error *live_value_read(const struct block *block, unsigned int line, struct live_value *ret);
void live_values_free(struct live_value *values, size_t count);

/* ERROR_INPUT for {EXPR}, as in a question; other braces mean what they mean to the reader. */
struct error *braces_refuse(const struct block *block);

#endif
