/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson WORD...: what a learner types in a shell. */
#ifndef BOOTSCOPE_PLAYER_WORDS_MAIN_H
#define BOOTSCOPE_PLAYER_WORDS_MAIN_H

#include <stdbool.h>

#include "error.h"

struct lesson_words {
    int count;
    char **words; /* behind `bootscope lesson`: none, a lesson's name, list, hint, ... */
    bool json;    /* list --json */
    bool all;     /* reset --all */
    bool grade;   /* --grade */
    int mark;     /* --pass-mark in percent; GRADE_NO_MARK (grade.h) without */
};

/*
 * Without words and with a lesson's name: the player. Else one of the words, which need no terminal. *ret_status is set by
 * --grade alone: 0 or 1. ERROR_INPUT: usage, no such lesson, a damaged progress file.
 */
struct error *lesson_main_words(const struct lesson_words *words, int *ret_status);

#endif
