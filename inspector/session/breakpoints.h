/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's breakpoints and watchpoints, and where they stand in the guest. */
#ifndef BOOTSCOPE_SESSION_BREAKPOINTS_H
#define BOOTSCOPE_SESSION_BREAKPOINTS_H

#include "debugger.h"
#include "places.h"

struct breakpoints {
    size_t count;
    struct breakpoint list[BREAKPOINTS_MAX];       /* in order of number */
    struct breakpoint_places set[BREAKPOINTS_MAX]; /* where each one is in the target now */
    bool watching[BREAKPOINTS_MAX];                /* the same for watchpoints */
    unsigned int last_number;
};

/* Adds one, which gets its number; nothing is set in the target yet. ERROR_INPUT: too many. */
struct error *breakpoints_add(struct breakpoints *breakpoints, const struct breakpoint *breakpoint,
                              const char *text, unsigned int *ret_number);
/* Forgets one by its number; it must not be set any more. */
void breakpoints_drop(struct breakpoints *breakpoints, unsigned int number);
/* NULL when there is none. */
struct breakpoint *breakpoints_find(struct breakpoints *breakpoints, unsigned int number);

/*
 * Sets all of them where they belong by the timeline's facts, and takes them from where they do
 * not. Errors of the target; a watchpoint that it refuses is ERROR_INPUT.
 */
struct error *breakpoints_arm(struct breakpoints *breakpoints, struct timeline *timeline,
                              struct target *target);
/* Takes one (0: every one) out of the target. It is set again by the next breakpoints_arm(). */
struct error *breakpoints_disarm(struct breakpoints *breakpoints, struct target *target,
                                 unsigned int number);
/* The target has none of them any more: another QEMU took over. */
void breakpoints_lost(struct breakpoints *breakpoints);

/*
 * The breakpoint that is set at pc, or the watchpoint that covers watched and is met by what one of
 * this kind is met by: the timeline has a read watchpoint of its own. NULL: none.
 */
struct breakpoint *breakpoints_at(struct breakpoints *breakpoints, uint64_t pc);
struct breakpoint *breakpoints_watching(struct breakpoints *breakpoints, uint64_t watched,
                                        enum watch_kind kind);

/* Reads what the watched bytes hold now, of every watchpoint of at most 8: value. */
void breakpoints_look(struct breakpoints *breakpoints, struct target *target);

#endif
