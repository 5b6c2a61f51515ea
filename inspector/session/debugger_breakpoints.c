/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's breakpoints, watchpoints and writes. */
#include "debugger_internal.h"

/* Sets it now, so that a refusal shows where the user asked; then it is not there at all. */
static struct error *add(struct debugger *debugger, const struct breakpoint *breakpoint,
                         const char *text, unsigned int *ret_number)
{
    struct session *session = &debugger->session;
    unsigned int number;
    struct error *err = breakpoints_add(&debugger->breakpoints, breakpoint, text, &number);

    if (err)
        return err;
    if (debugger->alive)
        err = breakpoints_arm(&debugger->breakpoints, session->timeline, session->target);
    if (err) {
        error_free(debugger_lost(
            debugger, breakpoints_disarm(&debugger->breakpoints, session->target, number)));
        breakpoints_drop(&debugger->breakpoints, number);
        return debugger_lost(debugger, err);
    }
    if (debugger->alive)
        breakpoints_look(&debugger->breakpoints, session->target);
    *ret_number = number;
    return NULL;
}

struct error *debugger_break(struct debugger *debugger, virt_t address, const char *text,
                             unsigned int *ret_number)
{
    struct breakpoint breakpoint = {.address = address};

    return add(debugger, &breakpoint, text, ret_number);
}

struct error *debugger_break_symbol(struct debugger *debugger, enum module module, uint64_t link,
                                    const char *text, unsigned int *ret_number)
{
    struct breakpoint breakpoint = {.symbolic = true, .module = module, .link = link};

    return add(debugger, &breakpoint, text, ret_number);
}

struct error *debugger_watch(struct debugger *debugger, enum watch_access access, virt_t address,
                             uint64_t length, const char *text, unsigned int *ret_number)
{
    struct breakpoint breakpoint = {
        .watch = true, .access = access, .address = address, .length = length};

    return add(debugger, &breakpoint, text, ret_number);
}

struct error *debugger_delete(struct debugger *debugger, unsigned int number)
{
    struct breakpoints *breakpoints = &debugger->breakpoints;
    struct error *err = NULL;

    if (number && !breakpoints_find(breakpoints, number))
        return error_new(ERROR_INPUT, "no breakpoint %u", number);
    if (debugger->alive)
        err = breakpoints_disarm(breakpoints, debugger->session.target, number);
    if (err)
        return debugger_lost(debugger, err);
    if (number)
        breakpoints_drop(breakpoints, number);
    else
        breakpoints->count = 0;
    return NULL;
}

size_t debugger_breakpoints(const struct debugger *debugger, const struct breakpoint **ret_list)
{
    *ret_list = debugger->breakpoints.list;
    return debugger->breakpoints.count;
}

/* Once a write was tried nothing is sure: half of it may have been done. */
static struct error *written(struct debugger *debugger, struct error *err)
{
    debugger->stop = NULL;
    debugger->writes++;
    struct error *other = debugger_forget_ahead(debugger);
    breakpoints_look(&debugger->breakpoints, debugger->session.target);
    if (err)
        error_free(other);
    return debugger_lost(debugger, err ? err : other);
}

/* Straight first: a movement that straightens afterwards would begin before the write, and lose it. */
static struct error *writable(struct debugger *debugger)
{
    if (!debugger->alive)
        return error_new(ERROR_GUEST, "the guest has ended");
    return debugger_lost(debugger, machines_straighten(debugger));
}

struct error *debugger_write_register(struct debugger *debugger, const char *name, uint64_t value)
{
    struct error *err = writable(debugger);

    return err ? err
               : written(debugger, target_write_register(debugger->session.target, name, value));
}

struct error *debugger_write_memory(struct debugger *debugger, bool physical, uint64_t address,
                                    const void *bytes, size_t length)
{
    struct target *target = debugger->session.target;
    struct error *err = writable(debugger);

    if (err)
        return err;
    return written(debugger, physical ? target_write_phys(target, phys(address), bytes, length)
                                      : target_write_virt(target, virt(address), bytes, length));
}
