/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model that all views read: at which checkpoint the guest is, which copy of the code runs,
 * what moved by how much. A timeline owns nothing it is given; it drives the target from stop to
 * stop and learns the boot's facts from registers on the way (markers are only compared).
 */
#ifndef BOOTSCOPE_TIMELINE_TIMELINE_H
#define BOOTSCOPE_TIMELINE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "image.h"
#include "markers.h"
#include "places.h"
#include "registers.h"
#include "stages.h"
#include "symbols.h"
#include "target.h"

/* What is known of this boot so far. All addresses are guest-physical unless said otherwise. */
struct facts {
    struct maybe setup;       /* where the boot sector's first byte is: link address 0 of setup */
    struct maybe boot_params; /* struct boot_params */
    struct maybe load;        /* startup_32 as loaded */
    struct maybe copy;        /* startup_32 of the copy, where the decompressor runs */
    struct maybe output;      /* where the kernel is unpacked to */
    struct maybe virtual; /* chosen virtual address, kernel's counting: pref_address = as linked */
    bool running_copy;    /* the code at rip is the copy's, not the loaded one's */
    bool running_kernel;  /* the kernel was entered */
};

/* One stop. Valid until the timeline moves on, save where it is copied. */
struct stop {
    const struct stage *stage; /* NULL when this is no checkpoint (a fault, an interrupt) */
    struct registers regs;
    const struct marker *marker; /* NULL when the stage emitted none */
    bool marker_expected;        /* the stage emits one, and the guest's port 0xe9 is ours */
    struct facts facts;
    struct maybe instructions;

    struct target *target;
    const struct image *image; /* NULL when attached to a guest without one; unpacked */
    const struct symbols *setup, *stub, *kernel; /* each may be NULL */
};

/*
 * Where a module of the boot code is now: the value to add to its link addresses. For MODULE_KERNEL
 * it is output - pref_address. Unknown when the facts do not tell yet.
 */
struct maybe stop_base(const struct stop *stop, enum module module);

/* The symbols of a module; NULL when there are none. */
const struct symbols *stop_symbols(const struct stop *stop, enum module module);

/* The module that covers a linear address, and its link address there; false when none does. */
bool stop_place(const struct stop *stop, virt_t address, enum module *ret_module,
                uint64_t *ret_link);

/*
 * Where a link address of a module is now, as the CPU reaches it. Of the decompressor that is the
 * copy once the copy runs. The kernel's link address is a virtual one, and what it gives is where
 * the kernel was unpacked to until the CPU runs at the kernel's virtual addresses, from then on
 * those; an offset into its per-CPU area stays what it is. Unknown when the facts do not tell yet.
 */
struct maybe stop_address(const struct stop *stop, enum module module, uint64_t link);

/*
 * Names a linear address by whichever module covers it: "extract_kernel+0x12 (misc.c:40)"; false
 * when no symbol fits. size bounds out, which is NUL-terminated.
 */
bool stop_describe(const struct stop *stop, virt_t address, char *out, size_t size);

struct timeline;

struct timeline_inputs {
    struct target *target;
    const struct stages *stages;
    const struct image *image; /* may be NULL */
    const struct symbols *setup, *stub, *kernel;
    struct markers *markers; /* may be NULL: a guest that someone else started */
    /*
     * Of the machine that runs the guest; both NULL for a guest that someone else started. drain
     * takes in what the guest wrote to its channels before it stopped; instructions is its
     * instruction count.
     */
    struct error *(*drain)(void *machine);
    struct error *(*instructions)(void *machine, bool *ret_known, uint64_t *ret);
    void *machine;
};

struct error *timeline_new(const struct timeline_inputs *inputs, struct timeline **ret);
void timeline_free(struct timeline *timeline);

/* What ended a run between stops. */
enum timeline_event {
    TIMELINE_STAGE,   /* at a checkpoint */
    TIMELINE_ERROR,   /* the boot code stopped at its own error checkpoint */
    TIMELINE_FAULT,   /* triple fault or shutdown: the CPU stands where it happened */
    TIMELINE_EXIT,    /* the guest ended */
    TIMELINE_HALTED,  /* the CPU is halted for good (target_is_halted) */
    TIMELINE_TIMEOUT, /* the deadline passed; the guest is stopped where it was */
    /*
     * Never of timeline_next(): a stop that is none of the above, as that of a user's breakpoint.
     */
    TIMELINE_OTHER,
};

