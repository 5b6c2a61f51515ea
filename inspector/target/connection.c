/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rsp.h"

#define INPUT_SIZE  0x40000
#define OUTPUT_SIZE 0x80000
#define RESEND_MAX  3

struct connection {
    int fd;
    struct loop *loop;
    int64_t reply_timeout;
    bool watched, closed, acks;
    char *broken; /* why nothing that comes can be trusted any more; NULL */

    struct rsp_decoder decoder;
    size_t in_start, in_end;        /* bytes of input that were read and not decoded */
    size_t out_start, out_end;      /* bytes of output that are queued and not written */
    size_t last_start, last_length; /* where the newest request is in output; length 0: gone */
    unsigned int in_flight;         /* requests with no reply yet */
    unsigned int acks_owed;
    unsigned int resent; /* attempts at the current request or reply */

    char body[REPLY_MAX + 1];
    char input[INPUT_SIZE];
    char output[OUTPUT_SIZE];
};

static struct error *readable(void *context);

static void unwatch(struct connection *connection)
{
    if (connection->watched)
        loop_unwatch(connection->loop, connection->fd);
    connection->watched = false;
}

static struct error *watch(struct connection *connection)
{
    if (connection->watched || connection->closed)
        return NULL;
    struct error *err = loop_watch(connection->loop, connection->fd, readable, connection);
    connection->watched = !err;
    return err;
}

static struct error *hang_up(struct connection *connection)
{
    connection->closed = true;
    unwatch(connection);
    return NULL;
}

/*
 * The stub writes each reply by itself, and being woken for each costs more than reading it. While
 * many are under way, a pause lets some gather; the stub works on meanwhile.
 */
#define GATHER_REPLIES 16
static const struct timespec gather_pause = {.tv_nsec = 30000};

/*
 * Called by the loop, maybe while nobody waits for a reply. A full buffer and a hang-up stop the
 * watching: both would make every poll return at once.
 */
static struct error *readable(void *context)
{
    struct connection *connection = context;

    if (connection->in_start == connection->in_end)
        connection->in_start = connection->in_end = 0;
    size_t space = INPUT_SIZE - connection->in_end;
    if (space == 0) {
        unwatch(connection);
        return NULL;
    }
    if (connection->in_flight >= GATHER_REPLIES)
        nanosleep(&gather_pause, NULL);
    ssize_t got = read(connection->fd, connection->input + connection->in_end, space);
    if (got > 0)
        connection->in_end += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        return hang_up(connection);
    return NULL;
}

