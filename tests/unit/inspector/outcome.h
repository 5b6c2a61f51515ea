/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call must come to: no error, or one of a kind that says what was wrong. */
#ifndef BOOTSCOPE_TESTS_OUTCOME_H
#define BOOTSCOPE_TESTS_OUTCOME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "error.h"

/* Fails the test when there is an error. */
static inline void good(struct error *err)
{
    if (err)
        fail_msg("%s", error_message(err));
}

/* Fails the test unless it is an error of that kind with part in its message; frees it. */
static inline void bad(struct error *err, enum error_kind kind, const char *part)
{
    if (!err)
        fail_msg("no error, expected \"%s\"", part);
    if (error_kind(err) != kind || !strstr(error_message(err), part))
        fail_msg("kind %d: %s (expected kind %d: %s)", error_kind(err), error_message(err), kind,
                 part);
    error_free(err);
}

/* The same for a file that cannot be used. */
static inline void bad_input(struct error *err, const char *part)
{
    bad(err, ERROR_INPUT, part);
}

/* Fails the test when there is an error in more than one line; returns err. */
static inline struct error *one_line(struct error *err)
{
    if (err)
        assert_null(strchr(error_message(err), '\n'));
    return err;
}

#endif
