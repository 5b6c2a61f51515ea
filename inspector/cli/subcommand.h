/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands of the program's command line, one row each.
 */
#ifndef BOOTSCOPE_CLI_SUBCOMMAND_H
#define BOOTSCOPE_CLI_SUBCOMMAND_H

#include "error.h"

struct subcommand {
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
extern const struct subcommand subcommands[];

struct error *subcommand_run(int argc, char **argv, int *ret_status);
struct error *subcommand_trace(int argc, char **argv, int *ret_status);
struct error *subcommand_info(int argc, char **argv, int *ret_status);
struct error *subcommand_repl(int argc, char **argv, int *ret_status);
struct error *subcommand_wrap(int argc, char **argv, int *ret_status);
struct error *subcommand_profile(int argc, char **argv, int *ret_status);
struct error *subcommand_compare(int argc, char **argv, int *ret_status);
struct error *subcommand_sweep(int argc, char **argv, int *ret_status);
struct error *subcommand_gateway(int argc, char **argv, int *ret_status);
struct error *subcommand_lesson(int argc, char **argv, int *ret_status);

#endif
