/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline_internal.h"

#include <stdlib.h>
#include <string.h>

#include "layout.h"

/* Stops that are none of ours (somebody else's interrupt) are ignored this many times in a row. */
#define FOREIGN_STOPS_MAX 16

struct error *timeline_new(const struct timeline_inputs *inputs, struct timeline **ret)
{
    struct timeline *timeline = calloc(1, sizeof(*timeline));

    if (!timeline)
        return error_new(ERROR_SYSTEM, "timeline: out of memory");
    timeline->in = *inputs;
    timeline->stop.target = inputs->target;
    timeline->stop.image = inputs->image;
    timeline->stop.setup = inputs->setup;
    timeline->stop.stub = inputs->stub;
    timeline->stop.kernel = inputs->kernel;
    *ret = timeline;
    return NULL;
}

void timeline_free(struct timeline *timeline)
{
    free(timeline);
}

const struct stage *timeline_last(const struct timeline *timeline)
{
    return timeline->last;
}

/* Where the boot loader puts the protected-mode code when nothing was measured yet. */
static uint64_t expected_load(const struct timeline *timeline)
{
    const struct image *image = timeline->in.image;

    return image && image->setup.code32_start ? image->setup.code32_start : DEFAULT_LOAD_ADDRESS;
}

struct breakpoint_places timeline_places(const struct timeline *timeline, enum module module,
                                         uint64_t link)
{
    const struct facts *facts = &timeline->stop.facts;
    struct maybe kernel = stop_base(&timeline->stop, MODULE_KERNEL);
    struct breakpoint_places ret = {0};

    switch (module) {
    case MODULE_SETUP:
        ret.address[ret.count++] = virt(
            link + (facts->setup.known ? facts->setup.value : QEMU_SETUP_ADDRESS));
        break;
    case MODULE_STUB:
        /*
         * Once the copy runs, the loaded code never does again, and breakpoints there would only
         * slow the guest down: what it unpacks may land on their pages.
         */
        if (!facts->running_copy)
            ret.address[ret.count++] = virt(
                link + (facts->load.known ? facts->load.value : expected_load(timeline)));
        if (facts->copy.known)
            ret.address[ret.count++] = virt(link + facts->copy.value);
        break;
    case MODULE_KERNEL:
        /* Before KASLR has chosen, output is only where the kernel would go without it. */
        if (kernel.known && facts->virtual.known)
            ret.address[ret.count++] = virt(link + kernel.value);
        break;
    case MODULE_COUNT:
        break;
    }
    return ret;
}

/* Whether the stage that this one comes after, or any behind that, was passed. */
static bool is_due(const struct timeline *timeline, size_t i)
{
    const struct stages *stages = timeline->in.stages;
    int after = stages->list[i].after;

    if (after < 0)
        return true;
    for (size_t passed = (size_t)after; passed < stages->count; passed++)
        if (timeline->passed[passed])
            return true;
    return false;
}

bool timeline_waits(const struct timeline *timeline, size_t i)
{
    return timeline->in.stages->list[i].way == STAGE_ON_READ && !timeline->passed[i] &&
           is_due(timeline, i) && !timeline->readings[i].served &&
           timeline->stop.facts.output.known;
}

struct error *timeline_arm(struct timeline *timeline)
{
    const struct stages *stages = timeline->in.stages;
    struct error *err = NULL;

    for (size_t i = 0; !err && i < stages->count; i++) {
        struct breakpoint_places want = {0};

        if (!timeline->passed[i] && is_due(timeline, i) && !timeline_waits(timeline, i))
            want = timeline_places(timeline, stages->list[i].module, stages->list[i].address);
        err = breakpoint_places_move(&timeline->places[i], &want, timeline->in.target);
    }
    for (size_t i = 0; !err && i < stages->error_count; i++) {
        struct breakpoint_places want = timeline_places(timeline, stages->errors[i].module,
                                                        stages->errors[i].address);

        err = breakpoint_places_move(&timeline->error_places[i], &want, timeline->in.target);
    }
    if (!err)
        err = timeline_arm_reads(timeline);
    return error_context(err, "setting breakpoints at the checkpoints");
}

struct error *timeline_capture(struct timeline *timeline)
{
    struct stop *stop = &timeline->stop;
    uint64_t count = 0;
    bool counted = false;
    struct error *err = target_registers(timeline->in.target, &stop->regs);

    if (!err && timeline->in.drain)
        err = timeline->in.drain(timeline->in.machine);
    if (!err && timeline->in.instructions)
        err = timeline->in.instructions(timeline->in.machine, &counted, &count);
    if (!err)
        stop->instructions = counted ? known(count) : (struct maybe){0};
    return err;
}

