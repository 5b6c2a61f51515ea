/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a breakpoint or watchpoint was met last before a place. From each kept machine, the newest
 * first, the guest runs again towards where the later one begins, and every stop of the user's is
 * noted; the last is the one. It runs in slices, as nothing else would stop it at the end: that it
 * runs on a little is no harm, as the machine is loaded again.
 *
 * A stop at a breakpoint changes the guest's clock (machines_straighten), so that only the first
 * hit is surely where it was: the last one is gone to without the stops before it, and from there
 * the guest runs on once more, to see that it is the last.
 */
#include "search.h"

#include "debugger_internal.h"

#include <inttypes.h>

#define TRIES_MAX   20      /* of a part in which QEMU dies */
#define SLICE_LEAST 1000000 /* ns */
#define SLICE_RATE  1.0     /* instructions per ns, as a guess: too long a slice is only slower */

static void hit(struct debugger *debugger, struct search *search, unsigned int number,
                virt_t watched)
{
    search->found = true;
    search->count = debugger->stop->instructions.value;
    debugger_reach(debugger, search->count);
    search->pc = registers_pc(&debugger->stop->regs);
    search->number = number;
    search->watched = watched;
}

/* The place of a kept machine counts too: the guest came there with the part before. */
static struct error *look_at_start(struct debugger *debugger, struct search *search, uint64_t end)
{
    struct session *session = &debugger->session;
    struct error *err = breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);
    const struct breakpoint *there;

    if (err || debugger->stop->instructions.value >= end)
        return err;
    there = breakpoints_at(&debugger->breakpoints, registers_pc(&debugger->stop->regs).value);
    if (there)
        hit(debugger, search, there->number, virt(0));
    return NULL;
}

static int64_t slice(const struct debugger *debugger, uint64_t end)
{
    double left = (double)(end - debugger->stop->instructions.value) / SLICE_RATE;
    double most = (double)(debugger->deadline - loop_now()) * 1e6;

    left = left < most ? left : most;
    return left > SLICE_LEAST ? (int64_t)left : SLICE_LEAST;
}

static bool watches(const struct debugger *debugger)
{
    const struct breakpoint *list;
    size_t count = debugger_breakpoints(debugger, &list);

    for (size_t i = 0; i < count; i++)
        if (list[i].watch)
            return true;
    return false;
}

/* On a way that did not get to its end. */
static bool given_up(const struct arrival *arrival)
{
    return arrival->kind == ARRIVED_INTERRUPT || arrival->kind == ARRIVED_TIMEOUT;
}

/*
 * An interrupt hides a watched access of the instruction before it (target_uncover). The look at it turns the clock, as
 * any stop does: when there was none, the guest is taken to the same place anew.
 */
static struct error *look_again(struct debugger *debugger, struct search *search,
                                const struct breakpoint **ret_met, virt_t *ret_watched)
{
    uint64_t count = debugger->stop->instructions.value;
    struct stop_event why = {0};
    struct arrival arrival;
    bool there = true;
    struct error *err = target_uncover(debugger->session.target, &why);

    debugger->skewed = true;
    debugger->alive = why.reason != STOP_EXITED;
    if (!err && why.reason == STOP_WATCHPOINT)
        *ret_met = breakpoints_watching(&debugger->breakpoints, why.watched.value, why.kind);
    *ret_watched = why.watched;
    if (err || *ret_met || search->stopped)
        return err;
    debugger_reach(debugger, count);
    err = machines_go(debugger, count, &there, &arrival);
    search->stopped = !err && !there && given_up(&arrival);
    return err;
}

/* Before another part is looked at, where it would be taken for an access. */
static struct error *forget_hidden(struct debugger *debugger)
{
    struct stop_event ignored = {0};
    struct error *err = target_uncover(debugger->session.target, &ignored);

    debugger->skewed = true;
    debugger->alive = ignored.reason != STOP_EXITED;
    return err;
}

static struct error *run_slice(struct debugger *debugger, struct search *search, uint64_t end,
                               bool *ret_done)
{
    struct session *session = &debugger->session;
    struct timeline_arrival from;
    const struct breakpoint *met;
    virt_t watched;
    struct error *err = breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);

    if (!err)
        err = timeline_run_for(session->timeline, slice(debugger, end), &from);
    if (err)
        return err;
    debugger->alive = from.event != TIMELINE_EXIT;
    debugger->shut_down = from.event == TIMELINE_FAULT;
    bool hides = debugger->alive && !debugger->shut_down && watches(debugger) &&
                 from.why.reason == STOP_INTERRUPT;
    *ret_done = !debugger->alive || debugger->shut_down || from.event == TIMELINE_ERROR ||
                from.event == TIMELINE_HALTED || from.stop->instructions.value >= end;
    if (*ret_done)
        return hides ? forget_hidden(debugger) : NULL;
    debugger->stop = from.stop;
    search->stopped = debugger->interrupted || loop_now() >= debugger->deadline;
    met = debugger_met(debugger, &from);
    watched = from.why.watched;
    if (hides)
        err = look_again(debugger, search, &met, &watched);
    if (!err && met)
        hit(debugger, search, met->number, watched);
    debugger->skewed = debugger->skewed || met;
    *ret_done = search->stopped || (met && search->once);
    return err;
}

