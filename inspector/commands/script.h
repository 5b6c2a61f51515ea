/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of commands: one a line, blank lines and those that begin with # aside. */
#ifndef BOOTSCOPE_COMMANDS_SCRIPT_H
#define BOOTSCOPE_COMMANDS_SCRIPT_H

#include <stdio.h>

#include "command.h"

/* Scripts that run scripts, at most so deep. */
#define SCRIPT_DEPTH_MAX 16

/*
 * Runs the commands of a stream up to its end, to `quit` or to the first error, which gets
 * "NAME:LINE: " before its message and keeps its kind. The text sink is flushed after each command:
 * a reader that has gone ends the script.
 * ERROR_INPUT: a line that is too long or has a NUL in it, too deep; ERROR_SYSTEM: cannot be read.
 */
struct error *script_run(struct environment *environment, FILE *stream, const char *name);
/* The same of a file. ERROR_INPUT, with the reason, when it cannot be opened. */
struct error *script_run_file(struct environment *environment, const char *path);

#endif
