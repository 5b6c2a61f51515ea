/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * To an exact instruction count. Under plain -icount nothing stops QEMU there, so the guest runs in
 * slices that get shorter:
 *
 *      fast      as QEMU does it, for a slice of wall time
 *      slow      one instruction to a translation block, for a slice of wall time
 *      metered   the same, with a line in QEMU's log for each: a slice is a number of lines, and
 *                QEMU cannot get far ahead of who reads them
 *      steps     the rest
 *
 * Each slice ends with a look at the count. One that was too long is no harm: the machine before it
 * is loaded again. Time decides only how long this takes.
 */
#include "debugger_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Measured with QEMU 7.2 on the teaching kernel, on two busy cores: a slice costs 0.5 ms besides its
 * time, of which the first 0.2 ms bring next to nothing; a single step 0.15 ms; a metered
 * instruction 1 us. How far a slice of time goes astray is a matter of a millisecond.
 */
#define STEPS_MAX      100    /* instructions that are left when they are stepped */
#define METERED_MAX    60000  /* ... metered */
#define METERED_MOST   240000 /* ... after slow slices that were too long */
#define FRACTION_LEAST 0.1
#define SLOW_MAX       2000000 /* ... slow */
#define METERED_AHEAD  60      /* lines: as many as fit the pipe */
#define SLICE_START    200000  /* ns */
#define RATE_WEIGHT    4
#define ENDS_MAX       20 /* slices that lead to the guest's end, of a place that it passes before */
#define ENDS_UNSEEN    4  /* ... of one that it may not get to at all */
#define FAR            50000000 /* so far from a kept machine one is kept before it goes slowly */
#define NEAR           200000   /* the same before it is metered */

static const double first_rates[PACE_METERED] = {0.8, 0.04}; /* until they were measured */

struct approach {
    uint64_t to;
    double fraction[PACE_METERED]; /* of the way that is left to take with one slice of time */
    uint64_t metered_max;          /* grows where time proves to be no measure */
    enum pace_mode last;           /* of the newest slice */
    unsigned int ends;             /* so many slices may still lead to the guest's end */
    bool ended;
    struct arrival arrival;
};

static struct error *monitor(struct debugger *debugger, const char *line, bool *ret_known)
{
    char *text = NULL;
    struct error *err = target_monitor(debugger->session.target, line, &text);

    *ret_known = !err && text && !strstr(text, "unknown command");
    free(text);
    return err;
}

/* "singlestep" until QEMU 8.0, "one-insn-per-tb" since. */
static struct error *set_single(struct debugger *debugger, bool on)
{
    static const char *const names[][2] = {{"one-insn-per-tb off", "one-insn-per-tb on"},
                                           {"singlestep off", "singlestep on"}};
    struct error *err = NULL;
    bool known = false;

    for (size_t i = 0; !err && !known && i < 2; i++)
        err = monitor(debugger, names[i][on], &known);
    return err;
}

static struct error *set_mode(struct debugger *debugger, enum pace_mode mode)
{
    /* cpu_reset is always logged: it is how a triple fault shows. */
    static const char *const logs[] = {"log cpu_reset", "log nochain,cpu_reset",
                                       "log exec,nochain,cpu_reset"};
    struct pace *pace = &debugger->pace;
    struct error *err = NULL;
    bool known;

    if (pace->mode == mode)
        return NULL;
    if ((pace->mode == PACE_FAST) != (mode == PACE_FAST))
        err = set_single(debugger, mode != PACE_FAST);
    if (!err)
        err = monitor(debugger, logs[mode], &known);
    if (!err)
        pace->mode = mode;
    return err;
}

static bool ended(const struct debugger *debugger)
{
    return !debugger->alive || debugger->shut_down;
}

static uint64_t here(const struct debugger *debugger)
{
    return debugger->stop->instructions.value;
}

/*
 * To an end of the guest that lies behind the place: the guest is taken back there, and the next slice is shorter. Of
 * a QEMU that is gone nobody can ask the count. Where the guest was before, it must come again; for any other place
 * it is tried a few times.
 */
static bool end_too_far(const struct debugger *debugger, struct approach *approach,
                        const struct timeline_arrival *from)
{
    if (from->event == TIMELINE_EXIT)
        return approach->ends > 0 && approach->ends--;
    return (from->event == TIMELINE_FAULT || from->event == TIMELINE_ERROR ||
            from->event == TIMELINE_HALTED) &&
           here(debugger) > approach->to;
}

