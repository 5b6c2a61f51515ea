/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lesson --check and --update: lessons run from their first step to the last, their questions answered
 * from solution.yaml, and all that they say compared with the live guest.
 */
#ifndef BOOTSCOPE_AUTHORING_VERIFY_H
#define BOOTSCOPE_AUTHORING_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "library.h"
#include "toolchain.h"

struct verify_options {
    bool update; /* rewrite outputs and numbers instead of comparing them */
    bool tap;
    unsigned int jobs; /* so many lessons at once; at least 1 */
    size_t name_count; /* 0: all lessons and exercises */
    char **names;
};

/*
 * Each lesson in a process of its own; prints a line for each, and what is wrong below it, in their order, to standard
 * output. *ret_status is the largest of the lessons' exit statuses. ERROR_INPUT for names that are
 * no lessons.
 */
struct error *lessons_verify(const struct verify_options *options, int *ret_status);

/* One lesson. */
struct verify_counts {
    unsigned int commands, outputs, questions, checks, values;
    unsigned int changed; /* --update: outputs and values that were rewritten */
    unsigned int failures;
    int status;       /* the largest exit status of what failed */
    char *skipped;    /* why the lesson was not run, or NULL; owned */
    char *uncompared; /* why its outputs and numbers were not compared, or NULL; owned */
};

/*
 * Runs the lesson; what is wrong is printed to out in lines. recorded: what made the lesson's outputs; now: what would make them
 * now, images aside. Where they differ, nothing is compared but the answers, checks and commands are judged.
 */
void verify_lesson(const struct library *library, const struct library_entry *entry, bool update,
                   const struct toolchain *recorded, const struct toolchain *now, FILE *out,
                   struct verify_counts *ret);

#endif
