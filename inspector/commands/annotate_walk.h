/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes the guest from where it is to a checkpoint, one instruction at a time, and notes what each
 * did. What would only repeat itself runs at full speed, up to breakpoints of our own: the further repetitions of
 * a string instruction, further passes of a loop, and calls deeper than wanted.
 */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_WALK_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_WALK_H

#include <signal.h>

#include "annotation.h"
#include "debugger.h"

struct walk_options {
    const struct stage *to;
    unsigned int depth;   /* calls that are gone into, counted from where the walk begins */
    uint64_t max_stepped; /* instructions looked at one by one */
    const volatile sig_atomic_t *interrupted; /* set when the user wants it to end; may be NULL */
};

/*
 * Fills *ret (which the caller has set up with annotation_init) as far as it gets; also when it fails.
 * Errors: ERROR_INPUT when max_stepped is reached; those of arrival_error() when the guest ends, an
 * interrupt included (ERROR_INPUT); those of the debugger.
 */
struct error *annotate_walk(struct debugger *debugger, const struct walk_options *options,
                            struct annotation *ret);

#endif
