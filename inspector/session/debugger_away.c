/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at another place, of which nothing is left behind. */
#include <errno.h>
#include <stdlib.h>

#include "debugger_internal.h"

struct debugger_away {
    bool alive;
    uint64_t count, writes;
    virt_t pc;
    bool written; /* the user wrote at this very place */
    struct arrival arrival;
    struct breakpoints breakpoints;
};

uint64_t debugger_writes(const struct debugger *debugger)
{
    return debugger->writes;
}

static bool written_at(const struct debugger *debugger, uint64_t count)
{
    const struct kept *kept = history_nearest(&debugger->history, count);

    return kept && kept->written && kept->count == count;
}

static struct error *note_place(struct debugger *debugger, struct debugger_away *away)
{
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err)
        return err;
    away->count = stop->instructions.value;
    away->pc = registers_pc(&stop->regs);
    /* What was written here is in no machine yet. */
    err = machines_keep_write(debugger);
    away->written = written_at(debugger, away->count);
    return err;
}

struct error *debugger_leave(struct debugger *debugger, struct debugger_away **ret)
{
    struct debugger_away *away = calloc(1, sizeof(*away));
    struct error *err = NULL;

    if (!away)
        return error_errno(ENOMEM, "debugger");
    if (!debugger->travel)
        err = error_new(ERROR_INPUT, "this session cannot go back, and so not elsewhere");
    debugger_notice_end(debugger);
    away->alive = debugger->alive;
    away->arrival = debugger->arrival;
    away->writes = debugger->writes;
    if (!err && away->alive)
        err = note_place(debugger, away);
    if (!err && away->alive)
        err = breakpoints_disarm(&debugger->breakpoints, debugger->session.target, 0);
    if (err) {
        free(away);
        return debugger_lost(debugger, err);
    }
    away->breakpoints = debugger->breakpoints;
    debugger->breakpoints.count = 0;
    *ret = away;
    return NULL;
}

static struct error *go_home(struct debugger *debugger, const struct debugger_away *away)
{
    struct arrival arrival;
    bool there = true;
    struct error *err = NULL;

    /* A write at this very place would be in the machine that is gone back to. */
    if (debugger->writes != away->writes && !away->written)
        err = machines_forget(debugger, away->count);
    debugger->unseen = true;
    if (!err)
        err = machines_go_exactly(debugger, away->count, away->pc, &there, &arrival);
    debugger->unseen = false;
    if (!err && !there)
        err = error_new(ERROR_GUEST, "the guest ended on the way back to where it had been");
    return err;
}

/* It had ended: so it does again. */
static struct error *end_again(struct debugger *debugger)
{
    struct arrival arrival = {.kind = ARRIVED_STEP};
    struct error *err = NULL;

    while (!err && debugger->alive && !debugger->shut_down && arrival.kind != ARRIVED_TIMEOUT)
        err = debugger_run(debugger, RUN_FREELY, NULL, &arrival);
    return err;
}

struct error *debugger_return(struct debugger *debugger, struct debugger_away *away)
{
    struct arrival ignored;
    struct error *err = NULL;

    debugger->deadline = loop_in(debugger->timeout_ms);
    debugger->undone = (struct maybe){0};
    if (away->alive)
        err = go_home(debugger, away);
    else
        err = end_again(debugger);
    debugger->breakpoints = away->breakpoints;
    debugger->undone = (struct maybe){0};
    if (!err && away->alive)
        err = machines_land(debugger);
    debugger->undone = (struct maybe){0};
    if (!err)
        debugger_arrive(debugger, &away->arrival, &ignored);
    free(away);
    return debugger_lost(debugger, err);
}
