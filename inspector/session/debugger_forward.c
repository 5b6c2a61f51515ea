/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forwards: running and stepping. */
#include "debugger_internal.h"

#include <inttypes.h>

/* Stops that nobody here asked for are passed over as often in a row as timeline_next() does. */
#define FOREIGN_STOPS_MAX 16

struct error *debugger_begin(struct debugger *debugger)
{
    debugger_notice_end(debugger);
    if (!debugger->alive || debugger->shut_down)
        return error_new(ERROR_GUEST, "the guest has %s: it does not run any further%s",
                         debugger->alive ? "shut down" : "ended",
                         debugger->travel ? "; go back, or restart" : "");
    debugger->deadline = loop_in(debugger->timeout_ms);
    struct error *err = machines_straighten(debugger);
    if (!err)
        err = machines_keep_write(debugger);
    return err ? err
               : breakpoints_arm(&debugger->breakpoints, debugger->session.timeline,
                                 debugger->session.target);
}

/* Their values from now on, and of the one that was met what it is. */
static void look_at_watched(struct debugger *debugger)
{
    struct arrival *arrival = &debugger->arrival;

    if (!debugger->alive)
        return;
    breakpoints_look(&debugger->breakpoints, debugger->session.target);
    if (arrival->kind != ARRIVED_WATCHPOINT)
        return;
    const struct breakpoint *met = breakpoints_find(&debugger->breakpoints, arrival->number);
    if (met)
        arrival->now = met->value;
}

void debugger_arrive(struct debugger *debugger, const struct arrival *arrival, struct arrival *ret)
{
    debugger->arrival = *arrival;
    debugger->arrival.undone = debugger->undone;
    debugger->undone = (struct maybe){0};
    debugger->alive = arrival->kind != ARRIVED_EXIT;
    debugger->shut_down = arrival->kind == ARRIVED_FAULT;
    look_at_watched(debugger);
    if (arrival->kind == ARRIVED_INTERRUPT)
        debugger_drop_interrupt(debugger);
    *ret = debugger->arrival;
}

void debugger_interrupt(struct debugger *debugger)
{
    debugger->interrupted = 1;
    target_interrupt(debugger->session.target);
}

void debugger_drop_interrupt(struct debugger *debugger)
{
    debugger->interrupted = 0;
    target_drop_interrupt(debugger->session.target);
}

struct breakpoint *debugger_met(struct debugger *debugger, const struct timeline_arrival *from)
{
    struct breakpoints *breakpoints = &debugger->breakpoints;

    if (from->why.reason == STOP_WATCHPOINT)
        return breakpoints_watching(breakpoints, from->why.watched.value, from->why.kind);
    return breakpoints_at(breakpoints, registers_pc(&from->stop->regs).value);
}

static bool sort_stop(struct debugger *debugger, const struct timeline_arrival *from,
                      struct arrival *ret)
{
    struct breakpoint *breakpoint = debugger_met(debugger, from);

    ret->stage = from->event == TIMELINE_STAGE ? from->stop->stage : NULL;
    ret->kind = ARRIVED_CHECKPOINT;
    if (breakpoint) {
        breakpoint->hits++;
        ret->kind = breakpoint->watch ? ARRIVED_WATCHPOINT : ARRIVED_BREAKPOINT;
        ret->number = breakpoint->number;
        ret->watched = from->why.watched;
        ret->before = breakpoint->value;
    } else if (from->why.reason == STOP_INTERRUPT) {
        ret->kind = ARRIVED_INTERRUPT;
    }
    return breakpoint || ret->stage || ret->kind == ARRIVED_INTERRUPT;
}

bool debugger_sort(struct debugger *debugger, const struct timeline_arrival *from,
                   struct arrival *ret)
{
    static const enum arrival_kind ends[] = {[TIMELINE_ERROR] = ARRIVED_ERROR,
                                             [TIMELINE_FAULT] = ARRIVED_FAULT,
                                             [TIMELINE_HALTED] = ARRIVED_HALTED,
                                             [TIMELINE_EXIT] = ARRIVED_EXIT,
                                             [TIMELINE_TIMEOUT] = ARRIVED_TIMEOUT};

    *ret = (struct arrival){0};
    if (from->event == TIMELINE_STAGE || from->event == TIMELINE_OTHER)
        return sort_stop(debugger, from, ret);
    ret->kind = ends[from->event];
    return true;
}

/*
 * A checkpoint. One that the guest comes to otherwise than before is replaced by that of then, as
 * what was kept behind it rests on that. It takes single steps through the moment of a timer for
 * this: they leave timers waiting (target_exact_steps).
 */
static struct error *settle_checkpoint(struct debugger *debugger, const struct stop *stop)
{
    const struct kept *kept = history_stage(&debugger->history, stop->stage);

    if (kept && stop->instructions.known && kept->count != stop->instructions.value)
        return machines_load(debugger, kept);
    return debugger_note(debugger, stop);
}

/* What has to be done at every stop, whether the movement ends there or not. */
static struct error *settle(struct debugger *debugger, const struct timeline_arrival *from)
{
    debugger->stop = from->event == TIMELINE_EXIT ? NULL : from->stop;
    if (from->event == TIMELINE_STAGE)
        return settle_checkpoint(debugger, from->stop);
    return NULL;
}

static bool wanted(const struct arrival *arrival, enum run_to to, const struct stage *stage)
{
    if (arrival->kind != ARRIVED_CHECKPOINT)
        return true;
    return to == RUN_NEXT_CHECKPOINT || (to == RUN_TO_CHECKPOINT && arrival->stage == stage);
}

/* To the next stop that is somebody's. */
static struct error *run_once(struct debugger *debugger, struct arrival *ret)
{
    struct session *session = &debugger->session;
    struct error *err = NULL;

