/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines, kept by QEMU's savevm under the tags of the history. */
#include "debugger_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* savevm, loadvm and delvm say nothing when they succeed. */
static struct error *command(struct debugger *debugger, const char *name, unsigned int tag)
{
    char line[32], *text = NULL;

    snprintf(line, sizeof(line), "%s s%u", name, tag);
    struct error *err = target_monitor(debugger->session.target, line, &text);
    if (!err && !text)
        err = error_new(ERROR_PROTOCOL, "%s: the debug stub has no monitor", name);
    if (!err && *text)
        err = error_new(ERROR_SYSTEM, "QEMU's %s: %.*s", name, (int)strcspn(text, "\r\n"), text);
    free(text);
    return err;
}

struct error *machines_delete(struct debugger *debugger, unsigned int tag)
{
    return command(debugger, "delvm", tag);
}

static struct error *delete_unwanted(struct debugger *debugger, unsigned int tag)
{
    return debugger_may_delete(debugger, tag) ? machines_delete(debugger, tag) : NULL;
}

static struct error *make_spare(struct debugger *debugger)
{
    struct error *err = NULL;
    unsigned int tag;

    while (!err && history_spare(&debugger->history, &tag))
        err = delete_unwanted(debugger, tag);
    return err;
}

/* What failed is deleted as far as it is there, so that its room can be used. */
static struct error *no_room(struct debugger *debugger, struct error *err)
{
    debugger->full = true;
    if (error_kind(err) == ERROR_SYSTEM)
        error_free(command(debugger, "delvm", debugger->history.last_tag + 1));
    return error_context(err, "this place and later ones cannot be kept to go back to");
}

struct error *machines_save(struct debugger *debugger, const struct stop *stop, struct kept *ret)
{
    struct kept kept = {.tag = debugger->history.last_tag + 1,
                        .count = stop->instructions.value,
                        .stage = stop->stage,
                        .written = debugger->dirty};
    struct error *err;

    if (debugger->full)
        return error_new(ERROR_SYSTEM, "there is no room to keep another machine");
    err = qemu_place(debugger->session.qemu, &kept.place);
    if (err)
        return err;
    timeline_save(debugger->session.timeline, &kept.state);
    err = command(debugger, "savevm", kept.tag);
    if (err)
        return no_room(debugger, err);
    debugger->history.last_tag = kept.tag;
    debugger_reach(debugger, kept.count);
    *ret = kept;
    return NULL;
}

struct error *machines_keep(struct debugger *debugger, const struct stop *stop,
                            const struct stage *stage, bool scratch)
{
    struct kept kept;
    struct error *err;

    if (!debugger->travel || debugger->full || !stop->instructions.known)
        return NULL;
    err = machines_save(debugger, stop, &kept);
    if (err)
        return err;
    kept.stage = stage;
    kept.scratch = scratch;
    history_take(&debugger->history, &kept);
    return make_spare(debugger);
}

struct error *machines_keep_write(struct debugger *debugger)
{
    const struct stop *stop;
    struct error *err;

    if (!debugger->travel || !debugger->dirty)
        return NULL;
    err = debugger_stop(debugger, &stop);
    if (err)
        return err;
    if (debugger->full && !debugger->unkept.known)
        debugger->unkept = stop->instructions;
    err = machines_keep(debugger, stop, stop->stage, false);
    if (err && !debugger->unkept.known)
        debugger->unkept = stop->instructions;
    debugger->dirty = false;
    return err;
}

static struct error *revive(struct debugger *debugger)
{
    struct error *err = session_revive(&debugger->session);

    breakpoints_lost(&debugger->breakpoints);
    debugger->pace.mode = PACE_FAST;
    return err;
}

/* *ret_new tells that it is another QEMU now, which has no breakpoints. */
static struct error *load_anyhow(struct debugger *debugger, unsigned int tag, bool *ret_new)
{
    struct error *err = NULL;

    *ret_new = !debugger->alive || debugger->shut_down;
    if (*ret_new)
        err = revive(debugger);
    if (!err)
        err = command(debugger, "loadvm", tag);
    if (*ret_new || !err || error_kind(err) != ERROR_CLOSED)
        return err;
    /* It was killed while it stood: nobody noticed until now. */
    error_free(err);
    *ret_new = true;
    err = revive(debugger);
    return err ? err : command(debugger, "loadvm", tag);
}

struct error *machines_load(struct debugger *debugger, const struct kept *kept)
{
    struct kept copy = *kept;
    struct session *session = &debugger->session;
    bool other;
    struct error *err;

    /* What was written since the guest last ran is in no machine. */
    if (debugger->dirty && debugger->stop)
        debugger->undone = debugger->stop->instructions;
    debugger->stop = NULL;
    err = load_anyhow(debugger, copy.tag, &other);
    if (!err)
        err = qemu_return(session->qemu, &copy.place);
    if (err)
        return error_context(err, "going back");
    target_forget(session->target);
    debugger->alive = true;
    debugger->shut_down = debugger->dirty = debugger->skewed = false;
    return timeline_restore(session->timeline, &copy.state, other, &debugger->stop);
}

struct error *machines_forget(struct debugger *debugger, uint64_t count)
{
    struct error *err = NULL;
    unsigned int tag;

    if (debugger->reached > count)
        debugger->reached = count;
    for (size_t i = 0; i < debugger->session.stages.count; i++) {
        struct snapshot *seen = &debugger->records[i].snapshot;

        if (seen->stage && seen->instructions.known && seen->instructions.value > count)
            debugger_drop_record(debugger, i);
    }
    while (!err && history_cut(&debugger->history, count, &tag))
        err = delete_unwanted(debugger, tag);
    return err;
}

struct error *machines_land(struct debugger *debugger)
{
    struct session *session = &debugger->session;
    uint64_t count = debugger->stop->instructions.value;
    const struct kept *write = history_write_after(&debugger->history, count);
    struct error *err = NULL;

    /* The write has not been done yet: what came of it will not come again. */
    if (debugger->unkept.known && debugger->unkept.value > count) {
        debugger->undone = debugger->unkept;
        debugger->unkept.known = false;
    }
    if (write) {
        debugger->undone = known(write->count);
        err = machines_forget(debugger, write->count);
    }
    if (err)
        return err;
    return breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);
}
