/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson in its live guest: commands run, questions judged, numbers filled in. The player, --check
 * and lessons-update share it, so that what a learner sees is what was checked.
 */
#ifndef BOOTSCOPE_LESSON_GUEST_LESSON_GUEST_H
#define BOOTSCOPE_LESSON_GUEST_LESSON_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "lesson.h"
#include "text.h"

struct lesson_guest;

/*
 * Boots image (a path) with the lesson's options, counted and able to go back, and stands in reset before step
 * 0. text is where commands print. All three must outlive the guest. Errors of debugger_open(), and
 * ERROR_INPUT for options that are none.
 */
struct error *lesson_guest_open(const struct lesson *lesson, const char *image,
                                const struct text *text, struct lesson_guest **ret);
void lesson_guest_close(struct lesson_guest *guest);

/* For a front door's own lines and prompt. */
struct debugger *lesson_guest_debugger(struct lesson_guest *guest);
struct environment *lesson_guest_environment(struct lesson_guest *guest);

/*
 * Brings the guest to where step index begins, whatever was done to it: to the place that the commands
 * of the steps before lead to, running those that did not run yet, unseen. Breakpoints that are not the
 * lesson's own are removed; *ret_removed tells how many.
 */
struct error *lesson_guest_to_step(struct lesson_guest *guest, size_t index,
                                   unsigned int *ret_removed);

/*
 * Runs the commands of a step (STEP_COMMANDS), printing to text as a terminal would show it, with a line
 * "(bootscope CHECKPOINT) COMMAND" before each when there is more than one or always is set. ERROR_CHECK when a
 * command that must fail does not; else the error of the command that failed.
 */
struct error *lesson_guest_run(struct lesson_guest *guest, const struct lesson_step *step,
                               bool always, const struct text *text);

enum verdict_kind {
    ANSWER_RIGHT,
    ANSWER_WRONG,
    ANSWER_UNREADABLE, /* no number, no such choice, an expression with an error: says tells which */
};

struct verdict {
    enum verdict_kind kind;
    uint64_t given, right; /* of a choice: its number from 1 */
    /*
     * Markdown, live values filled in. Right: the explanation. Wrong: what such an answer comes from
     * (the question's own words; else what in this guest has the value that was given), then the evidence. Owned by the caller.
     */
    char *says;
};

/*
 * Judges what a learner typed, at the question's place; the guest is where it was afterwards. An expression is
 * evaluated where the guest stands, and at the question's place if it means nothing here.
 */
struct error *lesson_guest_judge(struct lesson_guest *guest, const struct question *question,
                                 const char *answer, struct verdict *ret);
void verdict_clear(struct verdict *verdict);

/*
 * Fills in {EXPR}: of ask and hints where the guest stands (question NULL), else at the question's
 * place. *ret is owned by the caller. ERROR_INPUT for an expression that means nothing there.
 */
struct error *lesson_guest_fill(struct lesson_guest *guest, const struct question *question,
                                const char *markdown, char **ret);

/* The live value in the form of value->shown: "0x1893000", "5,979,744". Owned by the caller. */
struct error *lesson_guest_value(struct lesson_guest *guest, const struct live_value *value,
                                 char **ret);

/* Judges the statements of a STEP_CHECK; each is a line of text. ERROR_CHECK when one does not hold. */
struct error *lesson_guest_check(struct lesson_guest *guest, const struct lesson_step *step,
                                 const struct text *text);

#endif
