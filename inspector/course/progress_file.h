/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a learner has done, in $XDG_STATE_HOME/bootscope/lessons.json (else ~/.local/state/...):
 *
 *      {"version":1, "current":"04-where-are-we",
 *       "lessons":{"04-where-are-we":{
 *           "step":"question:ebp", "done":false, "verified":false,
 *           "questions":{"ebp":{"tries":2,"hints":1,"right":true,"skipped":false}}}}}
 *
 * Each event is written at once: the file is read again, changed and replaced (a new file, fsync,
 * rename), under a lock of its folder. So no kind of end loses what was done, and two programs may note
 * something at the same time. A file that is damaged is never written over.
 *
 * What cannot be written (a full disk) is an error, and is kept in memory until a later event can be.
 */
#ifndef BOOTSCOPE_COURSE_PROGRESS_FILE_H
#define BOOTSCOPE_COURSE_PROGRESS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <limits.h>

#include "error.h"
#include "lesson.h"

#define PROGRESS_VERSION    1
#define PROGRESS_BYTES_MAX  ((size_t)1 << 20)
#define PROGRESS_POINTS_MAX 3 /* of a question that was right at once */
#define PROGRESS_MENDED     5 /* points for an exercise that was verified */

struct progress_file;

/*
 * Reads the file; one that is not there is an empty one. ERROR_INPUT, with the file's name and what to do,
 * for a damaged one: no JSON, wrong types, a newer version, over PROGRESS_BYTES_MAX; ERROR_SYSTEM when
 * it cannot be read.
 */
struct error *progress_open(struct progress_file **ret);
void progress_close(struct progress_file *file);
const char *progress_path(const struct progress_file *file);

/*
 * For a player, until progress_close(): ERROR_INPUT when another one holds it, whose process is named.
 */
struct error *progress_hold(struct progress_file *file);

/* What is known --------------------------------------------------------------------------------*/

struct question_state {
    unsigned int tries; /* answers that could be judged, the right one among them */
    unsigned int hints; /* opened */
    bool right, skipped;
};

/* All zero for a question that was never seen. */
struct question_state progress_question(const struct progress_file *file, const char *lesson,
                                        const char *id);
/* Right at once: PROGRESS_POINTS_MAX; one less for each hint and each wrong answer, at least 1; else 0. */
unsigned int progress_points(const struct question_state *state);

/* Of the questions that the lesson has now; for an exercise that is verified PROGRESS_MENDED points more. */
struct lesson_score {
    unsigned int questions, right, skipped;
    unsigned int at_once; /* of the right ones: with the first answer and no hint */
    unsigned int points, max;
};
struct lesson_score progress_score(const struct progress_file *file, const struct lesson *lesson);

/* The lesson that was open last, or NULL. Owned by file, until the next event. */
const char *progress_current(const struct progress_file *file);
/* Whether anything is known of a lesson. */
bool progress_begun(const struct progress_file *file, const char *lesson);
/* The finishing page was reached; of an exercise: it was verified. */
bool progress_done(const struct progress_file *file, const struct lesson *lesson);
/*
 * The step to go on with. It is found by what it does; when the lesson has changed and the step is
 * gone, it is the last one whose question was answered or skipped, else the first.
 */
size_t progress_step(const struct progress_file *file, const struct lesson *lesson);

/* Events: ERROR_SYSTEM when they could not be written, ERROR_INPUT when the file is damaged by now ------- */

/* The learner stands at that step; the lesson is the current one. */
struct error *progress_stand(struct progress_file *file, const struct lesson *lesson, size_t step);
/* An answer was judged. These three change nothing once a question was right or skipped. */
struct error *progress_answer(struct progress_file *file, const char *lesson, const char *id,
                              bool right);
struct error *progress_hint(struct progress_file *file, const char *lesson, const char *id);
struct error *progress_skip(struct progress_file *file, const char *lesson, const char *id);
/* The finishing page was shown. */
struct error *progress_finish(struct progress_file *file, const char *lesson);
/* An exercise was mended: its check file passed. */
struct error *progress_verified(struct progress_file *file, const char *exercise);

struct forgotten {
    unsigned int answers, hints, points;
    bool known; /* there was anything */
};
/* Forgets one lesson. */
struct error *progress_forget(struct progress_file *file, const char *lesson,
                              struct forgotten *ret);

/*
 * Moves the file aside, damaged or not: to NAME.1, or the next number that is free. *ret is the new path, owned by the
 * caller; NULL when there is no file.
 */
struct error *progress_move_aside(char **ret);

#endif
