/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the timeline; nobody else includes this. */
#ifndef BOOTSCOPE_TIMELINE_INTERNAL_H
#define BOOTSCOPE_TIMELINE_INTERNAL_H

#include "timeline.h"

struct timeline {
    struct timeline_inputs in;
    struct stop stop;
    bool passed[STAGES_MAX];
    struct breakpoint_places places[STAGES_MAX]; /* where breakpoints are for each stage */
    struct breakpoint_places error_places[STAGES_ERRORS_MAX];
    const struct stage *last;
};

/* Makes the breakpoints those of the stages that are still expected, where they are expected. */
struct error *timeline_arm(struct timeline *timeline);
/* Registers and instruction count, with whatever facts and stage the stop has. */
struct error *timeline_capture(struct timeline *timeline);
/* Forgets which checkpoint the guest stands at: it is about to move. */
void timeline_leave(struct timeline *timeline);
/* True when a checkpoint that was not passed, or an error stop, is expected at pc. */
bool timeline_expects(const struct timeline *timeline, uint64_t pc);
/* Sorts out why the guest stopped, and captures the stop. */
struct error *timeline_classify(struct timeline *timeline, const struct stop_event *event,
                                enum timeline_event *ret);

/* Applies the rules of the stop's checkpoint to its facts. Errors of target_read_virt. */
struct error *facts_learn(struct stop *stop);

/* Notes where the checkpoint's module must be, given that the guest stopped at it. */
void facts_place(struct stop *stop);
/*
 * Whether the CPU that was stopped by an interrupt, whosever it was, is halted for good; and what a
 * deadline that has passed amounts to by this: TIMELINE_HALTED, else TIMELINE_TIMEOUT.
 */
bool timeline_halted(const struct timeline *timeline, enum stop_reason reason);
enum timeline_event timeline_overrun(const struct timeline *timeline);

#endif
