/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "player.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "player_internal.h"
#include "prompt.h"

void player_noted(struct player *player, struct error *err)
{
    if (err && !player->unkept) {
        fflush(stdout);
        fprintf(stderr, "progress is not kept for now: %s\n", error_message(err));
    }
    player->unkept = err != NULL;
    error_free(err);
}

static void finish(struct player *player)
{
    player_noted(player, progress_finish(player->progress, player->lesson->name));
    player_show_end(player);
    player->wait = WAIT_END;
}

static void check(struct player *player)
{
    struct error *err;

    text_print(&player->out, TEXT_PLAIN, "\n");
    err = lesson_guest_check(player->guest, player_step(player), &player->out);
    if (err)
        front_tell(err);
    player->wait = WAIT_ON;
}

/* Behind the step's text. */
static void begin_block(struct player *player)
{
    switch (player_step(player)->kind) {
    case STEP_COMMANDS:
        player->wait = WAIT_RUN;
        break;
    case STEP_PREDICT:
        player_ask(player);
        break;
    case STEP_CHECK:
        check(player);
        break;
    case STEP_TEXT:
        player->wait = WAIT_ON;
        break;
    }
}

static bool is_last(const struct player *player)
{
    return player->step + 1 == player->lesson->step_count;
}

void player_enter(struct player *player, size_t step)
{
    struct error *err;

    player->step = step;
    player->front.repeat.line[0] = '\0'; /* what was typed at another step is not meant here */
    player_noted(player, progress_stand(player->progress, player->lesson, step));
    err = player_bring(player);
    if (err) {
        front_tell(err);
        player->wait = WAIT_AGAIN;
        player_show_wait(player);
        return;
    }
    player_show_step(player);
    begin_block(player);
    if (player_step(player)->kind == STEP_TEXT && is_last(player))
        finish(player);
    player_show_wait(player);
}

void player_again(struct player *player)
{
    struct error *err = player_bring(player);

    if (err) {
        front_tell(err);
        return;
    }
    enum player_wait before = player->wait;
    player_show_step(player);
    begin_block(player);
    if (before == WAIT_END)
        finish(player);
    player_show_wait(player);
}

static void run_commands(struct player *player)
{
    struct error *err = player_bring(player);

    if (!err)
        err = lesson_guest_run(player->guest, player_step(player), true, &player->out);
    if (err) {
        front_tell(err);
    } else {
        player_note_home(player);
        player->wait = WAIT_ON;
    }
    player_show_wait(player);
}

void player_on_enter(struct player *player)
{
    switch (player->wait) {
    case WAIT_RUN:
        run_commands(player);
        break;
    case WAIT_ANSWER:
        player_show_wait(player);
        break;
    case WAIT_ON:
        if (!is_last(player)) {
            player_enter(player, player->step + 1);
        } else {
            finish(player);
            player_show_wait(player);
        }
        break;
    case WAIT_AGAIN:
        player_enter(player, player->step);
        break;
    case WAIT_END:
        player->quit = true;
        break;
    }
}

static void cut_blanks(char *line)
{
    size_t length = strlen(line);

    while (length > 0 && strchr(" \t", line[length - 1]))
        line[--length] = '\0';
}

/* One line from the terminal. */
static struct error *play_once(struct player *player)
{
    enum front_event event;
    char *line = NULL;
    struct error *err = front_read(&player->front, &event, &line);

    if (err)
        return err;
    if (event == FRONT_END) {
        player->quit = true;
    } else if (event == FRONT_LINE) {
        cut_blanks(line);
        player_line(player, line);
    }
    fflush(player->out.stream);
    free(line);
    return NULL;
}

/* Before the very first step that anybody takes; what has to be known to get on, away and back. */
static void greet(struct player *player)
{
    if (progress_current(player->progress))
        return;
    player_markdown(
        player,
        "Enter goes on. At a question, `hint` helps and `skip` tells the answer; `help` lists "
        "what else one can type. `quit` leaves: your place and your answers are kept, and "
        "`bootscope lesson` goes on.");
}

/* Where to begin. Bringing a real kernel's guest there takes seconds, of which one is told. */
static size_t first_step(struct player *player)
{
    size_t step = progress_step(player->progress, player->lesson);

    if (progress_done(player->progress, player->lesson) || step == 0)
        return 0;
    text_print(&player->out, TEXT_DIM, "You were at step %zu: the guest is brought there.\n",
               step + 1);
    fflush(player->out.stream);
    return step;
}

static struct error *play(struct player *player)
{
    struct error *err = player_open_guest(player);

    if (err)
        return err;
    front_open_history(&player->front);
    prompt_words(player_words);
    greet(player);
    player_enter(player, first_step(player));
    while (!err && !player->quit)
        err = play_once(player);
    front_close_history(&player->front);
    player_close_guest(player);
    return err;
}

/* The lesson to play; none when all are done. */
static struct error *choose(struct player *player, const char *name)
{
    const struct library_entry *found = NULL;
    const struct catalogue_entry *entry = NULL;
    struct error *err = NULL;

    if (!name)
        entry = catalogue_next(&player->catalogue, NULL);
    else
        err = library_find(&player->catalogue.library, name, &found);
    if (err)
        return err;
    for (size_t i = 0; found && i < player->catalogue.count; i++)
        if (player->catalogue.entries[i].entry == found)
            entry = &player->catalogue.entries[i];
    if (entry && !entry->lesson)
        return error_new(error_kind(entry->err), "%s", error_message(entry->err));
    if (entry) {
        player->lesson = entry->lesson;
        player->number = entry->number;
    }
    return NULL;
}

static struct error *begin(struct player *player, const char *name)
{
    struct error *err = catalogue_open(&player->catalogue);

    if (err)
        return err;
    player->progress = player->catalogue.progress;
    err = choose(player, name);
    if (err)
        return err;
    if (!player->lesson) {
        text_print(&player->out, TEXT_PLAIN,
                   "Every lesson is done. `bootscope lesson NUMBER` shows one again; "
                   "`bootscope lesson list` lists them.\n");
        return NULL;
    }
    err = progress_hold(player->progress);
    if (err && error_kind(err) != ERROR_INPUT) { /* a home that cannot be written */
        player_noted(player, err);
        err = NULL;
    }
    if (!err)
        err = library_image(&player->catalogue.library, player->lesson, &player->image);
    return err ? err : play(player);
}

struct error *player(const char *name)
{
    struct player *player;
    struct error *err;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_new(ERROR_INPUT,
                         "a lesson needs a terminal; `bootscope lesson --check` runs without one");
    player = calloc(1, sizeof(*player));
    if (!player)
        return error_new(ERROR_SYSTEM, "no memory");
    player->out = text_to(stdout);
    err = begin(player, name);
    free(player->image);
    catalogue_clear(&player->catalogue);
    free(player);
    return err;
}