static struct error *run_to_end(struct debugger *debugger, struct search *search, uint64_t end)
{
    struct error *err = NULL;
    bool done = false;

    while (!err && !done)
        err = run_slice(debugger, search, end, &done);
    return err;
}

/* Goes to what was found, as the guest came there; false when it did not. */
static struct error *verify(struct debugger *debugger, struct search *search, bool *ret_holds)
{
    struct arrival arrival;
    bool there = false;
    struct error *err = machines_go_exactly(debugger, search->count, search->pc, &there, &arrival);

    *ret_holds = !err && there;
    if (err && error_kind(err) == ERROR_GUEST) {
        error_free(err);
        return NULL;
    }
    search->stopped = !err && !there && given_up(&arrival);
    return err;
}

/*
 * From one hit to the next, each as it was: the first stop after a place that was gone to exactly
 * is sure. With the last of the skewed hits to begin with, that is mostly one look.
 */
static struct error *make_sure(struct debugger *debugger, struct search *search,
                               const struct search *first, uint64_t end)
{
    struct error *err = NULL;
    bool holds, more = true;

    while (!err && more && !search->stopped) {
        struct search next = {.end = search->end, .once = true};

        err = verify(debugger, search, &holds);
        if (!err && !holds && !search->stopped && search->count != first->count) {
            *search = *first;
            continue;
        }
        if (!err && !holds && !debugger->alive)
            err = error_new(ERROR_GUEST, "the guest does not come by 0x%" PRIx64 " again",
                            search->pc.value);
        if (!err && !search->stopped)
            err = run_to_end(debugger, &next, end);
        more = next.found;
        next.once = false;
        if (more)
            *search = next;
        search->stopped = search->stopped || next.stopped;
    }
    return err;
}

/* The part of the way that begins at the i-th kept machine. */
static struct error *search_once(struct debugger *debugger, size_t i, uint64_t end,
                                 struct search *search)
{
    struct error *err = machines_load(debugger, &debugger->history.list[i]);
    struct search first;

    if (!err)
        err = look_at_start(debugger, search, end);
    search->once = true;
    if (!err)
        err = run_to_end(debugger, search, end);
    search->once = false;
    first = *search;
    if (!err && search->found && !search->stopped && debugger->alive && !debugger->shut_down &&
        debugger->stop->instructions.value < end)
        err = run_to_end(debugger, search, end);
    if (err || !search->found || search->stopped)
        return err;
    return make_sure(debugger, search, &first, end);
}

/*
 * Whether QEMU died, in a part that the guest has gone to its end before. That the guest ended is no loss: it ran on
 * behind the part's end, with all hits noted.
 */
static bool lost(struct debugger *debugger, const struct error *err, uint64_t end)
{
    if (end == UINT64_MAX)
        return false;
    return err ? error_kind(err) == ERROR_CLOSED : !debugger->alive && debugger_qemu_died(debugger);
}

/* When QEMU dies, the part is searched once more, in a new one. */
static struct error *search_part(struct debugger *debugger, size_t i, uint64_t end,
                                 struct search *search)
{
    const struct search before = *search;
    struct error *err = search_once(debugger, i, end, search);

    for (int tries = 1; lost(debugger, err, end) && tries < TRIES_MAX; tries++) {
        error_free(err);
        *search = before;
        err = search_once(debugger, i, end, search);
    }
    return err;
}

struct error *search_back(struct debugger *debugger, struct search *search)
{
    const struct history *history = &debugger->history;
    uint64_t end = search->end;
    struct error *err = NULL;

    search->found = search->stopped = false;
    qemu_hold_text(debugger->session.qemu);
    for (size_t i = history->count; !err && !search->found && !search->stopped && i-- > 0;) {
        uint64_t begin = history->list[i].count;

        if (begin >= end)
            continue;
        err = search_part(debugger, i, end, search);
        end = begin;
    }
    qemu_release_text(debugger->session.qemu, false);
    return err;
}
