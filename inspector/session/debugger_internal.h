/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a debugger share; debugger.h is what others see. */
#ifndef BOOTSCOPE_SESSION_DEBUGGER_INTERNAL_H
#define BOOTSCOPE_SESSION_DEBUGGER_INTERNAL_H

#include <signal.h>

#include "breakpoints.h"
#include "debugger.h"
#include "machines.h"

struct record {
    struct snapshot snapshot; /* stage NULL: never reached */
    size_t order;             /* how many checkpoints had been passed then, this one included */
};

struct debugger_away;

struct debugger {
    bool travel;
    bool alive;
    bool shut_down; /* QEMU stands paused at a shutdown, and does not run any further */
    struct session session;
    struct breakpoints breakpoints;
    struct record records[STAGES_MAX];
    struct arrival arrival;
    const struct stop *stop; /* NULL: to be captured when somebody asks */
    int64_t timeout_ms;
    struct debugger_away *away;        /* while somebody looks elsewhere, else NULL */
    uint64_t writes;                   /* of the user, so far */
    int64_t deadline;                  /* of the present movement */
    volatile sig_atomic_t interrupted; /* and not delivered yet */
    /* On a way that the user knows nothing of: an interrupt waits for its end, no deadline ends it. */
    bool unseen;

    struct history history;
    uint64_t
        reached; /* the highest count that the guest was seen at on its present way: it lives till then */
    struct pace pace;
    bool full;   /* a machine could not be kept: no more are tried */
    bool skewed; /* at a breakpoint, where QEMU has turned the clock: machines_straighten() */
    bool dirty;  /* written to since the guest last ran */
    struct maybe unkept; /* a write at this count could not be kept: there is no way past it */
    struct maybe
        undone; /* by the present movement: the first write that is undone was at this count */
};

/* Before any movement: ERROR_GUEST when the guest cannot run any further. Sets the deadline. */
struct error *debugger_begin(struct debugger *debugger);
/* After any: *ret and the debugger's arrival become this one. */
void debugger_arrive(struct debugger *debugger, const struct arrival *arrival, struct arrival *ret);
/* A QEMU that has ended while nothing moved: the guest is gone, before anybody reads it. */
void debugger_notice_end(struct debugger *debugger);
/* Passes err through; notes when it means that the guest is gone. */
struct error *debugger_lost(struct debugger *debugger, struct error *err)
    __attribute__((warn_unused_result));
/* The guest is seen at this count. */
void debugger_reach(struct debugger *debugger, uint64_t count);
/* Whether QEMU died, rather than that its guest ended. Waits for the process when it has hung up. */
bool debugger_qemu_died(struct debugger *debugger);
/* Forgets what was seen at stages.list[index]; who looks elsewhere gets it back. */
void debugger_drop_record(struct debugger *debugger, size_t index);
/* Whether the machine is not one that will be wanted after a look elsewhere. */
bool debugger_may_delete(const struct debugger *debugger, unsigned int tag);
/* A checkpoint was passed: keeps what later stops are compared with. */
struct error *debugger_note(struct debugger *debugger, const struct stop *stop);
/*
 * What a stop of the timeline is to the user, with hits counted. False when it is nothing: a stop
 * that somebody else caused.
 */
bool debugger_sort(struct debugger *debugger, const struct timeline_arrival *from,
                   struct arrival *ret);

/* Which of the user's breakpoints or watchpoints this stop is; NULL: none. */
struct breakpoint *debugger_met(struct debugger *debugger, const struct timeline_arrival *from);
/* The machine was written to: what was seen later than now is no longer true. */
struct error *debugger_forget_ahead(struct debugger *debugger);

#endif
