/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The player's words in a shell: they need no terminal, and may be said while a player runs. */
#ifndef BOOTSCOPE_PLAYER_OUTSIDE_H
#define BOOTSCOPE_PLAYER_OUTSIDE_H

#include "error.h"
#include "text.h"

/*
 * The next hint, or the explanation, of the question at which the lesson stands (name NULL: the current
 * lesson). A guest is booted when a value of it is in the text. ERROR_INPUT: no such lesson, none is current, it
 * stands at no question.
 */
struct error *outside_hint(const char *name, const struct text *text);
struct error *outside_skip(const char *name, const struct text *text);

/* Forgets one lesson, and says what. One that is no longer there can be forgotten by its whole name. */
struct error *outside_reset(const char *name, const struct text *text);
/* Moves the progress file aside. */
struct error *outside_reset_all(const struct text *text);

#endif
