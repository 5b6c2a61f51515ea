/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backwards: to kept machines, to instruction counts. */
#include "debugger_internal.h"

#include "search.h"

/* *ret is where the guest is; beyond all that is kept when it has ended, as nobody can ask it. */
static struct error *set_out(struct debugger *debugger, uint64_t *ret)
{
    const struct stop *stop;
    struct error *err = NULL;

    if (!debugger->travel)
        return error_new(ERROR_INPUT, "this session cannot go back: %s",
                         debugger->session.qemu ? "it was opened without"
                                                : "QEMU was started by somebody else");
    debugger->undone = (struct maybe){0};
    debugger->deadline = loop_in(debugger->timeout_ms);
    *ret = UINT64_MAX;
    debugger_notice_end(debugger);
    if (debugger->alive)
        err = debugger_stop(debugger, &stop);
    if (!err && debugger->alive)
        *ret = stop->instructions.value;
    if (!err || error_kind(err) != ERROR_CLOSED)
        return err;
    error_free(err); /* it was killed meanwhile */
    return NULL;
}

/* Ends a way back that led to a kept machine or an exact place. */
static struct error *arrive(struct debugger *debugger, enum arrival_kind kind, struct arrival *ret)
{
    struct arrival arrival = {.kind = kind, .stage = debugger->stop->stage};
    struct error *err = machines_land(debugger);

    if (!err)
        debugger_arrive(debugger, &arrival, ret);
    return err;
}

static struct error *to_machine(struct debugger *debugger, const struct kept *kept,
                                enum arrival_kind kind, struct arrival *ret)
{
    struct error *err = machines_load(debugger, kept);

    return err ? err : arrive(debugger, kind, ret);
}

static struct error *to_count(struct debugger *debugger, uint64_t count, enum arrival_kind kind,
                              struct arrival *ret)
{
    struct arrival arrival;
    bool there;
    struct error *err = machines_go(debugger, count, &there, &arrival);

    if (err)
        return err;
    if (there)
        return arrive(debugger, kind, ret);
    if (arrival.kind != ARRIVED_EXIT)
        err = machines_land(debugger);
    debugger_arrive(debugger, &arrival, ret);
    return err;
}

static struct error *to_start(struct debugger *debugger, enum arrival_kind kind,
                              struct arrival *ret)
{
    const struct history *history = &debugger->history;
    struct error *err;

    if (history->count == 0)
        return error_new(ERROR_INPUT, "the start was not kept: there is nothing to go back to");
    err = to_machine(debugger, &history->list[0], kind, ret);
    /* What was written in reset is undone as well. */
    if (!err && history->count > 1 && history->list[1].count == history->list[0].count) {
        ret->undone = debugger->arrival.undone = known(history->list[0].count);
        err = machines_forget(debugger, 0);
    }
    return err;
}

/* A checkpoint of which there is a machine, or at least the count. */
static struct error *to_stage(struct debugger *debugger, const struct stage *stage,
                              struct arrival *ret)
{
    const struct kept *kept = history_stage(&debugger->history, stage);
    const struct snapshot *record = debugger_record(debugger, stage);

    if (kept)
        return to_machine(debugger, kept, ARRIVED_CHECKPOINT, ret);
    if (record && record->instructions.known)
        return to_count(debugger, record->instructions.value, ARRIVED_CHECKPOINT, ret);
    return error_new(ERROR_INPUT, "checkpoint %s was not reached yet: run to it", stage->name);
}

/* The newest checkpoint that was seen before count; NULL when there is none. */
static const struct stage *stage_before(const struct debugger *debugger, uint64_t count)
{
    const struct stages *stages = &debugger->session.stages;
    const struct snapshot *newest = NULL;

    for (size_t i = 0; i < stages->count; i++) {
        const struct snapshot *seen = debugger_record(debugger, &stages->list[i]);

        if (seen && seen->instructions.known && seen->instructions.value < count &&
            debugger_passed(debugger, seen->stage) &&
            (!newest || seen->instructions.value > newest->instructions.value))
            newest = seen;
    }
    return newest ? newest->stage : NULL;
}

struct error *debugger_back(struct debugger *debugger, const struct stage *stage,
                            struct arrival *ret)
{
    uint64_t now;
    struct error *err = set_out(debugger, &now);

