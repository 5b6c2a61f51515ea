/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stages that are waited for by a read (STAGE_ON_READ). Their code shares a page with the loop that
 * unpacks the kernel, where a breakpoint would make that many times slower. So a read watchpoint
 * lies on the first byte at output, which the loop seldom reads: when the code around the stage
 * reads it, the kernel is there, and the breakpoint is set.
 *
 * Each such read stops the guest, also where nobody sees it. They come at the same instruction
 * counts in every run, and what a stop does to the clock of a counted guest is the same each time:
 * going back relies on that, as it does for checkpoints.
 */
#include "timeline_internal.h"

/*
 * After so many reads by others (a checksum, matches of the unpacker that begin there) the
 * breakpoint is set all the same: slow, but not missed.
 */
#define READS_MAX 64

#define WATCHED_LENGTH 1

struct error *timeline_arm_reads(struct timeline *timeline)
{
    struct target *target = timeline->in.target;
    struct maybe want = {0};
    struct error *err = NULL;

    for (size_t i = 0; i < timeline->in.stages->count; i++)
        if (timeline_waits(timeline, i))
            want = timeline->stop.facts.output;
    if (want.known == timeline->watched.known && want.value == timeline->watched.value)
        return NULL;
    if (timeline->watched.known)
        err = target_remove_watchpoint(target, WATCH_KIND_READ, virt(timeline->watched.value),
                                       WATCHED_LENGTH);
    if (!err)
        timeline->watched = (struct maybe){0};
    if (!err && want.known)
        err = target_insert_watchpoint(target, WATCH_KIND_READ, virt(want.value), WATCHED_LENGTH);
    if (!err)
        timeline->watched = want;
    return error_context(err, "watching output");
}

/* Whether a link address of the stage's module, as it runs now, lies around the stage. */
static bool is_near(const struct timeline *timeline, const struct stage *stage, uint64_t address)
{
    struct maybe base = stop_base(&timeline->stop, stage->module);

    return base.known && address - base.value >= stage->near &&
           address - base.value < stage->near_end;
}

/* The reader itself, or who called it: a copying function has nothing else on its stack. */
static struct error *reads_near(struct timeline *timeline, const struct stage *stage, bool *ret)
{
    struct target *target = timeline->in.target;
    struct registers regs;
    uint64_t caller = 0;
    struct error *err = target_registers(target, &regs);

    if (err)
        return err;
    *ret = is_near(timeline, stage, registers_pc(&regs).value);
    if (*ret)
        return NULL;
    /* No stack where rsp points, no caller. */
    err = target_read_virt(target, virt(regs.gpr[RSP]), &caller, sizeof(caller));
    if (err && error_kind(err) == ERROR_PROTOCOL) {
        error_free(err);
        return NULL;
    }
    *ret = !err && is_near(timeline, stage, caller);
    return err;
}

static struct error *note_read(struct timeline *timeline)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < timeline->in.stages->count; i++) {
        struct reading *reading = &timeline->readings[i];
        bool near = false;

        if (!timeline_waits(timeline, i))
            continue;
        err = reads_near(timeline, &timeline->in.stages->list[i], &near);
        reading->served = near || ++reading->reads >= READS_MAX;
    }
    return err ? err : timeline_arm(timeline);
}

struct error *timeline_look_at_read(struct timeline *timeline, struct stop_event *event,
                                    enum read_kind *ret)
{
    struct target *target = timeline->in.target;
    struct maybe watched = timeline->watched;
    virt_t pc;

    *ret = READ_NONE;
    if (event->reason != STOP_WATCHPOINT || !watched.known || event->kind == WATCH_KIND_WRITE)
        return NULL;
    /* One of a user's that covers the byte may be named instead of ours. */
    bool others = target_read_watches(target, virt(watched.value)) > 1;
    if (event->watched.value != watched.value && !others)
        return NULL;
    *ret = READ_SHARED;
    struct error *err = note_read(timeline);
    if (!err && !others)
        err = target_pc(target, &pc);
    if (err || others)
        return err;
    /* A breakpoint that the guest stands at now would be passed over when it goes on. */
    if (target_has_breakpoint(target, pc))
        *event = (struct stop_event){.reason = STOP_BREAKPOINT, .signal = event->signal};
    else
        *ret = READ_OWN;
    return NULL;
}

struct error *timeline_continue(struct timeline *timeline, int64_t deadline, struct stop_event *ret)
{
    enum read_kind read = READ_OWN;
    struct error *err = NULL;

    while (!err && read == READ_OWN) {
        err = target_continue(timeline->in.target, deadline, ret);
        if (!err)
            err = timeline_look_at_read(timeline, ret, &read);
    }
    return err;
}
