/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "discover.h"

#include <stdio.h>
#include <string.h>

static bool has_records(const struct symbols *symbols)
{
    size_t count = 0;

    if (symbols)
        symbols_checkpoints(symbols, &count);
    return count > 0;
}

static void refuse(const struct image *image, const char *message, struct discovery *ret)
{
    size_t length = strlen(image->path);

    if (strncmp(message, image->path, length) == 0 && strncmp(message + length, ": ", 2) == 0)
        message += length + 2;
    snprintf(ret->refused, sizeof(ret->refused), "%s", message);
}

struct error *stages_of(const struct image *image, const struct symbols *setup,
                        const struct symbols *stub, struct discovery *ret)
{
    *ret = (struct discovery){0};
    if (!image || has_records(stub) || has_records(setup))
        return stages_from_symbols(setup, stub, image, &ret->stages);

    struct error *err = discover(image, setup, stub, ret);
    if (!err || error_kind(err) != ERROR_INPUT)
        return err;
    *ret = (struct discovery){0};
    refuse(image, error_message(err), ret);
    error_free(err);
    return stages_from_symbols(setup, stub, image, &ret->stages);
}
