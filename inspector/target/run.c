/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run control. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "rsp.h"
#include "internal.h"

#define SIGNAL_INTERRUPT 2 /* GDB's numbers, as QEMU uses them in stop replies */
#define SIGNAL_QUIT      3
#define SERVE_MAX        64    /* rounds; a stopped guest writes nothing more */
#define STEP_TIMEOUT     10000 /* milliseconds for one instruction */
#define LOOK_AFTER       500   /* milliseconds of a run until, and between, looks at the CPU */
#define LOOK_AGAIN       20    /* until the next, when it seemed halted */
#define LOOKS            2     /* in a row that decide to stop it */

/* "watch:ADDR;", "rwatch:ADDR;" or "awatch:ADDR;" among the pairs of a T reply. */
static bool watched_address(const char *pairs, const char *end, uint64_t *ret,
                            enum watch_kind *ret_kind)
{
    for (const char *at = pairs; at && at < end; at = memchr(at, ';', (size_t)(end - at))) {
        if (*at == ';')
            at++;
        const char *colon = memchr(at, ':', (size_t)(end - at));
        if (!colon)
            return false;
        size_t length = (size_t)(colon - at);
        bool watch = (length == 5 && memcmp(at, "watch", 5) == 0) ||
                     (length == 6 &&
                      (memcmp(at, "rwatch", 6) == 0 || memcmp(at, "awatch", 6) == 0));
        if (!watch)
            continue;
        *ret_kind = *at == 'r'   ? WATCH_KIND_READ
                    : *at == 'a' ? WATCH_KIND_ACCESS
                                 : WATCH_KIND_WRITE;
        return rsp_hex_number(colon + 1, end, ret);
    }
    return false;
}

static void decode_signal(const struct reply *reply, int signal, struct stop_event *ret)
{
    uint64_t address = 0;

    *ret = (struct stop_event){.signal = signal, .reason = STOP_BREAKPOINT};
    if (signal == SIGNAL_INTERRUPT)
        ret->reason = STOP_INTERRUPT;
    else if (signal == SIGNAL_QUIT)
        ret->reason = STOP_SHUTDOWN;
    else if (watched_address(reply->body + 3, reply->body + reply->length, &address, &ret->kind))
        ret->reason = STOP_WATCHPOINT;
    ret->watched = virt(address);
}

/* Tnn..., Snn, Wnn or Xnn; false for anything else. */
static bool decode_stop(const struct reply *reply, struct stop_event *ret)
{
    uint8_t number;

    if (reply->length < 3 || !strchr("TSWX", reply->body[0]) ||
        !rsp_from_hex(reply->body + 1, &number, 1))
        return false;
    if (reply->body[0] == 'W' || reply->body[0] == 'X')
        *ret = (struct stop_event){.reason = STOP_EXITED, .signal = number};
    else
        decode_signal(reply, number, ret);
    return true;
}

/* The guest is not to be asked for anything any more once it has ended; a hang-up is an end too. */
static struct error *hung_up(struct error *err, struct target *target, struct stop_event *ret)
{
    if (error_kind(err) != ERROR_CLOSED)
        return err;
    error_free(err);
    target->running = false;
    *ret = (struct stop_event){.reason = STOP_EXITED};
    return NULL;
}

/*
 * What the guest wrote to its other channels before it stopped is there already, but the poll that
 * saw the stop reply may have looked at them just before.
 */
static struct error *serve_others(struct target *target)
{
    struct error *err = NULL;
    bool idle = false;

    for (int i = 0; i < SERVE_MAX && !err && !idle; i++)
        err = connection_serve(target->connection, &idle);
    return err;
}

/* Console output: "O" and hex. */
static bool is_output(const struct reply *reply)
{
    return reply->length > 1 && reply->body[0] == 'O' && rsp_hex_digit(reply->body[1]) >= 0;
}

/* A refusal, after which the guest does not run; with anything else nothing is known any more. */
static struct error *no_stop_reply(struct target *target, const struct reply *reply)
{
    struct error *err = reply_error("resumed guest", reply, "a stop reply");

    if (reply->length > 0 && reply->body[0] != 'E')
        return connection_abandon(target->connection, err);
    target->running = false;
    return err;
}

