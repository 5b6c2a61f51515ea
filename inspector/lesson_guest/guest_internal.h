/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of a lesson's guest; lesson_guest.h is what others use. */
#ifndef BOOTSCOPE_LESSON_GUEST_GUEST_INTERNAL_H
#define BOOTSCOPE_LESSON_GUEST_GUEST_INTERNAL_H

#include "lesson_guest.h"

/* Where a step begins. */
struct guest_place {
    bool known; /* it was come to, and is no ended guest */
    uint64_t count;
    unsigned int writes; /* of the lesson's own, since the start */
    struct command_cursor cursor;
    size_t breakpoint_count;
    struct breakpoint *breakpoints;
};

struct lesson_guest {
    const struct lesson *lesson;
    struct guest_options options;
    char *initrd;
    int bad_word; /* of options, that argp stumbled over */
    struct debugger *debugger;
    const struct text *text; /* of the front door */
    struct text nowhere;     /* for what nobody is to see */
    struct console console;
    struct environment environment;
    bool unseen;
    size_t step;           /* the guest stands where this one begins, unless somebody moved it */
    bool ended;            /* ... and has ended there */
    unsigned int writes;   /* the lesson's own on the present way */
    uint64_t total_writes; /* debugger_writes() as the lesson knows it: more are a stranger's */
    struct guest_place *places; /* one for each step, and one behind the last */
};

/* Takes the options from the lesson's words. ERROR_INPUT names the one that is none. */
struct error *guest_options_parse(struct lesson_guest *guest);

/* Until guest_seen() nothing is printed. */
void guest_unseen(struct lesson_guest *guest);
void guest_seen(struct lesson_guest *guest);

/* Notes that the guest stands where step index begins. */
struct error *guest_note_place(struct lesson_guest *guest, size_t index);
/* Whether it stands there. */
bool guest_at_place(struct lesson_guest *guest, size_t index);
void guest_places_free(struct lesson_guest *guest);

/* Goes to the checkpoint, back or forwards, unseen. Between debugger_leave() and debugger_return(). */
struct error *guest_go_to(struct lesson_guest *guest, const char *checkpoint);

/*
 * Does what look does at a place: at a checkpoint (NULL: here) and after some commands; then comes
 * back. context is look's.
 */
typedef struct error *(*guest_look)(void *context, struct lesson_guest *guest);
struct error *guest_elsewhere(struct lesson_guest *guest, const char *at, char *const *after,
                              size_t after_count, guest_look look, void *context);

/* lesson_guest_run(), with a look behind each command. */
struct error *guest_run_each(struct lesson_guest *guest, const struct lesson_step *step,
                             bool always, const struct text *text, guest_look behind,
                             void *context);

/* The value of an expression here; the error is one line and names it. */
struct error *guest_evaluate(struct lesson_guest *guest, const char *expression, uint64_t *ret);

/* The value in a format of p: "x", "d", ...; owned by the caller. */
struct error *guest_format(const char *format, uint64_t value, char **ret);
/* Markdown with {EXPR} filled in here. */
struct error *guest_fill_here(struct lesson_guest *guest, const char *markdown, char **ret);

#endif
