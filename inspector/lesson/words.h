/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands behind the names of code blocks, and in options. */
#ifndef BOOTSCOPE_LESSON_WORDS_H
#define BOOTSCOPE_LESSON_WORDS_H

#include "error.h"
#include "lesson.h"

/*
 * Words, parted by blanks and line ends; quotes ('...' or "...") keep blanks together. Owned by the caller.
 * ERROR_INPUT: a quote that never ends, more than LESSON_WORDS_MAX.
 */
struct error *words_split(struct span text, size_t *ret_count, char ***ret);
void words_free(char **words, size_t count);

/* The masks behind "output": NAME or NAME=VALUE. ERROR_INPUT: too many, an empty one, an expression that is none. */
struct error *masks_parse(struct span info, struct lesson_commands *ret);

/* The lines of a bootscope block. ERROR_INPUT: none. */
struct error *command_lines_parse(struct span content, struct lesson_commands *ret);
void lesson_commands_clear(struct lesson_commands *commands);

#endif