/* Waits for a stop reply; console output may come before it. */
static struct error *await_stop(struct target *target, int64_t deadline, struct stop_event *ret,
                                bool *ret_timed_out)
{
    struct reply reply;

    for (;;) {
        struct error *err = connection_receive_until(target->connection, deadline, &reply,
                                                     ret_timed_out);

        if (err)
            return hung_up(err, target, ret);
        if (*ret_timed_out)
            return NULL;
        if (decode_stop(&reply, ret)) {
            target->running = false;
            return serve_others(target);
        }
        if (!is_output(&reply))
            return no_stop_reply(target, &reply);
    }
}

/* Stops a running guest. It may have stopped by itself in between: that stop is the one returned.
 */
static struct error *interrupt(struct target *target, struct stop_event *ret)
{
    bool timed_out = false;
    struct error *err = connection_interrupt(target->connection);

    if (!err)
        err = await_stop(target, connection_reply_deadline(target->connection), ret, &timed_out);
    if (!err && timed_out)
        err = connection_abandon(target->connection,
                                 error_new(ERROR_TIMEOUT, "guest does not stop when interrupted"));
    return err;
}

struct error *target_stop(struct target *target)
{
    struct stop_event ignored;

    return target->running ? interrupt(target, &ignored) : NULL;
}

static struct error *resume(struct target *target, const char *action)
{
    struct error *err = target_stop(target);

    if (!err)
        err = connection_send(target->connection, action, strlen(action));
    if (err)
        return err;
    target->running = true;
    target->registers_fresh = false;
    target->ranges_fresh = false;
    return NULL;
}

/*
 * A CPU that seems halted is asked again a moment later: its registers are not read all at once, and
 * to stop one that only seems so would move its clock.
 */
static struct error *look(struct target *target, unsigned int *seen, bool *ret_stopped,
                          struct stop_event *ret)
{
    bool halted;

    *ret_stopped = false;
    *seen = target->looks_halted(target->looks_context) ? *seen + 1 : 0;
    if (*seen < LOOKS)
        return NULL;
    *seen = 0;
    *ret_stopped = true;
    struct error *err = interrupt(target, ret);
    if (err || ret->reason != STOP_INTERRUPT || target->interrupt_waits)
        return err;
    err = target_is_halted(target, &halted);
    if (!err && halted)
        ret->reason = STOP_HALTED;
    return err;
}

/* As await_stop(), and looks now and then whether there is still something to wait for. */
static struct error *await_end(struct target *target, const char *action, int64_t deadline,
                               struct stop_event *ret, bool *ret_late)
{
    bool patient = !target->looks_halted || target->deaf, stopped = false;
    unsigned int seen = 0;
    struct error *err;

    for (;;) {
        int64_t next = patient ? LOOP_NEVER : loop_in(seen ? LOOK_AGAIN : LOOK_AFTER);

        err = await_stop(target, next < deadline ? next : deadline, ret, ret_late);
        if (err || !*ret_late || loop_now() >= deadline)
            return err;
        *ret_late = false;
        err = look(target, &seen, &stopped, ret);
        if (err || (stopped && (ret->reason != STOP_INTERRUPT || target->interrupt_waits)))
            return err;
        /* It was our own interrupt, and for nothing. */
        if (stopped)
            err = resume(target, action);
        if (err)
            return err;
    }
}

/* *ret_late: the deadline passed and it was interrupted; *ret is that stop. */
static struct error *run(struct target *target, const char *action, int64_t deadline,
                         struct stop_event *ret, bool *ret_late)
{
    struct error *err = resume(target, action);

    *ret_late = false;
    /* After it runs: one that comes later is seen by woken(), one that came before by nobody else. */
    if (!err && target->interrupt_waits && !target->deaf)
        err = connection_interrupt(target->connection);
    if (!err)
        err = await_end(target, action, deadline, ret, ret_late);
    if (!err && *ret_late)
        err = interrupt(target, ret);
    /* A stop that came before the interrupt did is as good as one in time. */
    *ret_late = *ret_late && !err && ret->reason == STOP_INTERRUPT;
    if (!err && ret->reason == STOP_INTERRUPT)
        target->interrupt_waits = 0;
    return err;
}

struct error *target_step(struct target *target, struct stop_event *ret)
{
    bool late;
    struct error *err = run(target, "vCont;s", loop_in(STEP_TIMEOUT), ret, &late);

    if (!err && late)
        err = error_new(ERROR_TIMEOUT, "single step: not done within %d ms", STEP_TIMEOUT);
    return err;
}

