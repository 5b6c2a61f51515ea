/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where steps begin. A place is an instruction count, and what the user has set up there. The lesson's own writes
 * are part of it: where the present way has others, the way is gone anew from the start.
 */
#include <stdlib.h>
#include <string.h>

#include "guest_internal.h"

static void clear_place(struct guest_place *place)
{
    free(place->breakpoints);
    *place = (struct guest_place){0};
}

void guest_places_free(struct lesson_guest *guest)
{
    for (size_t i = 0; guest->places && i <= guest->lesson->step_count; i++)
        clear_place(&guest->places[i]);
    free(guest->places);
}

static void note_breakpoints(struct lesson_guest *guest, struct guest_place *place)
{
    const struct breakpoint *list;

    place->breakpoint_count = debugger_breakpoints(guest->debugger, &list);
    place->breakpoints = calloc(place->breakpoint_count + 1, sizeof(*list));
    if (!place->breakpoints)
        abort();
    memcpy(place->breakpoints, list, place->breakpoint_count * sizeof(*list));
}

struct error *guest_note_place(struct lesson_guest *guest, size_t index)
{
    struct guest_place *place = &guest->places[index];
    const struct stop *stop;
    struct error *err;

    clear_place(place);
    guest->step = index;
    guest->ended = !debugger_alive(guest->debugger);
    if (guest->ended)
        return NULL;
    err = debugger_stop(guest->debugger, &stop);
    if (err)
        return err;
    place->known = true;
    place->count = stop->instructions.value;
    place->writes = guest->writes;
    place->cursor = guest->environment.cursor;
    note_breakpoints(guest, place);
    return NULL;
}

static bool own_writes(const struct lesson_guest *guest, const struct guest_place *place)
{
    return debugger_writes(guest->debugger) == guest->total_writes &&
           guest->writes == place->writes;
}

bool guest_at_place(struct lesson_guest *guest, size_t index)
{
    const struct guest_place *place = &guest->places[index];
    const struct stop *stop;
    struct error *err;

    if (!place->known)
        return guest->step == index && guest->ended && !debugger_alive(guest->debugger);
    if (!debugger_alive(guest->debugger) || !own_writes(guest, place))
        return false;
    err = debugger_stop(guest->debugger, &stop);
    if (!err)
        return stop->instructions.value == place->count;
    error_free(err);
    return false;
}

static struct error *set_again(struct lesson_guest *guest, struct breakpoint *breakpoint)
{
    struct debugger *debugger = guest->debugger;

    if (breakpoint->watch)
        return debugger_watch(debugger, breakpoint->access, breakpoint->address, breakpoint->length,
                              breakpoint->text, &breakpoint->number);
    if (breakpoint->symbolic)
        return debugger_break_symbol(debugger, breakpoint->module, breakpoint->link,
                                     breakpoint->text, &breakpoint->number);
    return debugger_break(debugger, breakpoint->address, breakpoint->text, &breakpoint->number);
}

static bool has_number(const struct breakpoint *list, size_t count, unsigned int number)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].number == number)
            return true;
    return false;
}

/* All but the place's own. */
static struct error *delete_others(struct lesson_guest *guest, const struct guest_place *place,
                                   unsigned int *ret_removed)
{
    const struct breakpoint *list;
    size_t count = debugger_breakpoints(guest->debugger, &list);
    struct error *err = NULL;

    for (size_t i = count; !err && i-- > 0;)
        if (!has_number(place->breakpoints, place->breakpoint_count, list[i].number)) {
            err = debugger_delete(guest->debugger, list[i].number);
            (*ret_removed)++;
        }
    return err;
}

static struct error *restore_setup(struct lesson_guest *guest, struct guest_place *place)
{
    const struct breakpoint *list;
    struct error *err = NULL;

    guest->environment.cursor = place->cursor;
    for (size_t i = 0; !err && i < place->breakpoint_count; i++) {
        size_t count = debugger_breakpoints(guest->debugger, &list);

        if (!has_number(list, count, place->breakpoints[i].number))
            err = set_again(guest, &place->breakpoints[i]);
    }
    return err;
}

/* Everything that a way leads to is forgotten with it. */
static struct error *begin_anew(struct lesson_guest *guest)
{
    struct arrival arrival;
    struct error *err = debugger_restart(guest->debugger, &arrival);

    for (size_t i = 1; i <= guest->lesson->step_count; i++)
        clear_place(&guest->places[i]);
    guest->writes = 0;
    guest->total_writes = debugger_writes(guest->debugger);
    return err;
}

/* The last step up to index whose place can be gone to. */
static size_t nearest(const struct lesson_guest *guest, size_t index)
{
    while (index > 0 && !guest->places[index].known)
        index--;
    return index;
}

static struct error *go_to_place(struct lesson_guest *guest, size_t index)
{
    struct guest_place *place = &guest->places[index];
    struct arrival arrival;
    struct error *err = NULL;

    if (!guest_at_place(guest, index)) {
        err = debugger_go(guest->debugger, place->count, &arrival);
        if (!err && !guest_at_place(guest, index))
            err = error_new(arrival.kind == ARRIVED_TIMEOUT ? ERROR_TIMEOUT : ERROR_GUEST,
                            "going back to where the step begins: the guest did not get there");
    }
    if (err)
        return err;
    guest->step = index;
    guest->ended = false;
    return restore_setup(guest, place);
}

/* From the nearest known place on, the steps are gone that were not yet. */
static struct error *walk_to(struct lesson_guest *guest, size_t index, unsigned int *ret_removed)
{
    size_t from = nearest(guest, index);
    struct error *err = NULL;

    if (!own_writes(guest, &guest->places[from])) {
        err = begin_anew(guest);
        from = 0;
    }
    if (!err)
        err = delete_others(guest, &guest->places[from], ret_removed);
    if (!err)
        err = go_to_place(guest, from);
    for (size_t i = from; !err && i < index; i++) {
        const struct lesson_step *step = &guest->lesson->steps[i];

        if (step->kind == STEP_COMMANDS)
            err = error_context(lesson_guest_run(guest, step, false, &guest->nowhere), "%s:%u",
                                guest->lesson->path, step->line);
        else
            err = guest_note_place(guest, i + 1);
    }
    return err;
}

struct error *lesson_guest_to_step(struct lesson_guest *guest, size_t index,
                                   unsigned int *ret_removed)
{
    unsigned int removed = 0;
    struct error *err;

    /* An ended guest cannot be gone to, only be there already. */
    if (!guest->places[index].known && guest_at_place(guest, index))
        err = NULL;
    else {
        guest_unseen(guest);
        err = walk_to(guest, index, &removed);
        guest_seen(guest);
    }
    if (!err)
        *ret_removed = removed;
    return err;
}
