/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command table: one row for each command of the program's command line.
 */
#ifndef BOOTSCOPE_COMMANDS_COMMAND_H
#define BOOTSCOPE_COMMANDS_COMMAND_H

#include "error.h"

struct command {
    const char *name;
    const char *arguments; /* "IMAGE", as in the usage line */
    const char *summary;   /* one line, lower case */
    /*
     * argv[0] is "bootscope NAME"; the rest are the command's own arguments. Usage errors and
     * --help end the process (argp, status 2 and 0). Else the returned error decides the exit
     * status, and when there is none, *ret_status does.
     */
    struct error *(*run)(int argc, char **argv, int *ret_status);
};

/* Ends with a row whose name is NULL. */
extern const struct command commands[];

struct error *command_run(int argc, char **argv, int *ret_status);
struct error *command_trace(int argc, char **argv, int *ret_status);
struct error *command_info(int argc, char **argv, int *ret_status);
struct error *command_wrap(int argc, char **argv, int *ret_status);

#endif
