/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_AUTHORING_VERIFY_INTERNAL_H
#define BOOTSCOPE_AUTHORING_VERIFY_INTERNAL_H

#include "edits.h"
#include "lesson_guest.h"
#include "question.h"
#include "verify.h"

/* One lesson that is being verified. */
struct verify {
    const struct lesson *lesson;
    struct lesson_guest *guest;
    struct solution solution;
    bool update, compare;
    const struct toolchain *recorded, *now;
    FILE *out;
    struct edits edits;
    struct verify_counts *counts;
};

/* Notes a failure and prints it; err is freed. NULL is none. */
void verify_failed(struct verify *verify, struct error *err);

/* Everything that a question says, and how it judges. */
void verify_question(struct verify *verify, const struct lesson_step *step);

#endif
