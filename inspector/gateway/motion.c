/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * c, s, bc, bs, and the stop replies that end them.
 *
 * When a file of the boot code has come to another place, the reply is a library event. gdb then
 * reads the list, moves its breakpoints, and resumes in the way it did before, all by itself. A
 * stop that would have been told at that moment is held back and told when it resumes. Between
 * two stops that the client is told, the guest stops at its own checkpoints, which is where files
 * come to other places, and goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "internal_gateway.h"

/* gdb's numbers of signals. */
enum { SIGNAL_INT = 2, SIGNAL_TRAP = 5, SIGNAL_ABRT = 6, SIGNAL_KILL = 9, SIGNAL_SEGV = 11 };

/* Stop replies --------------------------------------------------------------------------------- */

static const char *watch_name(unsigned int type)
{
    static const char *const names[] = {[2] = "watch", "rwatch", "awatch"};

    return names[type];
}

/* "T05thread:1;swbreak:;" and the like. */
static void tell_trap(struct gateway *gateway)
{
    const struct arrival *arrival = &gateway->arrival;
    const struct point *point = gateway_point_numbered(gateway, arrival->number);
    char reason[64] = "";

    if (arrival->kind == ARRIVED_BEGINNING)
        snprintf(reason, sizeof(reason), "replaylog:begin;");
    else if (arrival->kind == ARRIVED_WATCHPOINT && point && point->type >= 2)
        snprintf(reason, sizeof(reason), "%s:%llx;", watch_name(point->type),
                 (unsigned long long)arrival->watched.value);
    else if (arrival->kind == ARRIVED_BREAKPOINT && point && point->type == 0 && gateway->swbreak)
        snprintf(reason, sizeof(reason), "swbreak:;");
    else if (arrival->kind == ARRIVED_BREAKPOINT && point && point->type == 1 && gateway->hwbreak)
        snprintf(reason, sizeof(reason), "hwbreak:;");
    gateway_reply(gateway, "T%02xthread:1;%s", SIGNAL_TRAP, reason);
}

static void tell_exit(struct gateway *gateway)
{
    struct qemu *qemu = gateway->session->qemu;
    enum qemu_end end = qemu ? qemu_end_state(qemu) : QEMU_QUIT;

    if (end == QEMU_KILLED)
        gateway_reply(gateway, "X%02x", SIGNAL_KILL);
    else
        gateway_reply(gateway, "W%02x", end == QEMU_FAIL);
}

void gateway_tell_stop(struct gateway *gateway)
{
    switch (gateway->arrival.kind) {
    case ARRIVED_EXIT:
        tell_exit(gateway);
        break;
    case ARRIVED_INTERRUPT:
    case ARRIVED_TIMEOUT:
        gateway_reply(gateway, "T%02xthread:1;", SIGNAL_INT);
        break;
    case ARRIVED_ERROR:
    case ARRIVED_HALTED:
        gateway_reply(gateway, "T%02xthread:1;", SIGNAL_ABRT);
        break;
    case ARRIVED_FAULT:
        gateway_reply(gateway, "T%02xthread:1;", SIGNAL_SEGV);
        break;
    case ARRIVED_START:
    case ARRIVED_CHECKPOINT:
    case ARRIVED_BREAKPOINT:
    case ARRIVED_WATCHPOINT:
    case ARRIVED_STEP:
    case ARRIVED_CONDITION:
    case ARRIVED_BEGINNING:
        tell_trap(gateway);
        break;
    }
}

/* What the signal number alone does not tell is said in words first. */
static bool needs_words(const struct gateway *gateway)
{
    const struct arrival *arrival = &gateway->arrival;

    switch (arrival->kind) {
    case ARRIVED_CHECKPOINT:
    case ARRIVED_ERROR:
    case ARRIVED_FAULT:
    case ARRIVED_HALTED:
    case ARRIVED_TIMEOUT:
    case ARRIVED_EXIT:
        return true;
    case ARRIVED_BREAKPOINT:
    case ARRIVED_WATCHPOINT: /* one that `monitor` set */
        return !gateway_point_numbered(gateway, arrival->number);
    default:
        return false;
    }
}

static void say_arrival(struct gateway *gateway)
{
    size_t size = 0;
    char *words = NULL;
    FILE *stream = open_memstream(&words, &size);

    if (!stream)
        return;
    struct text text = {.stream = stream};
    struct error *err = arrival_text(gateway->debugger, &gateway->arrival, &text);
    fclose(stream);
    if (!err)
        gateway_say(gateway, words, size);
    error_free(err);
    free(words);
}

/* Motions -------------------------------------------------------------------------------------- */

/* *ret_changed: the list of files is no longer the one the client knows; it is now, and breakpoints
 * in files that are gone from their place are taken out, which gdb leaves to us. */
static struct error *update_libraries(struct gateway *gateway, bool *ret_changed)
{
    struct libraries now;
    const struct stop *stop;

