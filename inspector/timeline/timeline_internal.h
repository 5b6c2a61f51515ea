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
    struct reading readings[STAGES_MAX];
    struct maybe watched; /* where the watchpoint of STAGE_ON_READ is set */
    const struct stage *last;
};

/* Makes the breakpoints those of the stages that are still expected, where they are expected. */
struct error *timeline_arm(struct timeline *timeline);
/*
 * Whether stage i waits for a read at output (STAGE_ON_READ): then it has no breakpoint yet. A
 * kernel whose output is not known is not waited with.
 */
bool timeline_waits(const struct timeline *timeline, size_t i);
/* Sets or removes the watchpoint at output, as some stage waits or none does. */
struct error *timeline_arm_reads(struct timeline *timeline);
/* Whether a stop is a read that a stage waits for, and somebody else's stop too. */
enum read_kind {
    READ_NONE,   /* no such read */
    READ_OWN,    /* nobody else's: the guest is to go on */
    READ_SHARED, /* what the event says is for others */
};
/*
 * The guest has just stopped. When it read the first byte at output and a stage waits for that, it
 * is looked at who read, and breakpoints are set if it was the one.
 */
struct error *timeline_look_at_read(struct timeline *timeline, struct stop_event *event,
                                    enum read_kind *ret);
/* target_continue(), past reads that are nobody else's stops. */
struct error *timeline_continue(struct timeline *timeline, int64_t deadline,
                                struct stop_event *ret);

/* Registers and instruction count, with whatever facts and stage the stop has. */
struct error *timeline_capture(struct timeline *timeline);
/* Forgets which checkpoint the guest stands at: it is about to move. */
void timeline_leave(struct timeline *timeline);
/* True when a checkpoint that was not passed, or an error stop, is expected at pc. */
bool timeline_expects(const struct timeline *timeline, uint64_t pc);
/* Sorts out why the guest stopped, and captures the stop. */
struct error *timeline_classify(struct timeline *timeline, const struct stop_event *event,
                                enum timeline_event *ret);

/*
 * Applies the rules of the stop's checkpoint, which is one of these stages, to its facts. Errors of
 * target_read_virt.
 */
struct error *facts_learn(struct stop *stop, const struct stages *stages);

/* Notes where the checkpoint's module must be, given that the guest stopped at it. */
void facts_place(struct stop *stop);
/*
 * Whether the CPU that was stopped by an interrupt, whosever it was, is halted for good; and what a
 * deadline that has passed amounts to by this: TIMELINE_HALTED, else TIMELINE_TIMEOUT.
 */
bool timeline_halted(const struct timeline *timeline, enum stop_reason reason);
enum timeline_event timeline_overrun(const struct timeline *timeline);

#endif
