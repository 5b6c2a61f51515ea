/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Z z: the client's breakpoints and watchpoints, kept by the debugger so that going back meets them. */
#include <stdio.h>
#include <string.h>

#include "internal_gateway.h"

#define WATCH_LENGTH_MAX 4096

/* "Z0,100000,1" and perhaps more behind ";"; false for anything else. */
static bool parse(const char *body, size_t length, struct point *ret)
{
    const char *end = body + length;

    *ret = (struct point){0};
    if (length < 3 || body[1] < '0' || body[1] > '4' || body[2] != ',')
        return false;
    ret->type = (unsigned int)(body[1] - '0');
    const char *at = rsp_hex_number(body + 3, end, &ret->address);
    if (!at || *at != ',')
        return false;
    at = rsp_hex_number(at + 1, end, &ret->length);
    return at && (*at == '\0' || *at == ';') &&
           (ret->type < 2 || (ret->length > 0 && ret->length <= WATCH_LENGTH_MAX));
}

static size_t find(const struct gateway *gateway, const struct point *point)
{
    size_t i = 0;

    while (i < gateway->point_count && (gateway->points[i].type != point->type ||
                                        gateway->points[i].address != point->address ||
                                        gateway->points[i].length != point->length))
        i++;
    return i;
}

static struct error *take_out(struct gateway *gateway, size_t index)
{
    struct error *err = debugger_delete(gateway->debugger, gateway->points[index].number);

    gateway->points[index] = gateway->points[--gateway->point_count];
    return err;
}

static bool at_pc(struct gateway *gateway, uint64_t address)
{
    const struct stop *stop;
    struct error *err = debugger_stop(gateway->debugger, &stop);
    bool here = !err && registers_pc(&stop->regs).value == address;

    error_free(err);
    return here;
}

static struct error *put_in(struct gateway *gateway, struct point *point)
{
    static const enum watch_access access[] = {[2] = WATCH_WRITE, WATCH_READ, WATCH_ACCESS};
    struct error *err;
    char text[64];

    if (gateway->point_count == BREAKPOINTS_MAX)
        return error_new(ERROR_INPUT, "more than %d breakpoints", BREAKPOINTS_MAX);
    snprintf(text, sizeof(text), "0x%llx (gdb's)", (unsigned long long)point->address);
    if (point->type < 2)
        err = debugger_break(gateway->debugger, virt(point->address), text, &point->number);
    else
        err = debugger_watch(gateway->debugger, access[point->type], virt(point->address),
                             point->length, text, &point->number);
    if (err)
        return err;
    gateway->points[gateway->point_count++] = *point;
    if (gateway->after_event && point->type < 2 && at_pc(gateway, point->address))
        gateway->inserted_here = true;
    return NULL;
}

void gateway_point(struct gateway *gateway, const char *body, size_t length)
{
    struct point point;
    struct error *err = NULL;

    if (!parse(body, length, &point)) {
        gateway_refuse(
            gateway, error_new(ERROR_INPUT, "packet \"%.20s\": no breakpoint or watchpoint", body));
        return;
    }
    size_t index = find(gateway, &point);
    bool there = index < gateway->point_count;
    if (body[0] == 'Z' && !there)
        err = put_in(gateway, &point);
    else if (body[0] == 'z' && there)
        err = take_out(gateway, index);
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_reply(gateway, "OK");
}

void gateway_clear_points(struct gateway *gateway)
{
    while (gateway->point_count > 0)
        error_free(take_out(gateway, gateway->point_count - 1));
}

void gateway_withdraw(struct gateway *gateway, const struct library *gone)
{
    for (size_t i = gateway->point_count; i-- > 0;) {
        const struct point *point = &gateway->points[i];

        if (point->type < 2 && point->address >= gone->start && point->address < gone->end)
            error_free(take_out(gateway, i));
    }
}

const struct point *gateway_point_numbered(const struct gateway *gateway, unsigned int number)
{
    for (size_t i = 0; i < gateway->point_count; i++)
        if (gateway->points[i].number == number)
            return &gateway->points[i];
    return NULL;
}