/*
 * "c" from an address with a breakpoint stops there again without running anything, so that one
 * instruction is stepped first.
 */
static struct error *step_off_breakpoint(struct target *target, struct stop_event *ret,
                                         bool *ret_stepped)
{
    struct registers regs;

    *ret_stepped = false;
    if (target->breakpoint_count == 0)
        return NULL;
    struct error *err = target_registers(target, &regs);
    if (err || !target_has_breakpoint(target, registers_pc(&regs)))
        return err;
    *ret_stepped = true;
    return target_step(target, ret);
}

struct error *target_continue(struct target *target, int64_t deadline, struct stop_event *ret)
{
    bool stepped, late;
    struct error *err = step_off_breakpoint(target, ret, &stepped);

    if (err || (stepped && ret->reason != STOP_BREAKPOINT))
        return err;
    err = run(target, "vCont;c", deadline, ret, &late);
    if (!err && late)
        err = error_new(ERROR_TIMEOUT, "guest still runs at its deadline");
    return err;
}

/* A slice is over: the byte goes out with the next look at the socket. */
static struct error *slice_over(void *context)
{
    struct target *target = context;
    uint64_t count;

    if (read(target->slice_fd, &count, sizeof(count)) == sizeof(count) && target->running)
        return connection_interrupt(target->connection);
    return NULL;
}

void target_close_slices(struct target *target)
{
    if (target->slice_fd < 0)
        return;
    loop_unwatch(target->loop, target->slice_fd);
    close(target->slice_fd);
    target->slice_fd = -1;
}

static struct error *open_slices(struct target *target)
{
    if (target->slice_fd >= 0)
        return NULL;
    target->slice_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (target->slice_fd < 0)
        return error_errno(errno, "timerfd");
    return loop_watch(target->loop, target->slice_fd, slice_over, target);
}

struct error *target_run_for(struct target *target, int64_t nanoseconds, struct stop_event *ret)
{
    struct itimerspec once = {.it_value = {nanoseconds / 1000000000, nanoseconds % 1000000000}};
    const struct itimerspec never = {0};
    bool stepped = false, late;
    struct error *err = open_slices(target);

    if (!err)
        err = step_off_breakpoint(target, ret, &stepped);
    if (err || (stepped && ret->reason != STOP_BREAKPOINT))
        return err;
    if (nanoseconds <= 0)
        once.it_value.tv_nsec = 1; /* 0 would be no timer at all */
    timerfd_settime(target->slice_fd, 0, &once, NULL);
    err = run(target, "vCont;c", LOOP_NEVER, ret, &late);
    timerfd_settime(target->slice_fd, 0, &never, NULL);
    return err;
}

struct error *target_stop_again(struct target *target, struct stop_event *ret)
{
    bool late;

    target->deaf = true;
    struct error *err = run(target, "vCont;c", loop_in(STEP_TIMEOUT), ret, &late);
    target->deaf = false;
    return err;
}

struct error *target_uncover(struct target *target, struct stop_event *ret)
{
    virt_t pc;
    struct error *err = target_pc(target, &pc);

    if (!err)
        err = target_insert_breakpoint(target, pc);
    if (err)
        return err;
    err = target_stop_again(target, ret);
    if (err || ret->reason == STOP_EXITED)
        return err;
    return target_remove_breakpoint(target, pc);
}

struct error *target_exact_steps(struct target *target)
{
    struct reply reply;

    /* SSTEP_ENABLE and SSTEP_NOTIMER, without SSTEP_NOIRQ (QEMU's hw/core/cpu.h). */
    target->exact_steps = true;
    return target_request(target, "Qqemu.sstep=5", &reply);
}

struct error *target_clear(struct target *target)
{
    struct error *err = NULL;

    if (target->running)
        return NULL;
    while (!err && target->breakpoint_count > 0) {
        struct breakpoint_users *last = &target->breakpoints[target->breakpoint_count - 1];

        last->count = 1;
        err = target_remove_breakpoint(target, last->address);
    }
    return err ? err : target_remove_watchpoints(target);
}

struct error *target_detach(struct target *target)
{
    struct error *err = target_clear(target);

    /* Now, not in target_close(): a guest that runs is stopped by any byte that comes. */
    if (!err)
        err = target_set_addressing(target, ADDRESS_VIRTUAL);
    return err ? err : target_command(target, "D");
}
