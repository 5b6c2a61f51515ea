/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing a session: what the stub can do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rsp.h"
#include "internal.h"

#define REPLY_TIMEOUT_DEFAULT 10000 /* milliseconds */

#define PACKET_SIZE_DEFAULT 400     /* what GDB assumes when a stub does not say */
#define PACKET_SIZE_MIN     64      /* the longest request with an address and a length fits */
#define PACKET_SIZE_MAX     0x20000 /* more brings nothing, and buffers are sized for it */

/*
 * Memory requests in flight. Reading 64 MiB from QEMU 7.2 over a socket pair, medians of 7 in MB/s:
 * 1: 60, 2: 131, 4: 157, 8: 182, 16: 189, 32: 203, 64: 204, 128: 202.
 */
#define WINDOW_QEMU 64

#define SUPPORTED_REQUEST "qSupported:xmlRegisters=i386;vContSupported+"

struct error *target_request(struct target *target, const char *body, struct reply *ret)
{
    struct error *err = target_stop(target);

    return err ? err : connection_request(target->connection, body, ret);
}

struct error *target_command(struct target *target, const char *body)
{
    struct reply reply;
    struct error *err = target_request(target, body, &reply);

    if (!err && !reply_is(&reply, "OK"))
        err = reply_error(body, &reply, "\"OK\"");
    return err;
}

/* A stop reply that nobody asked for: QEMU 7.2 sends one when a client connects to a running guest.
 */
static bool is_stop_reply(const struct reply *reply)
{
    return reply->length >= 3 && (reply->body[0] == 'T' || reply->body[0] == 'S') &&
           rsp_hex_digit(reply->body[1]) >= 0 && rsp_hex_digit(reply->body[2]) >= 0;
}

/* The value of "NAME=" in "a=1;b+;c=2", or NULL; ends at ";" or NUL. */
static const char *feature(const char *features, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = features; at; at = strchr(at, ';')) {
        if (*at == ';')
            at++;
        if (strncmp(at, name, length) == 0)
            return at + length;
    }
    return NULL;
}

static struct error *take_packet_size(struct target *target, const char *features)
{
    const char *value = feature(features, "PacketSize=");
    uint64_t size = PACKET_SIZE_DEFAULT;

    if (value) {
        const char *end = rsp_hex_number(value, value + strlen(value), &size);

        if (!end || (*end && *end != ';') || size < PACKET_SIZE_MIN)
            return error_new(ERROR_PROTOCOL, "qSupported: unusable PacketSize=%.20s", value);
    }
    target->packet_size = size < PACKET_SIZE_MAX ? size : PACKET_SIZE_MAX;
    return NULL;
}

static struct error *negotiate(struct target *target)
{
    struct reply reply;
    struct error *err = target_request(target, SUPPORTED_REQUEST, &reply);

    if (!err && is_stop_reply(&reply))
        err = connection_receive(target->connection, &reply);
    if (err)
        return err;
    if (!feature(reply.body, "qXfer:features:read+"))
        return error_new(ERROR_PROTOCOL, "qSupported: the debug stub has no target.xml");
    bool no_acks = feature(reply.body, "QStartNoAckMode+");
    err = take_packet_size(target, reply.body);
    if (!err && no_acks) {
        err = target_command(target, "QStartNoAckMode");
        if (!err)
            connection_stop_acks(target->connection);
    }
    return err;
}

/*
 * Only QEMU is known to take requests while its replies are unread and unacknowledged, so
 * pipelining goes with its own extension.
 */
static struct error *probe_qemu(struct target *target)
{
    struct reply reply;
    struct error *err = target_request(target, "qqemu.PhyMemMode", &reply);

    if (err)
        return err;
    target->physical = reply_is(&reply, "0") || reply_is(&reply, "1");
    target->addressing = reply_is(&reply, "1") ? ADDRESS_PHYSICAL : ADDRESS_VIRTUAL;
    target->window = target->physical ? WINDOW_QEMU : 1;
    return NULL;
}

/* One of the actions in "vCont;c;C;s;S". */
static bool has_action(const char *actions, const char *name)
{
    const char *behind = feature(actions, name);

    return behind && (*behind == ';' || *behind == '\0');
}

static struct error *probe_run_control(struct target *target)
{
    struct reply reply;
    struct error *err = target_request(target, "vCont?", &reply);