    if (err)
        return err;
    if (!stage)
        stage = stage_before(debugger, now);
    if (!stage)
        return to_start(debugger, ARRIVED_BEGINNING, ret);
    return debugger_lost(debugger, to_stage(debugger, stage, ret));
}

struct error *debugger_restart(struct debugger *debugger, struct arrival *ret)
{
    uint64_t now;
    struct error *err = set_out(debugger, &now);

    return err ? err : debugger_lost(debugger, to_start(debugger, ARRIVED_START, ret));
}

struct error *debugger_step_back(struct debugger *debugger, uint64_t count, struct arrival *ret)
{
    uint64_t now;
    struct error *err = set_out(debugger, &now);

    if (err)
        return err;
    if (!debugger->alive)
        return error_new(ERROR_INPUT,
                         "the guest has ended, and how many instructions it had "
                         "executed then is not known: `back` or `go COUNT` leads into it again");
    err = count > now ? to_start(debugger, ARRIVED_BEGINNING, ret)
                      : to_count(debugger, now - count, ARRIVED_STEP, ret);
    return debugger_lost(debugger, err);
}

struct error *debugger_go(struct debugger *debugger, uint64_t instructions, struct arrival *ret)
{
    uint64_t now;
    struct error *err = set_out(debugger, &now);

    if (err)
        return err;
    return debugger_lost(debugger, to_count(debugger, instructions, ARRIVED_STEP, ret));
}

static struct error *to_hit(struct debugger *debugger, const struct search *search,
                            struct arrival *ret)
{
    struct breakpoint *breakpoint = breakpoints_find(&debugger->breakpoints, search->number);
    struct arrival arrival;
    bool there;
    struct error *err = machines_go_exactly(debugger, search->count, search->pc, &there, &arrival);

    if (!err && (there || arrival.kind != ARRIVED_EXIT))
        err = machines_land(debugger);
    if (err)
        return err;
    if (!there) {
        debugger_arrive(debugger, &arrival, ret);
        return NULL;
    }
    breakpoint->hits++;
    arrival = (struct arrival){.kind = breakpoint->watch ? ARRIVED_WATCHPOINT : ARRIVED_BREAKPOINT,
                               .stage = debugger->stop->stage,
                               .number = search->number,
                               .watched = search->watched};
    debugger_arrive(debugger, &arrival, ret);
    return NULL;
}

/* To where the search began; to the last checkpoint when the guest had ended. */
static struct error *give_up(struct debugger *debugger, uint64_t end, struct arrival *ret)
{
    enum arrival_kind kind = debugger->interrupted ? ARRIVED_INTERRUPT : ARRIVED_TIMEOUT;
    const struct kept *last = history_nearest(&debugger->history, end);

    debugger->deadline = LOOP_NEVER;
    debugger_drop_interrupt(debugger);
    return end == UINT64_MAX ? to_machine(debugger, last, kind, ret)
                             : to_count(debugger, end, kind, ret);
}

struct error *debugger_run_back(struct debugger *debugger, struct arrival *ret)
{
    struct search search = {0};
    struct error *err = set_out(debugger, &search.end);

    if (err)
        return err;
    if (debugger->breakpoints.count > 0)
        err = search_back(debugger, &search);
    if (!err && search.stopped)
        err = give_up(debugger, search.end, ret);
    else if (!err && search.found)
        err = to_hit(debugger, &search, ret);
    else if (!err)
        err = to_start(debugger, ARRIVED_BEGINNING, ret);
    return debugger_lost(debugger, err);
}

struct error *debugger_forget_ahead(struct debugger *debugger)
{
    const struct stop *stop;
    struct error *err = NULL;

    for (size_t i = 0; i < debugger->session.stages.count; i++)
        if (!debugger_passed(debugger, &debugger->session.stages.list[i]))
            debugger_drop_record(debugger, i);
    if (!debugger->travel)
        return NULL;
    err = debugger_stop(debugger, &stop);
    if (err)
        return err;
    debugger->dirty = true;
    qemu_forget_text(debugger->session.qemu);
    return machines_forget(debugger, stop->instructions.value);
}