/* What a slice or a step led to, as far as it matters on the way. */
static struct error *pass(struct debugger *debugger, struct approach *approach,
                          const struct timeline_arrival *from)
{
    struct error *err = NULL;

    debugger->alive = from->event != TIMELINE_EXIT;
    debugger->shut_down = from->event == TIMELINE_FAULT;
    if (from->stop)
        debugger->stop = debugger->alive ? from->stop : NULL;
    if (end_too_far(debugger, approach, from))
        return NULL;
    if (debugger->alive)
        debugger_reach(debugger, here(debugger));
    if (from->event == TIMELINE_STAGE && here(debugger) <= approach->to)
        err = debugger_note(debugger, from->stop);
    approach->ended = true;
    if (from->event != TIMELINE_STAGE && from->event != TIMELINE_OTHER)
        debugger_sort(debugger, from, &approach->arrival);
    else if (debugger->interrupted && !debugger->unseen)
        approach->arrival = (struct arrival){.kind = ARRIVED_INTERRUPT};
    else if (loop_now() >= debugger->deadline && !debugger->unseen)
        approach->arrival = (struct arrival){.kind = ARRIVED_TIMEOUT};
    else
        approach->ended = false;
    return err;
}

static void learn(double *rate, uint64_t advanced, double nanoseconds)
{
    if (advanced > 1000)
        *rate = (*rate * (RATE_WEIGHT - 1) + (double)advanced / nanoseconds) / RATE_WEIGHT;
}

static struct error *slice_of_time(struct debugger *debugger, struct approach *approach,
                                   uint64_t left)
{
    enum pace_mode mode = left > SLOW_MAX ? PACE_FAST : PACE_SLOW;
    double *rate = &debugger->pace.rate[mode];
    double time = approach->fraction[mode] * (double)left / *rate;
    double most = debugger->unseen ? time : (double)(debugger->deadline - loop_now()) * 1e6;
    uint64_t before = here(debugger);
    struct timeline_arrival arrival = {0};
    struct error *err = set_mode(debugger, mode);

    approach->last = mode;
    if (time > most)
        time = most > 0 ? most : 0;
    if (!err)
        err = timeline_run_for(debugger->session.timeline, SLICE_START + (int64_t)time, &arrival);
    if (!err)
        err = pass(debugger, approach, &arrival);
    if (!err && !approach->ended && arrival.event == TIMELINE_OTHER)
        learn(rate, here(debugger) - before, SLICE_START + time);
    return err;
}

static void meter_done(void *context)
{
    target_interrupt_now(context);
}

static struct error *slice_of_lines(struct debugger *debugger, struct approach *approach,
                                    uint64_t left)
{
    struct session *session = &debugger->session;
    struct error *err = set_mode(debugger, PACE_METERED);
    struct timeline_arrival arrival;

    if (err)
        return err;
    approach->last = PACE_METERED;
    qemu_meter(session->qemu, left - METERED_AHEAD, meter_done, session->target);
    err = timeline_run_to_read(session->timeline,
                               debugger->unseen ? LOOP_NEVER : debugger->deadline, &arrival);
    qemu_meter(session->qemu, 0, NULL, NULL);
    return err ? err : pass(debugger, approach, &arrival);
}

static struct error *steps(struct debugger *debugger, struct approach *approach, uint64_t left)
{
    struct error *err = set_mode(debugger, PACE_FAST);

    approach->ends = 0; /* the next one is the one that ends it */
    for (uint64_t i = 0; !err && !approach->ended && i < left; i++) {
        struct timeline_arrival arrival;
        virt_t pc;

        err = timeline_step(debugger->session.timeline, false, &arrival, &pc);
        if (!err)
            err = pass(debugger, approach, &arrival);
    }
    if (!err && !(approach->ended && approach->arrival.kind == ARRIVED_EXIT))
        err = timeline_refresh(debugger->session.timeline, &debugger->stop);
    return err;
}

/* Before the way gets slow: the next place nearby shall not need the whole of it again. */
static struct error *keep_near(struct debugger *debugger, uint64_t left)
{
    const struct kept *from = history_nearest(&debugger->history, here(debugger));

    if (left > SLOW_MAX || left <= STEPS_MAX || !from ||
        here(debugger) - from->count < (left <= METERED_MAX ? NEAR : FAR))
        return NULL;
    return machines_keep(debugger, debugger->stop, NULL, true);
}

static struct error *load_before(struct debugger *debugger, uint64_t count)
{
    const struct kept *from = history_nearest(&debugger->history, count);

    if (!from)
        return error_new(ERROR_INPUT, "nothing is kept to go back to");
    if (debugger->unkept.known && count >= debugger->unkept.value &&
        from->count <= debugger->unkept.value)
        return error_new(ERROR_INPUT,
                         "what was written at instruction %" PRIu64 " could not be kept: there is "
                         "no way back to a place behind it",
                         debugger->unkept.value);
    return machines_load(debugger, from);
}

