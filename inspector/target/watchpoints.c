/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watchpoints: Z2, Z3, Z4 of the protocol. */
#include <inttypes.h>
#include <stdio.h>

#include "internal.h"

/*
 * QEMU 7.2 answers E22 for a range that it does not take, and nothing when it knows no
 * watchpoints.
 */
static struct error *watchpoint_command(struct target *target, char action,
                                        const struct watchpoint *watch)
{
    static const char types[] = {
        [WATCH_KIND_WRITE] = '2', [WATCH_KIND_READ] = '3', [WATCH_KIND_ACCESS] = '4'};
    char request[64];
    struct reply reply;

    snprintf(request, sizeof(request), "%c%c,%" PRIx64 ",%" PRIx64, action, types[watch->kind],
             watch->address.value, watch->length);
    struct error *err = target_request(target, request, &reply);
    if (err || reply_is(&reply, "OK"))
        return err;
    return error_new(ERROR_INPUT, "watchpoint of %" PRIu64 " bytes at 0x%" PRIx64 ": %s",
                     watch->length, watch->address.value,
                     reply.length ? "the debug stub refuses it" : "the debug stub has none");
}

struct error *target_insert_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    struct watchpoint watch = {kind, address, length};

    if (length == 0)
        return error_new(ERROR_INPUT, "watchpoint at 0x%" PRIx64 ": of no length", address.value);
    if (target->watchpoint_count == WATCHPOINTS_MAX)
        return error_new(ERROR_INPUT, "more than %d watchpoints", WATCHPOINTS_MAX);
    struct error *err = watchpoint_command(target, 'Z', &watch);
    if (!err)
        target->watchpoints[target->watchpoint_count++] = watch;
    return err;
}

static struct error *remove_at(struct target *target, size_t index)
{
    struct error *err = watchpoint_command(target, 'z', &target->watchpoints[index]);

    if (!err)
        target->watchpoints[index] = target->watchpoints[--target->watchpoint_count];
    return err;
}

struct error *target_remove_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    for (size_t i = 0; i < target->watchpoint_count; i++) {
        const struct watchpoint *watch = &target->watchpoints[i];

        if (watch->kind == kind && watch->address.value == address.value && watch->length == length)
            return remove_at(target, i);
    }
    return NULL;
}

size_t target_read_watches(const struct target *target, virt_t address)
{
    size_t count = 0;

    for (size_t i = 0; i < target->watchpoint_count; i++) {
        const struct watchpoint *watch = &target->watchpoints[i];

        count += watch->kind != WATCH_KIND_WRITE &&
                 address.value - watch->address.value < watch->length;
    }
    return count;
}

struct error *target_remove_watchpoints(struct target *target)
{
    struct error *err = NULL;

    while (!err && target->watchpoint_count > 0)
        err = remove_at(target, target->watchpoint_count - 1);
    return err;
}
