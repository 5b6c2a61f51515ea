/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements of a check file, judged where a debugger stands now: for whoever walks a guest himself. */
#ifndef BOOTSCOPE_CHECKS_HERE_H
#define BOOTSCOPE_CHECKS_HERE_H

#include <jansson.h>

#include "debugger.h"
#include "error.h"

/*
 * A statement and why it does not hold: a message in one line, or NULL when it does. values explains: [{"text","now"}].
 */
typedef void (*checks_told)(void *context, const char *statement, const char *message,
                            const json_t *values);

/*
 * Judges the statements that stand below `at CHECKPOINT` in a check file, here without indentation. path
 * and first, the line of path that text begins at, are for messages. What looks back on the run
 * (since, within a time) and show mean nothing here. ERROR_INPUT for what is no statement;
 * failures to look at the guest as they are. ERROR_CHECK when a statement does not hold.
 */
struct error *checks_here(struct debugger *debugger, const char *path, unsigned int first,
                          const char *text, size_t length, checks_told told, void *context);
/* Only parses them. */
struct error *checks_here_parse(const char *path, unsigned int first, const char *text,
                                size_t length);

#endif
