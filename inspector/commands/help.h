/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `help` prints, from the table alone. */
#ifndef BOOTSCOPE_COMMANDS_HELP_H
#define BOOTSCOPE_COMMANDS_HELP_H

#include <jansson.h>

#include "command.h"

void help_all_text(const struct text *text);
void help_command_text(const struct command *command, const struct text *text);

/*
 * {"name":"c","aliases":["continue"],"arguments":"[CHECKPOINT]","summary":"..","example":"..",
 *  "help":".."|null,"group":"moving","format":b,"json":b,"moves":b}
 */
json_t *help_command_json(const struct command *command);
/* An array of these. */
json_t *help_all_json(void);

#endif
