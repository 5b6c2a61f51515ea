/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All lessons and exercises, read, beside what the learner has done of them. */
#ifndef BOOTSCOPE_COURSE_CATALOGUE_H
#define BOOTSCOPE_COURSE_CATALOGUE_H

#include "lesson.h"
#include "library.h"
#include "progress_file.h"
#include "text.h"

struct catalogue_entry {
    const struct library_entry *entry;
    struct lesson *lesson; /* NULL when it cannot be read: */
    struct error *err;     /* why */
    char number[8];        /* as one types it: "4", "e4" */
    const char *title;     /* without its number */
};

struct catalogue {
    struct library library;
    struct progress_file *progress;
    size_t count;
    struct catalogue_entry *entries; /* in the library's order */
};

/* Errors of library_open() and progress_open(). A lesson that cannot be read is none. */
struct error *catalogue_open(struct catalogue *ret);
void catalogue_clear(struct catalogue *catalogue);

/* A lesson's number and title as a learner is told them. */
void catalogue_number(const struct library_entry *entry, char *out, size_t size);
const char *catalogue_title(const struct lesson *lesson);

enum catalogue_state { CATALOGUE_DONE, CATALOGUE_CURRENT, CATALOGUE_OPEN };
enum catalogue_state catalogue_state(const struct catalogue *catalogue,
                                     const struct catalogue_entry *entry);

/*
 * What to go on with: the lesson that was left in the middle; else the first behind the entry of that name (NULL:
 * of all) that is not done, else the first of all that is not. NULL when all are done.
 */
const struct catalogue_entry *catalogue_next(const struct catalogue *catalogue, const char *behind);

/* The list: a line for each, or one JSON value. */
void catalogue_print(const struct catalogue *catalogue, const struct text *text);
void catalogue_print_json(const struct catalogue *catalogue, const struct text *text);

#endif
