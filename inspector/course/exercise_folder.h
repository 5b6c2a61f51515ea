/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the folders of exercises are, and what is done with them: for the exercise*.c files alone. */
#ifndef BOOTSCOPE_COURSE_EXERCISE_FOLDER_H
#define BOOTSCOPE_COURSE_EXERCISE_FOLDER_H

#include <stdbool.h>

#include "library.h"

/* The checkout that the lessons belong to, owned by the caller; ERROR_INPUT when they were installed. */
struct error *exercise_checkout(const struct library *library, char **ret);

/* CHECKOUT/FOLDER/NAME, owned by the caller; folder is "work" or "build/exercises". */
struct error *exercise_folder(const struct library *library, const char *folder, const char *name,
                              char **ret);

/* A path as a person at this shell would write it: below the current folder, relative. Owned by the caller. */
char *exercise_shown(const char *path);

/* The image of a work folder. Owned by the caller. */
char *exercise_image_in(const char *work);

/*
 * Runs lessons/exercises/prepare with up to three words (NULL: none). *ret_said is what it said, without make's
 * own lines, at most EXERCISE_SAID_MAX; owned by the caller, also when it failed. ERROR_CHECK, "NAME: WHAT", when it
 * fails, ERROR_SYSTEM when it cannot be run.
 */
#define EXERCISE_SAID_MAX ((size_t)64 << 10)
struct prepare {
    const char *word, *first, *second;
    const char *failed; /* the error's message */
};
struct error *exercise_prepare(const struct library *library, const struct prepare *prepare,
                               char **ret_said);

#endif
