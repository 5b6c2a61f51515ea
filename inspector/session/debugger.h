/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One guest, moved forwards and backwards: what the REPL, the check files and the gateway share. A
 * debugger owns its session (session.h) and knows where the guest is (a struct stop), what was seen
 * at each checkpoint, which breakpoints the user set, and how to go back.
 *
 * Going back is exact. At each checkpoint that is passed the whole machine is kept (QEMU's savevm,
 * into an unlinked qcow2 of our own). A place between two checkpoints is an instruction count: the
 * nearest earlier checkpoint is loaded, and the guest advanced until the count is there, never by
 * a clock. Under -icount the guest takes the same way each time.
 *
 * Without travel (--connect, or options.travel false) the functions that go back are ERROR_INPUT
 * and say why; everything else works the same.
 */
#ifndef BOOTSCOPE_SESSION_DEBUGGER_H
#define BOOTSCOPE_SESSION_DEBUGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "session.h"
#include "snapshot.h"

struct debugger;

struct debugger_options {
    struct session_options session; /* debug is taken as set */
    bool travel;                    /* keep the machine at checkpoints, so that one can go back */
};

/* What ended a movement. */
enum arrival_kind {
    ARRIVED_START,      /* in reset, before the first instruction; or attached */
    ARRIVED_CHECKPOINT, /* stage is set */
    ARRIVED_BREAKPOINT, /* number is set; stage too when a checkpoint is there */
    ARRIVED_WATCHPOINT, /* number and watched are set; the CPU stands after the access */
    ARRIVED_STEP,       /* the steps are done, or a counted place was reached */
    ARRIVED_CONDITION,  /* debugger_until()'s predicate holds */
    ARRIVED_INTERRUPT,  /* debugger_interrupt() */
    ARRIVED_BEGINNING,  /* there is nothing earlier to go back to */
    ARRIVED_ERROR,      /* the boot code stopped at an error of its own */
    ARRIVED_FAULT,      /* triple fault, or shutdown under a debugger */
    ARRIVED_HALTED,     /* the CPU is halted for good: it stands there, and runs no further */
    ARRIVED_EXIT,       /* the guest is gone: there is no stop any more */
    ARRIVED_TIMEOUT,    /* the deadline passed; the guest is stopped where it was */
};

struct arrival {
    enum arrival_kind kind;
    const struct stage *stage; /* the checkpoint at the present pc, or NULL */
    unsigned int number;       /* of the user's breakpoint or watchpoint */
    virt_t watched;            /* the accessed address */
    /* ... what the watchpoint's bytes held when the movement began, and hold now, where they are at most 8.
     * Backwards before is unknown: the CPU stands behind the access. */
    struct maybe before, now;
    /* Backwards: the count of the first write that this undid, as it went back before it. */
    struct maybe undone;
};

/* Opens the session and stands at its start. Errors of session_open(). */
struct error *debugger_open(const struct debugger_options *options, struct debugger **ret);
void debugger_close(struct debugger *debugger);

/*
 * The session, for what is fixed: image, symbols, stages; the loop, for a front door's own
 * channels.
 */
struct session *debugger_session(struct debugger *debugger);
bool debugger_can_travel(const struct debugger *debugger);

/*
 * Where the guest is: registers, facts, counts. Valid until the next movement or write. stage is
 * set when the guest stands at a checkpoint, however it came there. ERROR_GUEST when the guest is
 * gone.
 */
struct error *debugger_stop(struct debugger *debugger, const struct stop **ret);
/* How the last movement ended. */
const struct arrival *debugger_arrival(const struct debugger *debugger);
bool debugger_alive(const struct debugger *debugger);

/* The deadline of one movement in milliseconds from its start: --timeout. */
void debugger_set_timeout(struct debugger *debugger, int64_t milliseconds);

/* Forwards ------------------------------------------------------------------------------------ */

/*
 * Lets the guest run. It always stops at the user's breakpoints and watchpoints and at the guest's
 * end; at checkpoints as told. The checkpoints on the way are noted (and kept) in any case.
 */
enum run_to {
    RUN_FREELY,          /* at no checkpoint */
    RUN_NEXT_CHECKPOINT, /* at any */
    RUN_TO_CHECKPOINT,   /* at the one given; ERROR_INPUT when it was passed already */
};
struct error *debugger_run(struct debugger *debugger, enum run_to to, const struct stage *stage,
                           struct arrival *ret);
/*
 * Steps count instructions; breakpoints on the way do not stop it, the guest's end does. When the
 * last one makes an access that is watched, that is the arrival (ARRIVED_WATCHPOINT).
 */
struct error *debugger_step(struct debugger *debugger, uint64_t count, struct arrival *ret);
/*
 * Steps until the predicate holds (ARRIVED_CONDITION), a breakpoint is met, or the deadline
 * passes. It is asked after each instruction, never before the first. Errors of the predicate are
 * returned as they are.
 */
typedef struct error *(*debugger_predicate)(void *context, const struct stop *stop, bool *ret);
struct error *debugger_until(struct debugger *debugger, debugger_predicate predicate, void *context,
                             struct arrival *ret);
