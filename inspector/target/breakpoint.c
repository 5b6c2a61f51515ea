/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Breakpoints: each address is set once, however many want it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

static size_t find_breakpoint(const struct target *target, virt_t address)
{
    size_t i = 0;

    while (i < target->breakpoint_count && target->breakpoints[i].address.value != address.value)
        i++;
    return i;
}

bool target_has_breakpoint(const struct target *target, virt_t address)
{
    return find_breakpoint(target, address) < target->breakpoint_count;
}

static struct error *breakpoint_command(struct target *target, char action, virt_t address)
{
    char request[64];

    snprintf(request, sizeof(request), "%c0,%llx,1", action, (unsigned long long)address.value);
    return target_command(target, request);
}

static struct error *make_room(struct target *target)
{
    if (target->breakpoint_count < target->breakpoint_room)
        return NULL;
    size_t room = target->breakpoint_room ? 2 * target->breakpoint_room : 32;
    struct breakpoint_users *list = reallocarray(target->breakpoints, room, sizeof(*list));

    if (!list)
        return error_errno(ENOMEM, "breakpoints");
    target->breakpoints = list;
    target->breakpoint_room = room;
    return NULL;
}

struct error *target_insert_breakpoint(struct target *target, virt_t address)
{
    size_t index = find_breakpoint(target, address);
    struct error *err;

    if (index < target->breakpoint_count) {
        target->breakpoints[index].count++;
        return NULL;
    }
    err = make_room(target);
    if (!err)
        err = breakpoint_command(target, 'Z', address);
    if (!err)
        target->breakpoints[target->breakpoint_count++] = (struct breakpoint_users){address, 1};
    return err;
}

struct error *target_remove_breakpoint(struct target *target, virt_t address)
{
    size_t index = find_breakpoint(target, address);

    if (index == target->breakpoint_count)
        return NULL;
    if (target->breakpoints[index].count > 1) {
        target->breakpoints[index].count--;
        return NULL;
    }
    struct error *err = breakpoint_command(target, 'z', address);
    if (!err)
        target->breakpoints[index] = target->breakpoints[--target->breakpoint_count];
    return err;
}
