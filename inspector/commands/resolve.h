/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which command of the table the beginning of a line stands for. Names and aliases have one word
 * or two; a unique beginning of each word will do ("inf ch"). What is written out wins over a
 * beginning, and two words win over one.
 */
#ifndef BOOTSCOPE_COMMANDS_RESOLVE_H
#define BOOTSCOPE_COMMANDS_RESOLVE_H

#include "command.h"

/* A name or an alias; a piece of the table's text. */
struct command_name {
    const char *text;
    size_t length;
};

/*
 * The names of a command: its own first, then its aliases. False behind the last. *position is 0
 * at first, and the function's own from then on.
 */
bool command_next_name(const struct command *command, size_t *position, struct command_name *ret);

/*
 * Finds the command. *ret_end is where its name ends in text: at a blank, at the "/" of a format or
 * at the end. ERROR_INPUT for an unknown command, with the nearest name when one is near, and for
 * an ambiguous one, with those that it may be.
 */
struct error *resolve(const char *text, const struct command **ret, const char **ret_end);

/*
 * How many single-character edits (insert, delete, replace, swap neighbours) make b from a, of
 * words of at most RESOLVE_WORD_MAX characters; limit + 1 when there are more than limit, or longer
 * words.
 */
unsigned int resolve_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                              unsigned int limit);
#define RESOLVE_WORD_MAX 32

#endif
