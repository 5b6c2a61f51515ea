/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson at a terminal: its text, step by step, beside a live guest and the debugger's prompt. */
#ifndef BOOTSCOPE_PLAYER_PLAYER_H
#define BOOTSCOPE_PLAYER_PLAYER_H

#include "error.h"

/*
 * Plays the lesson of that name or number; NULL: the one to go on with. Returns when the learner quits, or
 * has come to the end. ERROR_INPUT: no terminal, no such lesson, a damaged progress file, another player
 * that runs; else those of opening the guest.
 */
struct error *player(const char *name);

#endif
