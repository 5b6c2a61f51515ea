/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What TAB offers: commands, and behind a command what it takes. No readline in here, so that it
 * can be tested as it is.
 */
#ifndef BOOTSCOPE_REPL_COMPLETION_H
#define BOOTSCOPE_REPL_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "stages.h"
#include "symbols.h"

/* Where names come from; each may be NULL. */
struct completion_names {
    const struct stages *stages;
    const struct symbols *symbols[MODULE_COUNT];
    const struct marker *marker; /* whose keys are names too */
    const char *const *words;    /* a front door's own first words; a NULL ends them */
};

/* What stands before the cursor, and so what may follow. */
struct completion {
    bool command;                /* the first word of a command's name, or its second: */
    char first[32];              /* "info": only second words behind this one; "" otherwise */
    enum argument_kind argument; /* what else: ARGUMENT_NONE for nothing */
    size_t start;                /* where the word begins that is completed; up to the cursor */
};

/* Looks at line up to the cursor (length bytes of it). */
void completion_begin(const char *line, size_t length, struct completion *ret);

/*
 * Calls add for each candidate that begins with word. Some come twice. ARGUMENT_FILE has none here:
 * the file system is readline's to look at.
 */
void completion_each(const struct completion *completion, const struct completion_names *names,
                     const char *word, void (*add)(void *context, const char *candidate),
                     void *context);

#endif
