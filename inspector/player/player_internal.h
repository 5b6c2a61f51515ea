/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the player's files; player.h is what others use. */
#ifndef BOOTSCOPE_PLAYER_PLAYER_INTERNAL_H
#define BOOTSCOPE_PLAYER_PLAYER_INTERNAL_H

#include "catalogue.h"
#include "front.h"
#include "lesson_guest.h"
#include "progress_file.h"

/* What Enter does. */
enum player_wait {
    WAIT_RUN,    /* runs the step's commands */
    WAIT_ANSWER, /* nothing of the lesson's: there is a question */
    WAIT_ON,     /* goes on to the next step */
    WAIT_AGAIN,  /* brings the guest here once more: that failed */
    WAIT_END,    /* leaves: the lesson is over */
};

/* Where the guest was when the lesson last had it. */
struct player_home {
    bool known;
    uint64_t instructions, writes;
};

struct player {
    struct catalogue catalogue;
    struct progress_file *progress; /* the catalogue's */
    const struct lesson *lesson;
    const char *number; /* of the lesson, as one types it */
    char *image;
    struct lesson_guest *guest; /* NULL when it could not be started again */
    struct text out;
    struct front front;
    size_t step;
    enum player_wait wait;
    struct player_home home;
    bool unkept; /* it was told that progress cannot be written */
    bool quit;
};

static inline const struct lesson_step *player_step(const struct player *player)
{
    return &player->lesson->steps[player->step];
}

/* player_guest.c */

/* Starts the guest, and the prompt with it. */
struct error *player_open_guest(struct player *player);
void player_close_guest(struct player *player);
/*
 * Brings the guest to where the step begins, whatever was done to it; one line says what had to be done.
 * An error leaves it anywhere.
 */
struct error *player_bring(struct player *player);
/* The guest is where the lesson wants it. */
void player_note_home(struct player *player);

/* player_show.c */

/* The step's text with a heading line, and the commands that Enter runs. */
void player_show_step(struct player *player);
/* What was reached; the last page. */
void player_show_end(struct player *player);
/* Prints Markdown; what cannot be shown is told. */
void player_markdown(struct player *player, const char *markdown);
/* What Enter does now, in one line. */
void player_show_wait(struct player *player);

/* player_question.c */

void player_ask(struct player *player);
/* How the question is answered, and what helps. */
void player_show_how(struct player *player);
void player_answer(struct player *player, const char *answer);
void player_hint(struct player *player);
void player_skip(struct player *player);
/* A line that answers by itself: a number, yes, no. */
bool player_is_answer(const struct player *player, const char *line);

/* player_words.c */

/* What a learner typed. */
void player_line(struct player *player, const char *line);
/* The words that are the lesson's; for completion. */
extern const char *const player_words[];

/* player.c */

/* Enters the step: notes it, brings the guest there, shows it. */
void player_enter(struct player *player, size_t step);
/* What Enter does. */
void player_on_enter(struct player *player);
/* Shows the step once more. */
void player_again(struct player *player);
/* What an event of the progress file said: told once. */
void player_noted(struct player *player, struct error *err);

#endif
