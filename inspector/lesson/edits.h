/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of a text that are replaced, each at its place. */
#ifndef BOOTSCOPE_LESSON_EDITS_H
#define BOOTSCOPE_LESSON_EDITS_H

#include "lesson.h"

struct edit {
    struct span old;
    char *fresh; /* owned */
};

struct edits {
    size_t count;
    struct edit *list;
};

/* fresh is taken over. Places do not overlap. */
void edits_add(struct edits *edits, struct span old, char *fresh);
/* The text with all of them done; owned by the caller. */
char *edits_apply(const struct edits *edits, const char *text, size_t length, size_t *ret_length);
void edits_clear(struct edits *edits);

#endif