static const struct stage *error_stage_at(const struct timeline *timeline, uint64_t pc)
{
    const struct stages *stages = timeline->in.stages;

    for (size_t i = 0; i < stages->error_count; i++)
        if (breakpoint_places_hold(&timeline->error_places[i], pc))
            return &stages->errors[i];
    return NULL;
}

/* The stage whose breakpoint is at pc; STAGES_MAX when there is none. */
static size_t stage_at(const struct timeline *timeline, uint64_t pc)
{
    for (size_t i = 0; i < timeline->in.stages->count; i++)
        if (!timeline->passed[i] && breakpoint_places_hold(&timeline->places[i], pc))
            return i;
    return STAGES_MAX;
}

static struct error *enter_stage(struct timeline *timeline, size_t i)
{
    struct stop *stop = &timeline->stop;
    struct error *err;

    stop->stage = timeline->last = &timeline->in.stages->list[i];
    stop->marker = timeline->in.markers ? markers_find(timeline->in.markers, stop->stage->name)
                                        : NULL;
    stop->marker_expected = timeline->in.markers && !timeline->in.stages->discovered &&
                            stop->stage->module != MODULE_KERNEL;
    timeline->passed[i] = true;
    facts_place(stop);
    err = facts_learn(stop, timeline->in.stages);
    return err ? err : timeline_arm(timeline);
}

void timeline_leave(struct timeline *timeline)
{
    timeline->stop.stage = NULL;
    timeline->stop.marker = NULL;
    timeline->stop.marker_expected = false;
}

bool timeline_expects(const struct timeline *timeline, uint64_t pc)
{
    return stage_at(timeline, pc) < STAGES_MAX || error_stage_at(timeline, pc);
}

struct error *timeline_classify(struct timeline *timeline, const struct stop_event *event,
                                enum timeline_event *ret)
{
    struct stop *stop = &timeline->stop;
    struct error *err;
    size_t i;

    timeline_leave(timeline);
    if (event->reason == STOP_EXITED) {
        *ret = TIMELINE_EXIT;
        return NULL;
    }
    err = timeline_capture(timeline);
    if (err)
        return err;
    if (event->reason == STOP_SHUTDOWN) {
        *ret = TIMELINE_FAULT;
        return NULL;
    }
    i = stage_at(timeline, registers_pc(&stop->regs).value);
    if (i < STAGES_MAX) {
        *ret = TIMELINE_STAGE;
        return enter_stage(timeline, i);
    }
    if (timeline_halted(timeline, event->reason)) {
        *ret = TIMELINE_HALTED;
        return NULL;
    }
    stop->stage = error_stage_at(timeline, registers_pc(&stop->regs).value);
    if (stop->stage && timeline->in.markers)
        stop->marker = markers_find(timeline->in.markers, CHECKPOINT_ERROR_NAME);
    *ret = stop->stage ? TIMELINE_ERROR : TIMELINE_OTHER;
    return NULL;
}

/* The deadline passed: where the guest is now is the answer, not an error. */
static struct error *overrun(struct timeline *timeline, struct error *timeout,
                             enum timeline_event *ret_event, const struct stop **ret_stop)
{
    error_free(timeout);
    struct error *err = timeline_here(timeline, ret_stop);
    *ret_event = timeline_overrun(timeline);
    return err;
}

struct error *timeline_next(struct timeline *timeline, int64_t deadline,
                            enum timeline_event *ret_event, const struct stop **ret_stop)
{
    struct error *err = timeline->last ? NULL : timeline_arm(timeline);
    enum timeline_event event = TIMELINE_OTHER;

    for (int i = 0; !err && event == TIMELINE_OTHER && i < FOREIGN_STOPS_MAX; i++) {
        struct stop_event why;

        err = timeline_continue(timeline, deadline, &why);
        if (err && error_kind(err) == ERROR_TIMEOUT)
            return overrun(timeline, err, ret_event, ret_stop);
        if (!err)
            err = timeline_classify(timeline, &why, &event);
    }
    if (!err && event == TIMELINE_OTHER)
        err = error_new(ERROR_GUEST,
                        "the guest stops again and again at 0x%lx, which is no "
                        "checkpoint; is another debugger attached?",
                        registers_pc(&timeline->stop.regs).value);
    if (err)
        return err;
    *ret_event = event;
    *ret_stop = &timeline->stop;
    return NULL;
}

struct error *timeline_here(struct timeline *timeline, const struct stop **ret_stop)
{
    struct error *err;

    timeline->stop.stage = NULL;
    timeline->stop.marker = NULL;
    err = timeline_capture(timeline);
    if (!err)
        *ret_stop = &timeline->stop;
    return err;
}