    if (err)
        return err;
    if (strncmp(reply.body, "vCont", strlen("vCont")) != 0 || !has_action(reply.body, "c") ||
        !has_action(reply.body, "s"))
        return reply_error("vCont?", &reply, "vCont with c and s");
    return NULL;
}

/*
 * Somebody called target_interrupt(): the byte goes out with the next look at the socket. When the
 * guest does not run just now, run() sends it.
 */
static struct error *woken(void *context)
{
    struct target *target = context;
    uint64_t count;

    if (read(target->wake_fd, &count, sizeof(count)) == sizeof(count) && target->running &&
        target->interrupt_waits && !target->deaf)
        return connection_interrupt(target->connection);
    return NULL;
}

void target_interrupt(struct target *target)
{
    int number = errno;
    uint64_t one = 1;

    target->interrupt_waits = 1;
    /* An eventfd takes a write unless it holds 2^64 - 2 of them: then it is readable already. */
    if (write(target->wake_fd, &one, sizeof(one)) < 0)
        errno = number;
}

void target_drop_interrupt(struct target *target)
{
    target->interrupt_waits = 0;
}

void target_interrupt_now(struct target *target)
{
    struct error *err = NULL;

    if (target->running)
        err = connection_interrupt(target->connection);
    if (!err)
        err = connection_flush(target->connection);
    error_free(err); /* the next one who waits for the stop is told */
}

static struct error *open_wake(struct target *target)
{
    target->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (target->wake_fd < 0)
        return error_errno(errno, "eventfd");
    return loop_watch(target->loop, target->wake_fd, woken, target);
}

/* From a socket to a session whose abilities are known. */
static struct error *greet(struct target *target, int fd)
{
    struct connection *connection;
    struct error *err = connection_open(fd, target->loop, &connection);

    if (!err) {
        connection_close(target->connection);
        target->connection = connection;
        connection_set_reply_timeout(target->connection, target->reply_timeout);
        err = negotiate(target);
    }
    if (!err)
        err = probe_run_control(target);
    if (!err)
        err = layout_read(target->connection, &target->layout);
    if (!err)
        err = probe_qemu(target);
    return err;
}

struct error *target_open_within(int fd, struct loop *loop, int64_t timeout, struct target **ret)
{
    struct target *target = calloc(1, sizeof(*target));

    if (!target) {
        close(fd);
        return error_errno(ENOMEM, "debug session");
    }
    target->ram_fd = target->wake_fd = target->slice_fd = -1;
    target->loop = loop;
    target->reply_timeout = timeout;
    struct error *err = greet(target, fd);
    if (!err)
        err = open_wake(target);
    if (err) {
        target_close(target);
        return err;
    }
    *ret = target;
    return NULL;
}

struct error *target_reopen(struct target *target, int fd)
{
    target->running = false;
    target->breakpoint_count = target->watchpoint_count = 0;
    target->layout = (struct layout){0};
    target->ranges = (struct ranges){0};
    target_forget(target);
    struct error *err = greet(target, fd);
    if (!err && target->exact_steps)
        err = target_exact_steps(target);
    return err;
}

void target_forget(struct target *target)
{
    target->registers_fresh = false;
    target->ranges_fresh = false;
}

struct error *target_open(int fd, struct loop *loop, struct target **ret)
{
    return target_open_within(fd, loop, REPLY_TIMEOUT_DEFAULT, ret);
}

/* The next client must find "m" as it expects it; nobody waits for the answer. */
static void leave_as_found(struct target *target)
{
    static const char request[] = "Qqemu.PhyMemMode:0";

    if (target->addressing == ADDRESS_VIRTUAL || target->running)
        return;
    struct error *err = connection_send(target->connection, request, strlen(request));
    if (!err)
        err = connection_flush(target->connection);
    error_free(err);
}

void target_close(struct target *target)
{
    if (!target)
        return;
    if (target->connection)
        leave_as_found(target);
    target_close_slices(target);
    if (target->wake_fd >= 0) {
        loop_unwatch(target->loop, target->wake_fd);
        close(target->wake_fd);
    }
    connection_close(target->connection);
    free(target->breakpoints);
    free(target->ram_name);
    free(target);
}

void target_set_reply_timeout(struct target *target, int64_t milliseconds)
{
    target->reply_timeout = milliseconds;
    connection_set_reply_timeout(target->connection, milliseconds);
}
