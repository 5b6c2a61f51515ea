/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error {
    enum error_kind kind;
    char *message;
};

static char *format_or_abort(const char *format, va_list args)
{
    char *text;

    if (vasprintf(&text, format, args) < 0)
        abort();
    return text;
}

static struct error *make(enum error_kind kind, char *message)
{
    struct error *err = malloc(sizeof(*err));

    if (!err)
        abort();
    err->kind = kind;
    err->message = message;
    return err;
}

struct error *error_new(enum error_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = format_or_abort(format, args);
    va_end(args);
    return make(kind, message);
}

struct error *error_errno(int number, const char *format, ...)
{
    va_list args;
    char *message;

    va_start(args, format);
    char *what = format_or_abort(format, args);
    va_end(args);
    if (asprintf(&message, "%s: %s", what, strerror(number)) < 0)
        abort();
    free(what);
    return make(ERROR_SYSTEM, message);
}

struct error *error_context(struct error *err, const char *format, ...)
{
    va_list args;
    char *message;

    if (!err)
        return NULL;
    va_start(args, format);
    char *context = format_or_abort(format, args);
    va_end(args);
    if (asprintf(&message, "%s: %s", context, err->message) < 0)
        abort();
    free(context);
    free(err->message);
    err->message = message;
    return err;
}

enum error_kind error_kind(const struct error *err)
{
    return err->kind;
}

const char *error_message(const struct error *err)
{
    return err->message;
}

int error_exit_status(const struct error *err)
{
    if (!err)
        return 0;
    switch (err->kind) {
    case ERROR_CHECK:
        return 1;
    case ERROR_INPUT:
    case ERROR_SYSTEM:
        return 2;
    case ERROR_GUEST:
    case ERROR_TIMEOUT:
    case ERROR_PROTOCOL:
    case ERROR_CLOSED:
        return 3;
    }
    return 3;
}

void error_free(struct error *err)
{
    if (!err)
        return;
    free(err->message);
    free(err);
}