    *ret_changed = false;
    /* lldb stops for its user at such an event, and takes no file at another place for it. */
    if (!debugger_alive(gateway->debugger) || gateway->lldb)
        return NULL;
    struct error *err = debugger_stop(gateway->debugger, &stop);
    if (!err)
        err = libraries_at(stop, gateway->session->qemu, &gateway->names, &now);
    if (err || libraries_equal(&now, &gateway->told))
        return err;
    for (size_t i = 0; i < gateway->told.count; i++) {
        const struct library *old = &gateway->told.list[i];
        bool there = false;

        for (size_t j = 0; j < now.count; j++)
            there = there || (now.list[j].file == old->file && now.list[j].bias == old->bias);
        if (!there)
            gateway_withdraw(gateway, old);
    }
    gateway->told = now;
    *ret_changed = true;
    return NULL;
}

/* Forwards, past checkpoints where there is nothing to tell. */
static struct error *go(struct gateway *gateway, bool *ret_changed)
{
    struct arrival *arrival = &gateway->arrival;
    struct error *err;

    do {
        err = debugger_run(gateway->debugger, RUN_NEXT_CHECKPOINT, NULL, arrival);
        if (!err)
            err = update_libraries(gateway, ret_changed);
    } while (!err && !*ret_changed && arrival->kind == ARRIVED_CHECKPOINT &&
             !gateway->stop_at_checkpoints);
    return err;
}

/*
 * gdb looks whether the watched value differs from what it knows. So going back ends before the
 * access, where the old value is; the debugger stands behind it.
 */
static struct error *run_back(struct gateway *gateway)
{
    struct arrival *arrival = &gateway->arrival, before;
    struct error *err = debugger_run_back(gateway->debugger, arrival);

    if (!err && arrival->kind == ARRIVED_WATCHPOINT)
        err = debugger_step_back(gateway->debugger, 1, &before);
    return err;
}

static struct error *move(struct gateway *gateway, enum motion motion, bool *ret_changed)
{
    struct arrival *arrival = &gateway->arrival;
    struct error *err = NULL;

    switch (motion) {
    case MOTION_GO:
        return go(gateway, ret_changed);
    case MOTION_STEP:
        err = debugger_step(gateway->debugger, 1, arrival);
        break;
    case MOTION_BACK:
        err = run_back(gateway);
        break;
    case MOTION_STEP_BACK:
        err = debugger_step_back(gateway->debugger, 1, arrival);
        break;
    }
    return err ? err : update_libraries(gateway, ret_changed);
}

/* Stops that are told without moving: true when there is one. */
static bool due_already(struct gateway *gateway, enum motion motion)
{
    bool due = gateway->held;
    /* A client that takes a library event for no stop may have interrupted before it came. */
    bool interrupted = gateway->after_event && gateway->client.late;

    gateway->held = gateway->client.late = false;
    /* gdb has just moved a breakpoint to where the guest stands, and does not know that. */
    if (!due && motion == MOTION_GO && gateway->inserted_here) {
        gateway->arrival = (struct arrival){.kind = ARRIVED_BREAKPOINT};
        for (size_t i = 0; i < gateway->point_count; i++)
            gateway->arrival.number = gateway->points[i].number;
        due = true;
    }
    if (!due && (interrupted || client_take_interrupt(&gateway->client))) {
        gateway->arrival = (struct arrival){.kind = ARRIVED_INTERRUPT};
        due = true;
    }
    gateway->inserted_here = gateway->after_event = false;
    return due;
}

static void tell(struct gateway *gateway, bool changed)
{
    if (changed) {
        gateway->after_event = true;
        if (gateway->interrupted && gateway->arrival.kind == ARRIVED_CHECKPOINT)
            gateway->arrival = (struct arrival){.kind = ARRIVED_INTERRUPT};
        /* A checkpoint that is passed is no stop that the client would be told. */
        gateway->held = gateway->arrival.kind != ARRIVED_CHECKPOINT || gateway->stop_at_checkpoints;
        gateway_reply(gateway, "T%02xthread:1;library:;", SIGNAL_TRAP);
        return;
    }
    if (needs_words(gateway))
        say_arrival(gateway);
    gateway_tell_stop(gateway);
}

void gateway_move(struct gateway *gateway, enum motion motion)
{
    bool changed = false;
    struct error *err = NULL;

    gateway->moved_unseen = false;
    if (!due_already(gateway, motion)) {
        gateway->interrupted = 0;
        debugger_drop_interrupt(gateway->debugger);
        gateway->forward = motion == MOTION_GO || motion == MOTION_STEP;
        gateway->client.running = true;
        err = move(gateway, motion, &changed);
        gateway->client.running = gateway->forward = false;
    }
    if (err)
        gateway_refuse(gateway, err);
    else
        tell(gateway, changed);
}
