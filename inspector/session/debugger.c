/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A debugger's life, where the guest is, and what was seen. */
#include "debugger_internal.h"

#include <errno.h>
#include <stdlib.h>

#define END_TIMEOUT 10000 /* ms, for a QEMU that has closed its sockets to end */

/* Steps have to lead where runs do; and the start is the machine that all others rest on. */
static struct error *keep_start(struct debugger *debugger)
{
    struct error *err = target_exact_steps(debugger->session.target);

    return err ? err : machines_keep(debugger, debugger->stop, NULL, false);
}

struct error *debugger_open(const struct debugger_options *options, struct debugger **ret)
{
    struct debugger *debugger = calloc(1, sizeof(*debugger));
    struct session_options session = options->session;
    const struct stop *stop;

    if (!debugger)
        return error_errno(ENOMEM, "debugger");
    debugger->travel = options->travel && !session.connect;
    debugger->timeout_ms = session.guest->timeout_ms;
    session.debug = true;
    session.keep = debugger->travel;
    session.count = session.count || debugger->travel;
    struct error *err = session_open(&session, &debugger->session);
    if (!err)
        err = timeline_here(debugger->session.timeline, &stop);
    debugger->alive = !err;
    debugger->stop = err ? NULL : stop;
    if (!err && debugger->travel)
        err = keep_start(debugger);
    if (err) {
        debugger_close(debugger);
        return err;
    }
    debugger->arrival = (struct arrival){.kind = ARRIVED_START};
    *ret = debugger;
    return NULL;
}

void debugger_close(struct debugger *debugger)
{
    if (!debugger)
        return;
    for (size_t i = 0; i < STAGES_MAX; i++)
        snapshot_free(&debugger->records[i].snapshot);
    history_free(&debugger->history);
    session_close(&debugger->session);
    free(debugger);
}

struct session *debugger_session(struct debugger *debugger)
{
    return &debugger->session;
}

bool debugger_can_travel(const struct debugger *debugger)
{
    return debugger->travel;
}

static void note_end(struct debugger *debugger)
{
    debugger->alive = false;
    debugger->stop = NULL;
    debugger->arrival = (struct arrival){.kind = ARRIVED_EXIT};
}

struct error *debugger_lost(struct debugger *debugger, struct error *err)
{
    if (err && error_kind(err) == ERROR_CLOSED)
        note_end(debugger);
    return err;
}

void debugger_notice_end(struct debugger *debugger)
{
    struct qemu *qemu = debugger->session.qemu;

    if (!debugger->alive || !qemu)
        return;
    qemu_notice_end(qemu);
    if (qemu_end_state(qemu) != QEMU_RUNNING)
        note_end(debugger);
}

void debugger_reach(struct debugger *debugger, uint64_t count)
{
    if (count > debugger->reached)
        debugger->reached = count;
}

bool debugger_qemu_died(struct debugger *debugger)
{
    enum qemu_end end = QEMU_RUNNING;

    /* Its sockets close before it has ended, and much before when it leaves a core behind. */
    error_free(qemu_wait(debugger->session.qemu, loop_in(END_TIMEOUT), &end));
    return end == QEMU_KILLED;
}

static struct error *gone(const struct debugger *debugger)
{
    return error_new(ERROR_GUEST, "the guest has ended: there is nothing to look at%s",
                     debugger->travel ? "; go back, or restart" : "");
}

struct error *debugger_stop(struct debugger *debugger, const struct stop **ret)
{
    struct error *err = NULL;

    debugger_notice_end(debugger);
    if (!debugger->alive)
        return gone(debugger);
    if (!debugger->stop)
        err = timeline_refresh(debugger->session.timeline, &debugger->stop);
    if (!err && debugger->stop->instructions.known)
        debugger_reach(debugger, debugger->stop->instructions.value);
    if (!err)
        *ret = debugger->stop;
    return debugger_lost(debugger, err);
}

const struct arrival *debugger_arrival(const struct debugger *debugger)
{
    return &debugger->arrival;
}

bool debugger_alive(const struct debugger *debugger)
{
    return debugger->alive;
}

void debugger_set_timeout(struct debugger *debugger, int64_t milliseconds)
{
    debugger->timeout_ms = milliseconds;
}

/* Its place in the list; STAGES_MAX for what is none of them, as an error stop. */
static size_t index_of(const struct debugger *debugger, const struct stage *stage)
{
    const struct stages *stages = &debugger->session.stages;

    return stage >= stages->list && stage < stages->list + stages->count
               ? (size_t)(stage - stages->list)
               : STAGES_MAX;
}

bool debugger_passed(const struct debugger *debugger, const struct stage *stage)
{
    return index_of(debugger, stage) < STAGES_MAX &&
           timeline_passed(debugger->session.timeline, stage);
}

const struct snapshot *debugger_record(const struct debugger *debugger, const struct stage *stage)
{
    size_t i = index_of(debugger, stage);

    return i < STAGES_MAX && debugger->records[i].snapshot.stage ? &debugger->records[i].snapshot
                                                                 : NULL;
}

static size_t passed_count(const struct debugger *debugger)
{
    const struct stages *stages = &debugger->session.stages;
    size_t count = 0;

    for (size_t i = 0; i < stages->count; i++)
        count += timeline_passed(debugger->session.timeline, &stages->list[i]);
    return count;
}

static const struct snapshot *newest_but(const struct debugger *debugger, const struct stage *stage)
{
    const struct record *newest = NULL;

    for (size_t i = 0; i < debugger->session.stages.count; i++) {
        const struct record *record = &debugger->records[i];
        const struct stage *its = record->snapshot.stage;

        if (its && its != stage && debugger_passed(debugger, its) &&
            (!newest || record->order > newest->order))
            newest = record;
    }
    return newest ? &newest->snapshot : NULL;
}

const struct snapshot *debugger_before(const struct debugger *debugger)
{
    return newest_but(debugger, debugger->arrival.stage);
}

/* The same place as when it was passed before: the guest took the same way. */
static bool known_already(const struct record *record, const struct stop *stop)
{
    return record->snapshot.stage && stop->instructions.known &&
           record->snapshot.instructions.known &&
           record->snapshot.instructions.value == stop->instructions.value;
}

/* The machine of this very place, not one of another future. */
static bool kept_already(const struct debugger *debugger, const struct stop *stop)
{
    const struct kept *kept = history_stage(&debugger->history, stop->stage);

    return kept && stop->instructions.known && kept->count == stop->instructions.value;
}

struct error *debugger_note(struct debugger *debugger, const struct stop *stop)
{
    size_t index = index_of(debugger, stop->stage);
    struct record *record;
    struct error *err = NULL;

    if (index == STAGES_MAX)
        return NULL;
    record = &debugger->records[index];
    if (!known_already(record, stop)) {
        debugger_drop_record(debugger, index);
        record->order = passed_count(debugger);
        err = snapshot_capture(stop, newest_but(debugger, stop->stage), SNAPSHOT_LIGHT,
                               &record->snapshot);
    }
    if (!err && !kept_already(debugger, stop))
        err = machines_keep(debugger, stop, stop->stage, false);
    return err;
}

struct error *debugger_snapshot(struct debugger *debugger, struct snapshot *ret)
{
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err)
        return err;
    if (index_of(debugger, stop->stage) == STAGES_MAX)
        return error_new(ERROR_INPUT, "the guest stands at no checkpoint");
    return debugger_lost(
        debugger, snapshot_capture(stop, newest_but(debugger, stop->stage), SNAPSHOT_FULL, ret));
}
