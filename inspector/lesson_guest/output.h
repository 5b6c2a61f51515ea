/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands of a step print now, and what the values are that its output block names. */
#ifndef BOOTSCOPE_LESSON_GUEST_OUTPUT_H
#define BOOTSCOPE_LESSON_GUEST_OUTPUT_H

#include "lesson_guest.h"
#include "masks.h"

struct output {
    char *text;
    size_t length;
    size_t mask_count;
    char *values[LESSON_WORDS_MAX]; /* as they are written behind output */
};

/*
 * Runs the step's commands (lesson_guest_run()). ERROR_INPUT besides its errors: a mask that means nothing behind the
 * last command. What was printed until an error is in *ret, which is to be cleared in any case.
 */
struct error *output_run(struct lesson_guest *guest, const struct lesson_step *step,
                         struct output *ret);
void output_clear(struct output *output);

/* The values then and now; ret has room for LESSON_WORDS_MAX. */
void output_pairs(const struct output *output, const struct lesson_step *step,
                  struct mask_pair *ret);

#endif
