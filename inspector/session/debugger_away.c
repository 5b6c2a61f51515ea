/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look at another place, of which nothing is left behind. The machine is kept as it is, and with it everything
 * that a way back would forget: the list of kept machines, and what was seen at checkpoints.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "debugger_internal.h"

struct debugger_away {
    bool alive;
    struct kept home; /* when alive */
    bool own;         /* home was made for this, and is to be deleted */
    bool dirty, skewed;
    struct maybe unkept;
    uint64_t writes, reached;
    struct arrival arrival;
    struct breakpoints breakpoints;
    struct history history;            /* as it was; its machines stay in QEMU's file */
    bool seen[STAGES_MAX];             /* there was a record */
    struct record records[STAGES_MAX]; /* those that were dropped since */
};

uint64_t debugger_writes(const struct debugger *debugger)
{
    return debugger->writes;
}

void debugger_drop_record(struct debugger *debugger, size_t index)
{
    struct debugger_away *away = debugger->away;
    struct record *record = &debugger->records[index];

    if (away && away->seen[index] && !away->records[index].snapshot.stage) {
        away->records[index] = *record;
        memset(record, 0, sizeof(*record));
    }
    snapshot_free(&record->snapshot);
}

bool debugger_may_delete(const struct debugger *debugger, unsigned int tag)
{
    return !debugger->away || tag > debugger->away->history.last_tag;
}

/* A checkpoint's machine will do, if nothing was done to it since. */
static struct error *keep_home(struct debugger *debugger, struct debugger_away *away)
{
    const struct stop *stop;
    const struct kept *kept;
    struct error *err = debugger_stop(debugger, &stop);

    if (err)
        return err;
    kept = stop->stage ? history_stage(&debugger->history, stop->stage) : NULL;
    if (kept && kept->count == stop->instructions.value && !away->dirty && !away->skewed) {
        away->home = *kept;
        return NULL;
    }
    away->own = true;
    return machines_save(debugger, stop, &away->home);
}

static void copy_history(struct debugger *debugger, struct debugger_away *away)
{
    struct history *copy = &away->history;

    *copy = debugger->history;
    copy->room = copy->count;
    copy->list = calloc(copy->count + 1, sizeof(*copy->list));
    if (!copy->list)
        abort();
    memcpy(copy->list, debugger->history.list, copy->count * sizeof(*copy->list));
}

static struct error *set_off(struct debugger *debugger, struct debugger_away *away)
{
    struct error *err = NULL;

    if (!debugger->travel)
        return error_new(ERROR_INPUT, "this session cannot go back, and so not look elsewhere");
    if (debugger->away)
        return error_new(ERROR_INPUT, "a look elsewhere within another one");
    debugger_notice_end(debugger);
    *away = (struct debugger_away){.alive = debugger->alive,
                                   .dirty = debugger->dirty,
                                   .skewed = debugger->skewed,
                                   .unkept = debugger->unkept,
                                   .writes = debugger->writes,
                                   .reached = debugger->reached,
                                   .arrival = debugger->arrival};
    if (away->alive)
        err = keep_home(debugger, away);
    if (!err && away->alive)
        err = breakpoints_disarm(&debugger->breakpoints, debugger->session.target, 0);
    return err;
}

struct error *debugger_leave(struct debugger *debugger)
{
    struct debugger_away *away = calloc(1, sizeof(*away));
    struct error *err;

    if (!away)
        return error_errno(ENOMEM, "debugger");
    err = set_off(debugger, away);
    if (err) {
        free(away);
        return debugger_lost(debugger, err);
    }
    away->breakpoints = debugger->breakpoints;
    debugger->breakpoints.count = 0;
    copy_history(debugger, away);
    for (size_t i = 0; i < STAGES_MAX; i++)
        away->seen[i] = debugger->records[i].snapshot.stage != NULL;
    qemu_mute(debugger->session.qemu, true);
    debugger->away = away;
    return NULL;
}

static struct error *forwards(struct debugger *debugger, const struct stage *stage)
{
    struct arrival arrival = {.kind = ARRIVED_STEP};
    struct error *err = debugger_run(debugger, RUN_TO_CHECKPOINT, stage, &arrival);

