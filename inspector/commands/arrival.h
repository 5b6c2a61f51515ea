/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a movement ended, in words: the checkpoint or the reason, the place in the source, the next
 * instruction. */
#ifndef BOOTSCOPE_COMMANDS_ARRIVAL_H
#define BOOTSCOPE_COMMANDS_ARRIVAL_H

#include <jansson.h>

#include "debugger.h"
#include "text.h"

struct error *arrival_text(struct debugger *debugger, const struct arrival *arrival,
                           const struct text *text);
/*
 * {"arrival":"checkpoint"|"breakpoint"|...,"checkpoint":NAME|null,"index":n|null,"number":n|null,
 *  "watched":"0x.."|null,"instructions":n|null,"pc":"0x..","mode":"long64","where":"..",
 *  "instruction":{...}|null}
 */
struct error *arrival_json(struct debugger *debugger, const struct arrival *arrival, json_t **ret);
/* "checkpoint", "breakpoint", "watchpoint", "step", ... */
const char *arrival_name(enum arrival_kind kind);

#endif
