/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A debugger's machines: keeping one, going back to one, and going on from it to an exact place. */
#ifndef BOOTSCOPE_SESSION_MACHINES_H
#define BOOTSCOPE_SESSION_MACHINES_H

#include "debugger.h"
#include "history.h"

/* How fast the guest runs, as measured on the way; only the time that it takes depends on it. */
enum pace_mode {
    PACE_FAST,    /* as QEMU does it */
    PACE_SLOW,    /* single instructions as translation blocks */
    PACE_METERED, /* the same, each with a line in the log */
};

struct pace {
    enum pace_mode mode;
    double rate[PACE_METERED]; /* instructions per nanosecond */
};

/*
 * Keeps the machine as it is, with the present stop's count. ERROR_SYSTEM with QEMU's words when
 * there is no room; then nothing more is kept, and this says so only once.
 */
struct error *machines_keep(struct debugger *debugger, const struct stop *stop,
                            const struct stage *stage, bool scratch);
/*
 * Saves the machine without a place in the history: *ret is the caller's, who deletes it. ERROR_SYSTEM when there is no room.
 */
struct error *machines_save(struct debugger *debugger, const struct stop *stop, struct kept *ret);
struct error *machines_delete(struct debugger *debugger, unsigned int tag);
/* Keeps what the user has written, before the guest moves on. Nothing to do without a write. */
struct error *machines_keep_write(struct debugger *debugger);
/* Makes the guest what it was then, in a new QEMU if need be. */
struct error *machines_load(struct debugger *debugger, const struct kept *kept);
/* Deletes all at count and beyond, and the records of what was seen beyond it. */
struct error *machines_forget(struct debugger *debugger, uint64_t count);

/*
 * Goes to the place where count instructions were executed. *ret_there is false when the guest
 * ended before, somebody interrupted, or time ran out: *ret tells which.
 */
struct error *machines_go(struct debugger *debugger, uint64_t count, bool *ret_there,
                          struct arrival *ret);
/*
 * The same to the place at pc there: an exception changes pc and not the count. ERROR_GUEST when
 * the guest does not come by.
 */
struct error *machines_go_exactly(struct debugger *debugger, uint64_t count, virt_t pc,
                                  bool *ret_there, struct arrival *ret);
/*
 * QEMU turns the guest's clock forward when it stops at a breakpoint (target_exact_steps), so that
 * a guest that goes on from there goes another way than one without the breakpoint. Makes it the
 * guest that came here without.
 */
struct error *machines_straighten(struct debugger *debugger);
/* Ends every way back: what was still ahead of a write is forgotten, breakpoints are set again. */
struct error *machines_land(struct debugger *debugger);

#endif