/*
 * From another thread of control (a signal handler) or a handler of the loop: the present movement
 * ends with ARRIVED_INTERRUPT, wherever it is just then; between two movements, the next one does,
 * before it has moved the guest. Async-signal-safe.
 */
void debugger_interrupt(struct debugger *debugger);
/*
 * Drops an interrupt that came and was not delivered, because the movement ended otherwise, or there
 * was none. A front door does so when it takes the next command of its user's, and nobody else does.
 */
void debugger_drop_interrupt(struct debugger *debugger);

/* Backwards: ERROR_INPUT without travel, or when nothing earlier is kept ---------------------- */

/* To the checkpoint before the present place (stage NULL), or to that one, back or forwards. */
struct error *debugger_back(struct debugger *debugger, const struct stage *stage,
                            struct arrival *ret);
/* To the very start, in reset. Without travel ERROR_INPUT. */
struct error *debugger_restart(struct debugger *debugger, struct arrival *ret);
/* count instructions back; ARRIVED_BEGINNING when there are not that many since the start. */
struct error *debugger_step_back(struct debugger *debugger, uint64_t count, struct arrival *ret);
/* To the last time before now that a breakpoint or watchpoint was met, or to the start. */
struct error *debugger_run_back(struct debugger *debugger, struct arrival *ret);
/* To an instruction count, back or forwards. */
struct error *debugger_go(struct debugger *debugger, uint64_t instructions, struct arrival *ret);

/* Breakpoints and watchpoints ----------------------------------------------------------------- */

enum watch_access { WATCH_WRITE, WATCH_READ, WATCH_ACCESS };

struct breakpoint {
    unsigned int number; /* from 1, never used again */
    bool watch;
    enum watch_access access;
    virt_t address;
    uint64_t length; /* watch: in bytes */
    struct maybe
        value; /* watch: of up to 8 bytes, little endian, when the guest last stood still */
    uint64_t hits;
    char text[96]; /* as the user wrote it */
    /*
     * A place in code that moves with its module: address is then where it is now. A breakpoint on
     * a symbol of the decompressor stands in the copy as well, as soon as there is one.
     */
    bool symbolic;
    enum module module;
    uint64_t link;
};

#define BREAKPOINTS_MAX 256

/* ERROR_INPUT: BREAKPOINTS_MAX, or a watchpoint that QEMU refuses. */
struct error *debugger_break(struct debugger *debugger, virt_t address, const char *text,
                             unsigned int *ret_number);
struct error *debugger_break_symbol(struct debugger *debugger, enum module module, uint64_t link,
                                    const char *text, unsigned int *ret_number);
struct error *debugger_watch(struct debugger *debugger, enum watch_access access, virt_t address,
                             uint64_t length, const char *text, unsigned int *ret_number);
/* ERROR_INPUT: no such number. 0 deletes all. */
struct error *debugger_delete(struct debugger *debugger, unsigned int number);
size_t debugger_breakpoints(const struct debugger *debugger, const struct breakpoint **ret_list);

/* What was seen --------------------------------------------------------------------------------*/

/* True when the present timeline has passed it: after going back, later ones are not. */
bool debugger_passed(const struct debugger *debugger, const struct stage *stage);
/*
 * What was captured when the checkpoint was passed (SNAPSHOT_LIGHT), also when the guest has since
 * gone back before it; NULL when it was never reached. A write forgets what lies ahead.
 */
const struct snapshot *debugger_record(const struct debugger *debugger, const struct stage *stage);
/* The newest record at or before the present place, the present checkpoint aside; or NULL. */
const struct snapshot *debugger_before(const struct debugger *debugger);
/* All views of the present checkpoint, with every proof; the caller frees it (snapshot_free).
 * ERROR_INPUT when the guest does not stand at a checkpoint. */
struct error *debugger_snapshot(struct debugger *debugger, struct snapshot *ret);

/* Writes: what lay ahead is no longer true, and is forgotten ----------------------------------- */
/* Going back before a write undoes it, which the arrival says. */

struct error *debugger_write_register(struct debugger *debugger, const char *name, uint64_t value);
/* physical tells how address is meant. */
struct error *debugger_write_memory(struct debugger *debugger, bool physical, uint64_t address,
                                    const void *bytes, size_t length);
/* How many writes there were since the debugger was opened, those that were undone included. */
uint64_t debugger_writes(const struct debugger *debugger);

/* A look elsewhere ------------------------------------------------------------------------------- */

/*
 * Between these two the guest may be moved and written to as one likes; afterwards it is where and what it
 * was, the arrival and the breakpoints with their hits, too. The user's breakpoints are not set
 * meanwhile, and the guest's console is not heard. ERROR_INPUT without travel. debugger_return() is due also when what was done there failed.
 */
struct error *debugger_leave(struct debugger *debugger);
/* To a checkpoint, back or forwards; what the user has set up may stop it on the way: ERROR_GUEST then. */
struct error *debugger_seek(struct debugger *debugger, const struct stage *stage);
struct error *debugger_return(struct debugger *debugger);

#endif
