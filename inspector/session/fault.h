/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot that did not get there: where the guest stands, the instructions there, and the facts that
 * explain it.
 */
#ifndef BOOTSCOPE_SESSION_FAULT_H
#define BOOTSCOPE_SESSION_FAULT_H

#include "disasm.h"
#include "explain.h"
#include "halted.h"
#include "regs.h"
#include "timeline.h"
#include "views.h"

#define FAULT_MESSAGE_MAX 512
#define FAULT_WHERE_MAX   160

struct fault {
    enum timeline_event event; /* TIMELINE_ERROR, _FAULT, _HALTED or _TIMEOUT */
    const struct stop *stop;
    const struct stage *last; /* the last checkpoint; NULL before the first */

    /* Filled in by fault_capture: */
    char message[FAULT_MESSAGE_MAX]; /* TIMELINE_ERROR: what the boot code said, printable */
    char where[FAULT_WHERE_MAX];     /* the place by name, else its address */
    struct regs_view regs;
    struct disasm_view code;
    struct explain_view why;
    struct halted_view halted; /* TIMELINE_HALTED: the way there, and what it said */
};

/* Reads the guest; errors of the target. The first three members are the caller's. */
struct error *fault_capture(struct fault *fault);
void fault_text(const struct fault *fault, const struct text *text);
/*
 * {"fault":"error"|"fault"|"halted"|"timeout","after":NAME|null,"message":TEXT|null,"where":TEXT,
 *  "callers":[..],"registers":..,"code":..,"why":..}
 */
json_t *fault_json(const struct fault *fault);
/* The one line for stderr: ERROR_GUEST, or ERROR_TIMEOUT after timeout_ms. Never NULL. */
struct error *fault_error(const struct fault *fault, int64_t timeout_ms);

#endif
