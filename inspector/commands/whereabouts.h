/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `where` and `checkpoints` show. */
#ifndef BOOTSCOPE_COMMANDS_WHEREABOUTS_H
#define BOOTSCOPE_COMMANDS_WHEREABOUTS_H

#include <jansson.h>

#include "debugger.h"
#include "text.h"

/* ERROR_GUEST when the guest is gone; errors of reading it. */
struct error *where_text(struct debugger *debugger, const struct text *text);
/* The name that a prompt has for the place: "relocated", "relocated+12", "start", "ended". */
#define WHEREABOUTS_LABEL_MAX 96
void whereabouts_label(struct debugger *debugger, char out[WHEREABOUTS_LABEL_MAX]);
/*
 * An arrival (arrival.h) and {"after":NAME|null,"running":"setup"|"loaded"|"copy"|"kernel",
 * "load","copy","output","virtual","boot_params","copy_delta","physical_delta","virtual_delta"}:
 * "0x.." or null. "after" is the checkpoint before the place.
 */
struct error *where_json(struct debugger *debugger, json_t **ret);

void checkpoints_text(struct debugger *debugger, const struct text *text);
/*
 * [{"index":n,"checkpoint":NAME,"bits":64,"passed":b,"here":b,"instructions":n|null,"delta":n|null,
 * "where":".."|null}]: delta counts from the checkpoint before.
 */
json_t *checkpoints_json(struct debugger *debugger);

#endif
