/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share of a session; target.h is what others see. */
#ifndef BOOTSCOPE_TARGET_INTERNAL_H
#define BOOTSCOPE_TARGET_INTERNAL_H

#include <signal.h>

#include "connection.h"
#include "layout.h"
#include "ranges.h"
#include "target.h"

/* Which addresses the stub takes "m" and "M" to be. */
enum addressing { ADDRESS_VIRTUAL, ADDRESS_PHYSICAL };

/* One address may be of interest to several: it goes when the last of them removes it. */
struct breakpoint_users {
    virt_t address;
    unsigned int count;
};

struct watchpoint {
    enum watch_kind kind;
    virt_t address;
    uint64_t length;
};

#define WATCHPOINTS_MAX 256

struct target {
    struct connection *connection;
    struct layout layout;

    /* What the stub can do. */
    size_t packet_size;
    unsigned int window; /* requests in flight at a time */
    bool physical;       /* Qqemu.PhyMemMode */

    /* How things stand. */
    enum addressing addressing;
    bool running;         /* resumed, and no stop reply yet */
    bool registers_fresh; /* registers are those of this stop */
    struct registers registers;
    bool ranges_fresh; /* the memory map was read at this stop */
    struct ranges ranges;
    int ram_fd; /* the file that is the guest's RAM, the caller's; -1: none */
    char *ram_name;

    size_t breakpoint_count, breakpoint_room;
    struct breakpoint_users *breakpoints;
    size_t watchpoint_count;
    struct watchpoint watchpoints[WATCHPOINTS_MAX];

    struct loop *loop;
    int wake_fd;                           /* readable once target_interrupt() was called */
    volatile sig_atomic_t interrupt_waits; /* it was called, and no stop has come of it */
    bool deaf;    /* runs only to stop as it did before: an interrupt is for the next run */
    int slice_fd; /* the timer of target_run_for(), -1 until it is used */
    int64_t reply_timeout;            /* milliseconds */
    target_looks_halted looks_halted; /* NULL: nobody can tell while the guest runs */
    void *looks_context;
    bool exact_steps;
};

/* target_open() with a reply timeout of its own, in milliseconds. */
struct error *target_open_within(int fd, struct loop *loop, int64_t timeout, struct target **ret);

/* A request of a stopped guest: one that still runs (after an error of another channel) is stopped.
 */
struct error *target_request(struct target *target, const char *body, struct reply *ret);
/* The same for a request that is answered by OK. */
struct error *target_command(struct target *target, const char *body);
struct error *target_stop(struct target *target);
/* What "m" and "M" shall mean from here on. */
struct error *target_set_addressing(struct target *target, enum addressing addressing);
void target_close_slices(struct target *target);
struct error *target_remove_watchpoints(struct target *target);

#endif