/* Not fatal where it fails: the buffers are then what the system gives. */
static void prepare_socket(int fd)
{
    int size = OUTPUT_SIZE;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

struct error *connection_open(int fd, struct loop *loop, struct connection **ret)
{
    struct connection *connection = malloc(sizeof(*connection));

    if (!connection) {
        close(fd);
        return error_errno(ENOMEM, "connection to the debug stub");
    }
    memset(connection, 0, offsetof(struct connection, body));
    connection->fd = fd;
    connection->loop = loop;
    connection->acks = true;
    rsp_decoder_init(&connection->decoder, connection->body, sizeof(connection->body));
    prepare_socket(fd);

    struct error *err = NULL;
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
        err = error_errno(errno, "connection to the debug stub");
    if (!err)
        err = watch(connection);
    if (err) {
        connection_close(connection);
        return err;
    }
    *ret = connection;
    return NULL;
}

void connection_close(struct connection *connection)
{
    if (!connection)
        return;
    unwatch(connection);
    close(connection->fd);
    free(connection->broken);
    free(connection);
}

void connection_set_reply_timeout(struct connection *connection, int64_t milliseconds)
{
    connection->reply_timeout = milliseconds;
}

void connection_stop_acks(struct connection *connection)
{
    connection->acks = false;
    connection->acks_owed = 0;
}

struct error *connection_state(const struct connection *connection)
{
    if (connection->broken)
        return error_new(ERROR_PROTOCOL, "debug stub out of step since: %s", connection->broken);
    if (connection->closed && connection->in_start == connection->in_end)
        return error_new(ERROR_CLOSED, "debug stub: hung up%s",
                         rsp_in_packet(&connection->decoder) ? " within a packet" : "");
    return NULL;
}

struct error *connection_serve(struct connection *connection, bool *ret_idle)
{
    return loop_once(connection->loop, loop_now(), ret_idle);
}

int64_t connection_reply_deadline(const struct connection *connection)
{
    return loop_in(connection->reply_timeout);
}

struct error *connection_abandon(struct connection *connection, struct error *err)
{
    if (!connection->broken)
        connection->broken = strdup(error_message(err));
    return err;
}

static struct error *append(struct connection *connection, const void *bytes, size_t length)
{
    if (connection->out_start == connection->out_end && connection->in_flight == 0)
        connection->out_start = connection->out_end = 0;
    if (length > OUTPUT_SIZE - connection->out_end) {
        memmove(connection->output, connection->output + connection->out_start,
                connection->out_end - connection->out_start);
        connection->out_end -= connection->out_start;
        connection->out_start = 0;
        connection->last_length = 0;
    }
    if (length > OUTPUT_SIZE - connection->out_end)
        return error_new(ERROR_SYSTEM, "debug stub: %zu bytes of requests are not read",
                         connection->out_end);
    memcpy(connection->output + connection->out_end, bytes, length);
    connection->out_end += length;
    return NULL;
}

static struct error *pay_acks(struct connection *connection)
{
    struct error *err = NULL;

    for (; connection->acks_owed && !err; connection->acks_owed--)
        err = append(connection, "+", 1);
    return err;
}

struct error *connection_send(struct connection *connection, const void *body, size_t length)
{
    char packet[2 * REQUEST_MAX + sizeof("$#cc")];
    struct error *err = connection_state(connection);

    if (!err && length > REQUEST_MAX)
        err = error_new(ERROR_INPUT, "request of %zu bytes: more than %d", length, REQUEST_MAX);
    if (!err)
        err = pay_acks(connection);
    if (err)
        return err;
    size_t encoded = rsp_encode(body, length, packet);
    err = append(connection, packet, encoded);
    if (err)
        return err;
    connection->last_start = connection->out_end - encoded;
    connection->last_length = encoded;
    connection->in_flight++;
    connection->resent = 0;
    return NULL;
}

struct error *connection_interrupt(struct connection *connection)
{
    char byte = RSP_INTERRUPT;

    return append(connection, &byte, 1);
}

struct error *connection_flush(struct connection *connection)
{
    while (connection->out_start < connection->out_end && !connection->closed) {
        ssize_t sent = send(connection->fd, connection->output + connection->out_start,
                            connection->out_end - connection->out_start, MSG_NOSIGNAL);

        if (sent >= 0) {
            connection->out_start += (size_t)sent;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            /* What it said before it hung up is still to be read. */
            connection->out_start = connection->out_end;
        } else if (errno != EINTR) {
            return connection_abandon(connection, error_errno(errno, "debug stub: send"));
        }
    }
    if (connection->watched)
        loop_want_write(connection->loop, connection->fd,
                        connection->out_start < connection->out_end);
    return NULL;
}

/*
 * A damaged reply is asked for again, and a refused request sent again: both only when it is clear
 * which one is meant.
 */
static bool sent_again(struct connection *connection, enum rsp_event event)
{
    if (!connection->acks || connection->in_flight > 1 || connection->resent++ == RESEND_MAX)
        return false;
    if (event == RSP_BAD_CHECKSUM) {
        struct error *err = append(connection, "-", 1);

        error_free(err);
        return !err;
    }
    if (event != RSP_NAK || connection->in_flight == 0 || connection->last_length == 0)
        return false;
    connection->out_start = connection->last_start;
    connection->out_end = connection->last_start + connection->last_length;
    return true;
}

static struct error *repair(struct connection *connection, enum rsp_event event)
{
    if (sent_again(connection, event))
        return NULL;
    if (event == RSP_NAK)
        return connection_abandon(connection, error_new(ERROR_PROTOCOL,
                                                        "debug stub refuses a request (\"-\"), "
                                                        "%u without a reply",
                                                        connection->in_flight));
    struct reply reply = {connection->body, connection->decoder.length};
    return connection_abandon(connection, reply_damaged(&reply, event));
}

/* Decodes what was read already; *ret_done when that was a whole packet. */
static struct error *next_packet(struct connection *connection, bool *ret_done)
{
    struct error *err = NULL;

    *ret_done = false;
    while (!err && !*ret_done && connection->in_start < connection->in_end) {
        enum rsp_event event;

        connection->in_start += rsp_decode(&connection->decoder,
                                           connection->input + connection->in_start,
                                           connection->in_end - connection->in_start, &event);
        if (event == RSP_PACKET)
            *ret_done = true;
        else if (event != RSP_MORE && event != RSP_ACK)
            err = repair(connection, event);
    }
    return err;
}

static void accept_packet(struct connection *connection, struct reply *ret)
{
    if (connection->acks)
        connection->acks_owed++;
    if (connection->in_flight)
        connection->in_flight--;
    *ret = (struct reply){connection->body, connection->decoder.length};
}

/*
 * An ack goes with the next request, save when more packets must come before there is one. With
 * several requests in flight the stub obviously does not wait for acks.
 */
static struct error *before_waiting(struct connection *connection)
{
    struct error *err = connection_state(connection);

    if (!err && connection->in_flight <= 1)
        err = pay_acks(connection);
    if (!err)
        err = watch(connection);
    if (!err)
        err = connection_flush(connection);
    return err;
}

struct error *connection_receive_until(struct connection *connection, int64_t deadline,
                                       struct reply *ret, bool *ret_timed_out)
{
    struct error *err = connection_state(connection);
    bool done = false, late = false;

    *ret_timed_out = false;
    while (!err) {
        err = next_packet(connection, &done);
        if (err || done)
            break;
        if (late) {
            *ret_timed_out = true;
            return NULL;
        }
        err = before_waiting(connection);
        if (!err)
            err = loop_once(connection->loop, deadline, &late);
        /* Other descriptors that are always ready must not hide the deadline. */
        late = late || loop_now() >= deadline;
    }
    if (!err)
        accept_packet(connection, ret);
    return err;
}

struct error *connection_receive(struct connection *connection, struct reply *ret)
{
    bool timed_out;
    struct error *err = connection_receive_until(connection, loop_in(connection->reply_timeout),
                                                 ret, &timed_out);

    if (!err && timed_out)
        err = connection_abandon(
            connection,
            error_new(ERROR_TIMEOUT, "debug stub: no reply within %lld ms%s",
                      (long long)connection->reply_timeout,
                      rsp_in_packet(&connection->decoder) ? ", only the start of one" : ""));
    return err;
}

struct error *connection_request(struct connection *connection, const char *body, struct reply *ret)
{
    struct error *err = connection_send(connection, body, strlen(body));

    if (!err)
        err = connection_receive(connection, ret);
    return error_context(err, "%.40s", body);
}