    if (err || arrival.stage == stage)
        return err;
    return error_new(arrival.kind == ARRIVED_TIMEOUT ? ERROR_TIMEOUT : ERROR_GUEST,
                     "the guest does not get to %s from here", stage->name);
}

struct error *debugger_seek(struct debugger *debugger, const struct stage *stage)
{
    const struct stop *stop = NULL;
    struct arrival arrival;
    struct error *err = NULL;

    debugger_notice_end(debugger);
    if (debugger->alive)
        err = debugger_stop(debugger, &stop);
    if (err || (stop && stop->stage == stage))
        return err;
    if (debugger_record(debugger, stage))
        return debugger_back(debugger, stage, &arrival);
    if (!debugger->alive)
        err = debugger_back(debugger, NULL, &arrival);
    return err ? err : forwards(debugger, stage);
}

/* What was seen and kept on the way is of the same boot, so that it can be used later. */
static bool same_boot(const struct debugger *debugger, const struct debugger_away *away)
{
    if (debugger->writes != away->writes || away->dirty || away->unkept.known)
        return false;
    for (size_t i = 0; i < away->history.count; i++)
        if (away->history.list[i].written)
            return false;
    return true;
}

static void restore_records(struct debugger *debugger, struct debugger_away *away, bool same)
{
    for (size_t i = 0; i < STAGES_MAX; i++) {
        struct record *record = &debugger->records[i];

        if (away->records[i].snapshot.stage) {
            snapshot_free(&record->snapshot);
            *record = away->records[i];
        } else if (!away->seen[i] && !same) {
            snapshot_free(&record->snapshot);
        }
    }
}

/* The machines of before, and of those that were made since the ones that may be of use. */
static struct error *restore_history(struct debugger *debugger, struct debugger_away *away,
                                     bool same)
{
    struct history made = debugger->history;
    struct error *err = NULL;

    debugger->history = away->history;
    debugger->history.last_tag = made.last_tag;
    for (size_t i = 0; !err && i < made.count; i++) {
        const struct kept *kept = &made.list[i];

        if (kept->tag <= away->history.last_tag)
            continue;
        if (same && kept->stage && !history_stage(&debugger->history, kept->stage))
            history_take(&debugger->history, kept);
        else
            err = machines_delete(debugger, kept->tag);
    }
    history_free(&made);
    return err;
}

/* It had ended: so it does again. */
static struct error *end_again(struct debugger *debugger)
{
    const struct history *history = &debugger->history;
    struct arrival arrival = {.kind = ARRIVED_STEP};
    struct error *err = NULL;

    if (history->count)
        err = machines_load(debugger, &history->list[history->count - 1]);
    while (!err && debugger->alive && !debugger->shut_down && arrival.kind != ARRIVED_TIMEOUT)
        err = debugger_run(debugger, RUN_FREELY, NULL, &arrival);
    return err;
}

static struct error *come_home(struct debugger *debugger, struct debugger_away *away)
{
    struct session *session = &debugger->session;
    struct error *err;

    if (!away->alive)
        return end_again(debugger);
    debugger->dirty = false; /* it is undone, and nobody asked */
    err = machines_load(debugger, &away->home);
    if (!err && away->own)
        err = machines_delete(debugger, away->home.tag);
    debugger->dirty = away->dirty;
    debugger->skewed = away->skewed;
    debugger->breakpoints = away->breakpoints;
    return err ? err : breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);
}

struct error *debugger_return(struct debugger *debugger)
{
    struct debugger_away *away = debugger->away;
    bool same = same_boot(debugger, away);
    struct arrival ignored;
    struct error *err, *second;

    debugger->away = NULL;
    err = restore_history(debugger, away, same);
    restore_records(debugger, away, same);
    second = come_home(debugger, away);
    qemu_mute(debugger->session.qemu, false);
    debugger->breakpoints = away->breakpoints;
    debugger->unkept = away->unkept;
    debugger->reached = away->reached;
    debugger->undone = away->arrival.undone;
    if (err)
        error_free(second);
    else
        err = second;
    if (!err)
        debugger_arrive(debugger, &away->arrival, &ignored);
    free(away);
    return debugger_lost(debugger, err);
}
