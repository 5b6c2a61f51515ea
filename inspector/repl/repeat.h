/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An empty line repeats the last command, as in gdb: where that goes on from where the last one
 * ended. A command that names a place (c NAME) is repeated without it, since it is there already;
 * x, list and the like go on behind what they showed.
 */
#ifndef BOOTSCOPE_REPL_REPEAT_H
#define BOOTSCOPE_REPL_REPEAT_H

#include "command.h"

struct repeat {
    char line[2 * COMMAND_LINE_MAX + 16]; /* what an empty line stands for; "" for nothing */
};

/* The line to execute for one that was typed. Owned by either argument. */
const char *repeat_line(struct repeat *repeat, const char *typed);

#endif
