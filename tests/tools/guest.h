/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One guest under a debugger, for test programs: started stopped, driven from address to address.
 * A program that cannot go on says why on stderr and ends with status 2; QEMU ends with it.
 */
#ifndef BOOTSCOPE_TESTS_GUEST_H
#define BOOTSCOPE_TESTS_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"
#include "qemu.h"
#include "registers.h"
#include "target.h"

#define GUEST_SECONDS 40 /* a guest that is not done by then hangs */

struct guest {
    struct loop *loop;
    struct qemu *qemu;
    struct target *target;
    int64_t deadline;
};

/* Ends the program when there is an error, with its message. */
void must(struct error *err);
/* The same for whatever is no struct error. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts QEMU in reset, with a debug session and exact instruction counts. */
void guest_open(struct qemu_options *options, struct guest *ret);
void guest_close(struct guest *guest);

/* Runs to one of count linear addresses and returns its index; -1 when the guest ended before. */
int guest_run_to(struct guest *guest, const uint64_t *addresses, int count);

#define GUEST_STOPPED (-1) /* no exit status: the boot code stopped at an error of its own */

/* Removes the debugger, lets the guest run to its end, and returns the exit status of QEMU. */
int guest_finish(struct guest *guest);

/* Prints every marker so far as the line that the guest wrote. */
void guest_print_markers(const struct guest *guest);

#endif
