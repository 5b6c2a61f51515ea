/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the progress_*.c files alone. */
#ifndef BOOTSCOPE_COURSE_PROGRESS_INTERNAL_H
#define BOOTSCOPE_COURSE_PROGRESS_INTERNAL_H

#include <jansson.h>

#include "progress_file.h"

struct progress_file {
    char path[PATH_MAX];
    json_t *root;   /* valid, as progress_valid.h has it */
    int held;       /* the lock of a player; -1 */
    bool unwritten; /* root has what the file has not */
};

/* What is known of a lesson, or of a question of it; NULL: nothing. */
json_t *progress_lesson_entry(const struct progress_file *file, const char *lesson);

/*
 * An event: between the two, file->root may be changed. The first takes the lock and reads what others wrote;
 * its error says that nothing can be written, and *ret_lock is -1 then. The change is made in any case; the second
 * writes it, gives the lock back, and returns the first error of both.
 */
struct error *progress_begin_event(struct progress_file *file, int *ret_lock);
struct error *progress_end_event(struct progress_file *file, int lock, struct error *err);

#endif