/*
 * Lets the guest run to the next checkpoint that was not passed yet, and captures registers and
 * facts there into *ret_stop (owned by the timeline, valid until the next call). The deadline is in
 * loop_now() milliseconds. With TIMELINE_EXIT the stop holds no registers.
 */
struct error *timeline_next(struct timeline *timeline, int64_t deadline,
                            enum timeline_event *ret_event, const struct stop **ret_stop);

/* Captures a stop where the guest is now, checkpoint or not. */
struct error *timeline_here(struct timeline *timeline, const struct stop **ret_stop);

/* The last checkpoint that was passed; NULL before the first. */
const struct stage *timeline_last(const struct timeline *timeline);

/* For a debugger, which has breakpoints of its own and goes back ------------------------------ */

struct timeline_arrival {
    enum timeline_event event;
    const struct stop *stop; /* as timeline_next()'s; NULL when it was not captured */
    struct stop_event why;   /* not with TIMELINE_TIMEOUT */
};

/*
 * Lets the guest run to the next stop, whosever it is. A checkpoint that was not passed yet is
 * TIMELINE_STAGE, however it came to be stopped at.
 */
struct error *timeline_run(struct timeline *timeline, int64_t deadline,
                           struct timeline_arrival *ret);
/*
 * The same, and a read that only the timeline waits for (stages.h: STAGE_ON_READ) ends it, too, as TIMELINE_OTHER: for
 * one who interrupts the guest by what it did, which is lost while it stands there.
 */
struct error *timeline_run_to_read(struct timeline *timeline, int64_t deadline,
                                   struct timeline_arrival *ret);
/* The same for about so much wall time: TIMELINE_OTHER with STOP_INTERRUPT when that is over. */
struct error *timeline_run_for(struct timeline *timeline, int64_t nanoseconds,
                               struct timeline_arrival *ret);
/*
 * One instruction. At a place that is no checkpoint nothing is captured unless asked for: the
 * event is then TIMELINE_OTHER with no stop, and *ret_pc tells where the guest is. Not with
 * TIMELINE_EXIT.
 */
struct error *timeline_step(struct timeline *timeline, bool capture, struct timeline_arrival *ret,
                            virt_t *ret_pc);
/* Captures the present place again; the checkpoint stays what it is while pc is the same. */
struct error *timeline_refresh(struct timeline *timeline, const struct stop **ret);

/*
 * The linear addresses at which code linked at link can be met, as far as this is known.
 * Expected ones are among them: where the loader puts what it has not loaded yet.
 */
struct breakpoint_places timeline_places(const struct timeline *timeline, enum module module,
                                         uint64_t link);

/* What is added to the kernel's high link addresses, once it is known where it will run. */
struct maybe timeline_virtual_delta(const struct timeline *timeline);

/* The image that the guest was booted from; NULL when there is none. */
const struct image *timeline_image(const struct timeline *timeline);

bool timeline_passed(const struct timeline *timeline, const struct stage *stage);

/* How far the wait for a stage with STAGE_ON_READ has got. */
struct reading {
    unsigned int reads; /* of the first byte at output, so far, by whomever */
    bool served;        /* the one that was waited for has come: the breakpoint is set */
};

/* What a timeline knows at one place; plain data. */
struct timeline_state {
    struct facts facts;
    bool passed[STAGES_MAX];
    struct reading readings[STAGES_MAX];
    const struct stage *stage, *last;
    bool marker_expected;
};
void timeline_save(const struct timeline *timeline, struct timeline_state *ret);
/*
 * The guest is now what it was when the state was saved, its markers too. The breakpoints become
 * those of that place. With reset they are all taken to be gone: another QEMU runs the guest.
 */
struct error *timeline_restore(struct timeline *timeline, const struct timeline_state *state,
                               bool reset, const struct stop **ret);

#endif
