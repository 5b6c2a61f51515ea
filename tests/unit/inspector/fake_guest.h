/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest that does nothing but pass the addresses of a script, behind the interface of target.h.
 * It stops where a breakpoint is, and nowhere else, so that a test sees which breakpoints a
 * timeline has set. Linked before libinspector.a, it stands in for the real target.
 */
#ifndef BOOTSCOPE_TESTS_FAKE_GUEST_H
#define BOOTSCOPE_TESTS_FAKE_GUEST_H

#include "markers.h"
#include "target.h"

#define FAKE_BREAKPOINTS_MAX 64

/* One address that the guest passes, and its registers there. */
struct fake_step {
    uint64_t pc; /* linear */
    unsigned int bits;
    const char *marker; /* line that it wrote just before, or NULL */
    uint64_t rax, rsi, rbp, rbx, rsp;
    bool foreign; /* it stops here anyway, and this is why: */
    enum stop_reason reason;
    uint64_t reads; /* the instruction before pc read this address; 0: none */
};

/* What comes after the last step. */
enum fake_end { FAKE_HANGS, FAKE_EXITS, FAKE_SHUTS_DOWN, FAKE_HANGS_UP };

/* Where a guest that hangs or shuts down stands. */
#define FAKE_END_PC UINT64_C(0x123456)

/* Filled in by the test; the rest counts from zero. */
struct target {
    const struct fake_step *steps;
    size_t count;
    enum fake_end end;
    struct markers *markers;
    uint64_t stack_address; /* one 64-bit word, as rsp of a step may have it; 0: none */
    uint64_t stack;
    uint64_t variable_address; /* two 64-bit words of memory; 0: there is no memory at all */
    uint64_t variable[2];
    bool refuses; /* no breakpoint can be set */

    size_t next;    /* the step that comes next */
    size_t drained; /* markers of the steps before this one have been delivered */
    uint64_t breakpoints[FAKE_BREAKPOINTS_MAX];
    size_t breakpoint_count;
    uint64_t watched;     /* where a read watchpoint is; 0: none */
    size_t other_watches; /* of somebody else's, that cover the same byte */
    size_t again;         /* stops that were made again (target_uncover, target_stop_again) */
    size_t insertions, resumes;
};

bool fake_guest_has(const struct target *target, uint64_t address);

/* For struct timeline_inputs, with the target as the machine. Ten instructions for each step. */
struct error *fake_guest_drain(void *target);
struct error *fake_guest_instructions(void *target, bool *ret_known, uint64_t *ret);

#endif
