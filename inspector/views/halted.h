/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a CPU was halted for good, as far as its registers and its stack tell: who called the code that
 * halts, and the text that was given to it. The boot code need not have symbols. A word on the stack is
 * taken for a return address only when a call stands before that place, and the called code leads to
 * the place below.
 */
#ifndef BOOTSCOPE_VIEWS_HALTED_H
#define BOOTSCOPE_VIEWS_HALTED_H

#include "timeline.h"
#include "views.h"

#define HALTED_CALLERS_MAX 8
#define HALTED_WHERE_MAX   96
#define HALTED_MESSAGE_MAX 256

struct halted_caller {
    virt_t call; /* linear address of the call instruction */
    char where[HALTED_WHERE_MAX];
};

struct halted_view {
    char where[HALTED_WHERE_MAX]; /* of the hlt itself */
    size_t count;
    struct halted_caller callers[HALTED_CALLERS_MAX]; /* from the inside out */
    char message[HALTED_MESSAGE_MAX]; /* one printable line; "" when none is found */
};

/* Of a stop at which the CPU is halted. Errors of the target, and of capstone. */
struct error *halted_capture(const struct stop *stop, struct halted_view *ret);
/* The callers, one on a line; nothing when there are none. */
void halted_text(const struct halted_view *view, const struct text *text);
/* [{"call":ADDRESS,"where":TEXT}..] */
json_t *halted_json(const struct halted_view *view);

#endif
