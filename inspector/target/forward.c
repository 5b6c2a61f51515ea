/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies as the stub gave them, for somebody who speaks its protocol himself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct error *target_forward(struct target *target, const char *request, char **ret,
                             size_t *ret_length)
{
    struct reply reply;
    struct error *err = target_request(target, request, &reply);

    if (err)
        return err;
    char *copy = malloc(reply.length + 1);
    if (!copy)
        return error_errno(ENOMEM, "%s", request);
    memcpy(copy, reply.body, reply.length);
    copy[reply.length] = '\0';
    *ret = copy;
    *ret_length = reply.length;
    return NULL;
}

struct error *target_write_raw(struct target *target, unsigned int number, const char *digits)
{
    char request[64 + 2 * TARGET_REGISTER_MAX];

    if (strlen(digits) > 2 * TARGET_REGISTER_MAX)
        return error_new(ERROR_INPUT, "register %u: more than %d bytes", number,
                         TARGET_REGISTER_MAX);
    snprintf(request, sizeof(request), "P%x=%s", number, digits);
    target->registers_fresh = false;
    return target_command(target, request);
}

bool target_register(const struct target *target, unsigned int number, struct target_register *ret)
{
    const struct layout *layout = &target->layout;

    for (unsigned int i = 0; i < layout->count; i++) {
        const struct layout_register *reg = &layout->registers[i];

        if (reg->number != number)
            continue;
        *ret = (struct target_register){reg->name, reg->size, reg->offset};
        return true;
    }
    return false;
}
