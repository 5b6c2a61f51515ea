/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a debugger needs of a timeline beyond going from checkpoint to checkpoint. */
#include "timeline_internal.h"

#include <string.h>

#include "loop.h"

static struct error *overrun(struct timeline *timeline, struct error *timeout,
                             struct timeline_arrival *ret)
{
    error_free(timeout);
    timeline_leave(timeline);
    struct error *err = timeline_capture(timeline);
    if (!err)
        *ret = (struct timeline_arrival){.event = timeline_overrun(timeline),
                                         .stop = &timeline->stop};
    return err;
}

/* The way of a stop to an arrival, for a guest that ran or stepped. */
static struct error *arrive(struct timeline *timeline, struct error *err,
                            const struct stop_event *why, struct timeline_arrival *ret)
{
    struct timeline_arrival arrival = {.stop = &timeline->stop};

    if (err && error_kind(err) == ERROR_TIMEOUT)
        return overrun(timeline, err, ret);
    if (!err)
        err = timeline_classify(timeline, why, &arrival.event);
    if (err)
        return err;
    arrival.why = *why;
    *ret = arrival;
    return NULL;
}

struct error *timeline_run(struct timeline *timeline, int64_t deadline,
                           struct timeline_arrival *ret)
{
    struct stop_event why;
    struct error *err = timeline_arm(timeline);

    if (err)
        return err;
    err = timeline_continue(timeline, deadline, &why);
    return arrive(timeline, err, &why, ret);
}

struct error *timeline_run_to_read(struct timeline *timeline, int64_t deadline,
                                   struct timeline_arrival *ret)
{
    struct stop_event why;
    enum read_kind read;
    struct error *err = timeline_arm(timeline);

    if (err)
        return err;
    err = target_continue(timeline->in.target, deadline, &why);
    if (!err)
        err = timeline_look_at_read(timeline, &why, &read);
    return arrive(timeline, err, &why, ret);
}

struct error *timeline_run_for(struct timeline *timeline, int64_t nanoseconds,
                               struct timeline_arrival *ret)
{
    struct stop_event why;
    struct error *err = timeline_arm(timeline);
    int64_t began = loop_now();
    enum read_kind read = READ_OWN;

    if (err)
        return err;
    while (!err && read == READ_OWN) {
        int64_t left = nanoseconds - (loop_now() - began) * 1000000;

        err = target_run_for(timeline->in.target, left, &why);
        if (!err)
            err = timeline_look_at_read(timeline, &why, &read);
    }
    return arrive(timeline, err, &why, ret);
}

/*
 * A run that stops behind a read which is waited for has the clock turned (target_exact_steps): so
 * has a step.
 */
static struct error *settle_read(struct timeline *timeline, struct stop_event *why,
                                 bool *ret_settled)
{
    struct stop_event again = {0};
    enum read_kind read;
    struct error *err = timeline_look_at_read(timeline, why, &read);

    *ret_settled = read != READ_NONE;
    if (!err && *ret_settled)
        err = target_uncover(timeline->in.target, &again);
    if (!err && read == READ_OWN)
        *why = (struct stop_event){.reason = STOP_BREAKPOINT, .signal = why->signal};
    return err;
}

struct error *timeline_step(struct timeline *timeline, bool capture, struct timeline_arrival *ret,
                            virt_t *ret_pc)
{
    struct target *target = timeline->in.target;
    struct stop_event why = {0};
    struct error *err = timeline_arm(timeline);
    bool settled = false;

    if (!err)
        err = target_step(target, &why);
    /* A read that is waited for is left in the same state, too. */
    if (!err && why.reason == STOP_WATCHPOINT)
        err = settle_read(timeline, &why, &settled);
    if (!err && why.reason != STOP_EXITED)
        err = target_pc(target, ret_pc);
    /* A checkpoint is left in the same state however it was come to. */
    if (!err && !settled && why.reason == STOP_BREAKPOINT &&
        timeline_expects(timeline, ret_pc->value))
        err = target_stop_again(target, &why);
    if (err || capture || why.reason == STOP_EXITED || why.reason == STOP_SHUTDOWN ||
        why.reason == STOP_HALTED || timeline_expects(timeline, ret_pc->value))
        return arrive(timeline, err, &why, ret);
    timeline_leave(timeline);
    *ret = (struct timeline_arrival){.event = TIMELINE_OTHER, .why = why};
    return NULL;
}

struct error *timeline_refresh(struct timeline *timeline, const struct stop **ret)
{
    struct stop *stop = &timeline->stop;
    uint64_t before = registers_pc(&stop->regs).value;
    struct error *err = timeline_capture(timeline);

    if (err)
        return err;
    if (registers_pc(&stop->regs).value != before)
        timeline_leave(timeline);
    *ret = stop;
    return NULL;
}

const struct image *timeline_image(const struct timeline *timeline)
{
    return timeline->in.image;
}

bool timeline_passed(const struct timeline *timeline, const struct stage *stage)
{
    return timeline->passed[stage - timeline->in.stages->list];
}

void timeline_save(const struct timeline *timeline, struct timeline_state *ret)
{
    *ret = (struct timeline_state){.facts = timeline->stop.facts,
                                   .stage = timeline->stop.stage,
                                   .last = timeline->last,
                                   .marker_expected = timeline->stop.marker_expected};
    memcpy(ret->passed, timeline->passed, sizeof(ret->passed));
    memcpy(ret->readings, timeline->readings, sizeof(ret->readings));
}

static const struct marker *marker_of(const struct timeline *timeline, const struct stage *stage)
{
    return stage && timeline->in.markers ? markers_find(timeline->in.markers, stage->name) : NULL;
}

struct error *timeline_restore(struct timeline *timeline, const struct timeline_state *state,
                               bool reset, const struct stop **ret)
{
    struct stop *stop = &timeline->stop;

    stop->facts = state->facts;
    stop->stage = state->stage;
    stop->marker = marker_of(timeline, state->stage);
    stop->marker_expected = state->marker_expected;
    memcpy(timeline->passed, state->passed, sizeof(timeline->passed));
    memcpy(timeline->readings, state->readings, sizeof(timeline->readings));
    timeline->last = state->last;
    if (reset) {
        memset(timeline->places, 0, sizeof(timeline->places));
        memset(timeline->error_places, 0, sizeof(timeline->error_places));
        timeline->watched = (struct maybe){0};
    }
    struct error *err = timeline_arm(timeline);
    if (!err)
        err = timeline_capture(timeline);
    if (!err)
        *ret = stop;
    return err;
}

struct maybe timeline_virtual_delta(const struct timeline *timeline)
{
    const struct stop *stop = &timeline->stop;

    if (!stop->image || !stop->facts.virtual.known)
        return (struct maybe){0};
    return known(stop->facts.virtual.value - stop->image->setup.pref_address);
}
