/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson for those who prefer gdb: a script for a gdb without Python, which starts the gateway (docs/gdb.md) and
 * goes through the lesson's steps. Commands are gdb's own where it has the same, else `monitor COMMAND`.
 */
#ifndef BOOTSCOPE_AUTHORING_GDB_SCRIPT_H
#define BOOTSCOPE_AUTHORING_GDB_SCRIPT_H

#include <stdbool.h>

#include "error.h"
#include "lesson.h"

/*
 * The script, owned by the caller. The lesson is run for it, as the texts have values in them and commands mean
 * different things in 16-bit code. image is the path that is booted here; the script names it within ${BUILD:-build}.
 * Errors are those of running the lesson.
 */
struct error *gdb_script(const struct lesson *lesson, const char *image, char **ret);

/* Prints the script of one lesson to standard output. ERROR_INPUT: no such lesson, an exercise. */
struct error *gdb_script_print(const char *name);
/* Writes FOLDER/lesson.gdb. */
struct error *gdb_script_write(const struct lesson *lesson, const char *image);

/*
 * The expression in gdb's C, owned by the caller: registers, numbers, memory at virtual addresses. NULL for what gdb cannot
 * say: symbols and values of the boot, which bootscope finds otherwise, and physical memory.
 */
char *gdb_expression(const char *expression);
/* A command line of the debugger in gdb's own words, or NULL: then it is monitor's. bits is the width of the code that runs. */
char *gdb_command(const char *line, unsigned int bits);

#endif
