/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a movement ended, in words: the checkpoint or the reason, the place in the source, the next
 * instruction. */
#ifndef BOOTSCOPE_COMMANDS_ARRIVAL_H
#define BOOTSCOPE_COMMANDS_ARRIVAL_H

#include <jansson.h>

#include "debugger.h"
#include "text.h"

/*
 * One to three lines: where the guest is; for a crash, what explains it; for an end, its name. Errors
 * are those of reading the guest: whether an arrival is a failure tells arrival_error().
 */
struct error *arrival_text(struct debugger *debugger, const struct arrival *arrival,
                           const struct text *text);
/*
 * {"arrival":"checkpoint"|"breakpoint"|...,"checkpoint":NAME|null,"index":n|null,"number":n|null,
 *  "watched":"0x.."|null,"instructions":n|null,"pc":"0x..","mode":"long64","where":"..",
 *  "instruction":{...}|null,"fault":{...}|null,"end":"pass"|...|null}
 */
struct error *arrival_json(struct debugger *debugger, const struct arrival *arrival, json_t **ret);
/* The place alone, whatever brought the guest there; ERROR_GUEST when it is gone. */
struct error *arrival_place(struct debugger *debugger, const struct arrival *arrival,
                            const struct text *text);
/*
 * ERROR_GUEST for a crash and for an end that is none to wish for, ERROR_TIMEOUT out of time; NULL
 * for everything else.
 */
struct error *arrival_error(struct debugger *debugger, const struct arrival *arrival);
/*
 * Whether pc is in the decompressor's copy: also on the few instructions before the checkpoint that
 * says so, which one can step to.
 */
bool arrival_in_copy(const struct stop *stop);
/* "checkpoint", "breakpoint", "watchpoint", "step", ... */
const char *arrival_name(enum arrival_kind kind);

#endif
