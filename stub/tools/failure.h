/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors of the host tools are values: a function that can fail returns bool and, when it returns
 * false, has left one line in the caller's struct failure. main() prints it and exits with 2.
 */
#ifndef BOOTSCOPE_TOOLS_FAILURE_H
#define BOOTSCOPE_TOOLS_FAILURE_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The exit status of every failure: usage, input, system. */
#define EXIT_INPUT 2

struct failure {
    char text[1024]; /* "FILE: reason", one line without its newline */
};

/* Writes the text, control characters replaced by '?'. */
void failure_set(struct failure *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes the text and is false. A macro, so that the compiler sees that it is never true. */
#define fail(why, ...) (failure_set(why, __VA_ARGS__), false)

/* As fail(), for a file, with strerror(errno) as the reason. */
#define fail_errno(why, path) fail(why, "%s: %s", path, strerror(errno))

/* Prints "PROGRAM: TEXT" on stderr; returns EXIT_INPUT. */
int report_failure(const char *program, const struct failure *why);

#endif