    for (int i = 0; !err && i < FOREIGN_STOPS_MAX; i++) {
        struct timeline_arrival arrival;

        debugger->stop = NULL;
        err = breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);
        if (!err)
            err = timeline_run(session->timeline, debugger->deadline, &arrival);
        if (!err && debugger_sort(debugger, &arrival, ret)) {
            debugger->skewed = !ret->stage &&
                               (ret->kind == ARRIVED_BREAKPOINT || ret->kind == ARRIVED_WATCHPOINT);
            err = settle(debugger, &arrival);
            debugger_arrive(debugger, ret, ret);
            return err;
        }
    }
    return err ? err
               : error_new(ERROR_GUEST, "the guest stops again and again for no reason; is "
                                        "another debugger attached?");
}

struct error *debugger_run(struct debugger *debugger, enum run_to to, const struct stage *stage,
                           struct arrival *ret)
{
    struct error *err = debugger_begin(debugger);
    struct arrival arrival;
    bool done = false;

    if (!err && to == RUN_TO_CHECKPOINT && debugger_passed(debugger, stage))
        err = error_new(ERROR_INPUT, "checkpoint %s was passed already%s", stage->name,
                        debugger->travel ? "; go back to it" : "");
    while (!err && !done) {
        if (debugger->interrupted) {
            arrival = (struct arrival){.kind = ARRIVED_INTERRUPT, .stage = debugger->arrival.stage};
            debugger_arrive(debugger, &arrival, &arrival);
            break;
        }
        err = run_once(debugger, &arrival);
        done = !err && wanted(&arrival, to, stage);
    }
    if (!err)
        *ret = debugger->arrival;
    return debugger_lost(debugger, err);
}

/*
 * One instruction. *ret_ended when it leads no further: the guest ended, stopped at its error, or
 * somebody interrupts. A checkpoint that it leads to is noted.
 */
static struct error *step_once(struct debugger *debugger, bool capture, struct arrival *ret,
                               bool *ret_ended, struct timeline_arrival *ret_from)
{
    virt_t pc;
    struct error *err;

    debugger->stop = NULL;
    err = timeline_step(debugger->session.timeline, capture, ret_from, &pc);
    if (err)
        return err;
    *ret = (struct arrival){.kind = ARRIVED_STEP};
    if (ret_from->event != TIMELINE_STAGE && ret_from->event != TIMELINE_OTHER) {
        debugger_sort(debugger, ret_from, ret);
    } else {
        ret->stage = ret_from->event == TIMELINE_STAGE ? ret_from->stop->stage : NULL;
        if (debugger->interrupted || ret_from->why.reason == STOP_INTERRUPT)
            ret->kind = ARRIVED_INTERRUPT;
        else if (loop_now() >= debugger->deadline)
            ret->kind = ARRIVED_TIMEOUT;
    }
    *ret_ended = ret->kind != ARRIVED_STEP;
    return ret_from->stop ? settle(debugger, ret_from) : NULL;
}

static void watched_by_user(struct debugger *debugger, const struct timeline_arrival *from,
                            struct arrival *arrival)
{
    struct arrival sorted;

    if (from->why.reason == STOP_WATCHPOINT && debugger_sort(debugger, from, &sorted) &&
        sorted.kind == ARRIVED_WATCHPOINT)
        *arrival = sorted;
}

struct error *debugger_step(struct debugger *debugger, uint64_t count, struct arrival *ret)
{
    struct arrival arrival = {.kind = ARRIVED_STEP, .stage = debugger->arrival.stage};
    struct timeline_arrival from;
    struct error *err = debugger_begin(debugger);
    bool ended = false;

    for (uint64_t i = 0; !err && !ended && i < count; i++) {
        err = step_once(debugger, false, &arrival, &ended, &from);
        /* The last step of several is done even when time runs out with it. */
        if (!err && arrival.kind == ARRIVED_TIMEOUT && i + 1 == count &&
            from.event != TIMELINE_TIMEOUT)
            arrival.kind = ARRIVED_STEP;
    }
    /* The steps are done, and with the last one something watched was accessed: that says more. */
    if (!err && arrival.kind == ARRIVED_STEP && count > 0)
        watched_by_user(debugger, &from, &arrival);
    if (!err)
        debugger_arrive(debugger, &arrival, ret);
    return debugger_lost(debugger, err);
}

/* A breakpoint or watchpoint that the step led to. */
static bool stopped_by_user(struct debugger *debugger, const struct timeline_arrival *from,
                            struct arrival *arrival)
{
    struct arrival sorted;

    if (!debugger_sort(debugger, from, &sorted) ||
        (sorted.kind != ARRIVED_BREAKPOINT && sorted.kind != ARRIVED_WATCHPOINT))
        return false;
    *arrival = sorted;
    return true;
}

struct error *debugger_until(struct debugger *debugger, debugger_predicate predicate, void *context,
                             struct arrival *ret)
{
    struct arrival arrival = {.kind = ARRIVED_STEP};
    struct error *err = debugger_begin(debugger);
    bool ended = false, holds;

    while (!err && !ended) {
        struct timeline_arrival from;

        err = step_once(debugger, true, &arrival, &ended, &from);
        if (err || ended)
            break;
        debugger->stop = from.stop;
        holds = false;
        err = predicate(context, from.stop, &holds);
        if (!err && holds)
            arrival.kind = ARRIVED_CONDITION;
        ended = holds || (!err && stopped_by_user(debugger, &from, &arrival));
    }
    if (!err)
        debugger_arrive(debugger, &arrival, ret);
    return debugger_lost(debugger, err);
}
