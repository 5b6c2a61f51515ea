/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debugger at a terminal: lines are read with readline and given to the commands; or in scripts.
 */
#ifndef BOOTSCOPE_REPL_REPL_H
#define BOOTSCOPE_REPL_REPL_H

#include <stdbool.h>
#include <stddef.h>

#include "debugger.h"
#include "error.h"

#define REPL_SCRIPTS_MAX 16

struct repl_options {
    struct debugger_options debugger;
    const char *scripts[REPL_SCRIPTS_MAX]; /* run first, in this order */
    size_t script_count;
    bool json;          /* for every command that prints data */
    int64_t timeout_ms; /* of one movement; 0: as long as it takes, or a minute in a script */
};

/*
 * Opens the guest, runs the scripts, then what standard input says: at a terminal until `quit` or
 * Ctrl-D, whatever fails; else as one more script. Errors: those of opening the guest; without a
 * terminal the first error of a script, with its file and line.
 */
struct error *repl(const struct repl_options *options);

#endif