/* What was too long is to be shorter; within bounds, as one delay says little about the next. */
static void overshot(struct approach *approach)
{
    if (approach->last == PACE_METERED)
        return;
    if (approach->fraction[approach->last] > FRACTION_LEAST)
        approach->fraction[approach->last] /= 2;
    if (approach->last == PACE_SLOW && approach->metered_max < METERED_MOST)
        approach->metered_max *= 2;
}

static struct error *approach_once(struct debugger *debugger, struct approach *approach)
{
    uint64_t left;
    struct error *err;

    if (ended(debugger) || here(debugger) > approach->to) {
        overshot(approach);
        return load_before(debugger, approach->to);
    }
    left = approach->to - here(debugger);
    err = keep_near(debugger, left);
    if (err)
        return err;
    if (left <= STEPS_MAX)
        return steps(debugger, approach, left);
    return left <= approach->metered_max ? slice_of_lines(debugger, approach, left)
                                         : slice_of_time(debugger, approach, left);
}

/* From where the guest is, if that is on the way from the nearest kept machine. */
static struct error *set_out(struct debugger *debugger, uint64_t to)
{
    const struct kept *from = history_nearest(&debugger->history, to);

    if (!ended(debugger) && !debugger->skewed && debugger->stop && here(debugger) <= to &&
        (!from || from->count <= here(debugger)))
        return machines_keep_write(debugger);
    return load_before(debugger, to);
}

struct error *machines_go(struct debugger *debugger, uint64_t count, bool *ret_there,
                          struct arrival *ret)
{
    struct approach approach = {.to = count,
                                .fraction = {0.5, 0.5},
                                .metered_max = METERED_MAX,
                                .ends = count <= debugger->reached ? ENDS_MAX : ENDS_UNSEEN};
    struct session *session = &debugger->session;
    struct error *err = set_out(debugger, count);

    if (debugger->pace.rate[PACE_FAST] == 0)
        memcpy(debugger->pace.rate, first_rates, sizeof(first_rates));
    if (!err)
        err = breakpoints_disarm(&debugger->breakpoints, session->target, 0);
    qemu_hold_text(session->qemu);
    while (!err && !approach.ended && (ended(debugger) || here(debugger) != count))
        err = approach_once(debugger, &approach);
    qemu_release_text(session->qemu, !err);
    bool gone = approach.ended && approach.arrival.kind == ARRIVED_EXIT;
    if (!err && !gone)
        err = set_mode(debugger, PACE_FAST);
    if (err)
        return err;
    *ret_there = !approach.ended || (!gone && here(debugger) == count);
    *ret = approach.arrival;
    return NULL;
}

#define DELIVERIES_MAX 4

/* The exception is delivered by a step that counts nothing. */
static struct error *deliver(struct debugger *debugger, uint64_t count, virt_t pc)
{
    struct error *err = NULL;

    for (int i = 0; !err && registers_pc(&debugger->stop->regs).value != pc.value; i++) {
        struct timeline_arrival from;
        virt_t ignored;

        if (i == DELIVERIES_MAX)
            return error_new(ERROR_GUEST, "the guest does not come by 0x%" PRIx64 " again",
                             pc.value);
        err = timeline_step(debugger->session.timeline, true, &from, &ignored);
        if (!err && (!from.stop || from.stop->instructions.value != count))
            return error_new(ERROR_GUEST, "the guest does not come by 0x%" PRIx64 " again",
                             pc.value);
        if (!err)
            debugger->stop = from.stop;
    }
    return err;
}

struct error *machines_go_exactly(struct debugger *debugger, uint64_t count, virt_t pc,
                                  bool *ret_there, struct arrival *ret)
{
    struct error *err = machines_go(debugger, count, ret_there, ret);

    return err || !*ret_there ? err : deliver(debugger, count, pc);
}

struct error *machines_straighten(struct debugger *debugger)
{
    const struct stop *stop;
    struct arrival ignored;
    bool there = true;
    struct error *err;

    if (!debugger->travel || !debugger->skewed)
        return NULL;
    err = debugger_stop(debugger, &stop);
    debugger->unseen = true;
    if (!err)
        err = machines_go_exactly(debugger, stop->instructions.value, registers_pc(&stop->regs),
                                  &there, &ignored);
    debugger->unseen = false;
    if (!err && !there)
        err = error_new(ERROR_GUEST, "the guest ended on the way to where it had been");
    return err;
}
