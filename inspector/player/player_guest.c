/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The player's guest: started, brought to where a step begins, started anew when it was lost. */
#include "interrupt.h"
#include "player_internal.h"

struct error *player_open_guest(struct player *player)
{
    struct error *err = lesson_guest_open(player->lesson, player->image, &player->out,
                                          &player->guest);

    if (err)
        return err;
    debugger_set_timeout(lesson_guest_debugger(player->guest), PATIENCE_MS);
    lesson_guest_environment(player->guest)->may_write_files = true;
    err = front_begin(&player->front, lesson_guest_environment(player->guest), true);
    if (err) {
        lesson_guest_close(player->guest);
        player->guest = NULL;
    }
    return err;
}

void player_close_guest(struct player *player)
{
    if (!player->guest)
        return;
    front_end(&player->front);
    lesson_guest_close(player->guest);
    player->guest = NULL;
}

static struct player_home place(struct player *player)
{
    struct debugger *debugger = lesson_guest_debugger(player->guest);
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err) {
        error_free(err);
        return (struct player_home){0};
    }
    return (struct player_home){true, stop->instructions.value, debugger_writes(debugger)};
}

void player_note_home(struct player *player)
{
    player->home = place(player);
}

/* What a learner did to the guest since the lesson had it. */
static bool strayed(struct player *player)
{
    struct player_home now = place(player);

    return player->home.known && (!now.known || now.instructions != player->home.instructions ||
                                  now.writes != player->home.writes);
}

static void tell(struct player *player, bool lost, bool moved, unsigned int removed)
{
    const struct text *text = &player->out;
    const char *moving = lost    ? "The guest was lost; it is started anew, up to this step"
                         : moved ? "The guest is brought back to where this step begins"
                                 : "";

    text_print(text, TEXT_DIM, "%s", moving);
    if (removed == 1)
        text_print(text, TEXT_DIM, "%s breakpoint is deleted", *moving ? "; your" : "Your");
    else if (removed > 1)
        text_print(text, TEXT_DIM, "%s %u breakpoints are deleted", *moving ? "; your" : "Your",
                   removed);
    if (*moving || removed)
        text_print(text, TEXT_DIM, ".\n");
}

static bool is_gone(struct player *player)
{
    struct debugger *debugger = lesson_guest_debugger(player->guest);
    struct qemu *qemu = debugger_session(debugger)->qemu;

    return !debugger_alive(debugger) || (qemu && qemu_end_state(qemu) != QEMU_RUNNING);
}

static bool lost(const struct error *err)
{
    return error_kind(err) == ERROR_GUEST || error_kind(err) == ERROR_CLOSED ||
           error_kind(err) == ERROR_PROTOCOL;
}

static struct error *start_anew(struct player *player, unsigned int *ret_removed)
{
    struct error *err;

    tell(player, true, true, 0);
    fflush(player->out.stream);
    player_close_guest(player);
    err = player_open_guest(player);
    return err ? err : lesson_guest_to_step(player->guest, player->step, ret_removed);
}

struct error *player_bring(struct player *player)
{
    bool gone = player->home.known && is_gone(player), moved = strayed(player);
    unsigned int removed = 0;
    struct error *err = lesson_guest_to_step(player->guest, player->step, &removed);

    if (!err) {
        tell(player, gone, moved, removed);
    } else if (lost(err) && !interrupted) {
        error_free(err);
        err = start_anew(player, &removed);
    }
    if (!err)
        player_note_home(player);
    return err;
}
