/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a guest ended, said once and in the same words by every command that runs one.
 */
#ifndef BOOTSCOPE_SESSION_GUEST_END_H
#define BOOTSCOPE_SESSION_GUEST_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "markers.h"
#include "missed.h"
#include "qemu.h"
#include "text.h"

struct guest_end {
    struct qemu *qemu;             /* NULL for a guest that someone else started */
    const struct markers *markers; /* NULL likewise */
    struct missed missed;          /* checkpoints that should have come */
    int64_t timeout_ms;
    bool stopped;        /* the boot code stopped at an error of its own */
    bool halted;         /* the CPU is halted, and nothing will wake it */
    bool reached_kernel; /* it jumped to the kernel */
    bool shut_down;      /* it shut down or reset itself, and QEMU is paused there */
    bool left;           /* the command is done with a guest that has not ended */
};

/*
 * The word for the end: "pass", "fail", "powered-off", "left", "error", "triple-fault", "reset",
 * "halted", "killed" or "timeout".
 */
const char *guest_end_word(const struct guest_end *end);

/*
 * {"end":WORD,"exit_status":N|null,"message":TEXT|null,"missed":[NAME..],"not_passed":[NAME..],
 *  "not_found":[{"name","why"}],"malformed_markers":N}
 */
void guest_end_json(const struct guest_end *end, const struct text *text);
/* One line. */
void guest_end_text(const struct guest_end *end, const struct text *text);

/*
 * NULL when the guest passed or powered off after it had reached the kernel; else ERROR_GUEST or
 * ERROR_TIMEOUT, naming the last checkpoint and, for an error stop, what the boot code said.
 */
struct error *guest_end_error(const struct guest_end *end);

#endif
