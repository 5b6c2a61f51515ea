/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which lessons and exercises there are, and where their images are. */
#ifndef BOOTSCOPE_COURSE_LIBRARY_H
#define BOOTSCOPE_COURSE_LIBRARY_H

#include "lesson.h"

struct library_entry {
    char *name;   /* "04-where-are-we" */
    char *folder; /* its path */
    bool exercise;
};

struct library {
    char *folder; /* that holds the lessons */
    size_t count;
    struct library_entry *entries; /* lessons by number, then exercises by number */
};

/*
 * The lessons of $BOOTSCOPE_LESSONS, else of the checkout the program was built in (../lessons beside the
 * binary's folder), else installed (../share/bootscope/lessons). ERROR_INPUT when there are none.
 */
struct error *library_open(struct library *ret);
/* The same, and none is no error: for what makes the first one. */
struct error *library_open_to_add(struct library *ret);
/* A file beside the lessons: of this folder, else of the project's own. The caller's to free; it may be missing. */
char *library_file(const struct library *library, const char *name);
void library_clear(struct library *library);

/*
 * By name, number ("4", "04"), or the unique beginning of the name, with or without its number. An exercise's
 * number is written "e4"; ERROR_INPUT: none (with the nearest name), or several.
 */
struct error *library_find(const struct library *library, const char *name,
                           const struct library_entry **ret);

/*
 * The path of the lesson's image, owned by the caller. ERROR_INPUT when it was not built, with the make target that builds it,
 * or when no target does. The image of an exercise is the one in its work folder (exercise.h).
 */
struct error *library_image(const struct library *library, const struct lesson *lesson, char **ret);
/* Whether make can build or download the image of a lesson (no exercise): then that it is not there is no mistake of the lesson. */
bool library_builds(const struct lesson *lesson);

#endif
