/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson WORD...: what a learner types. */
#ifndef BOOTSCOPE_LESSON_WORDS_MAIN_H
#define BOOTSCOPE_LESSON_WORDS_MAIN_H

#include "error.h"

/*
 * The words behind `bootscope lesson`: none (go on where the learner stopped), a lesson's name, list,
 * hint, skip, reset NAME ... *ret_status as for a subcommand.
 */
struct error *lesson_main_words(int count, char **words, int *ret_status);

#endif
