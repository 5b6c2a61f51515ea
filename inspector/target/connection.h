/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and replies over one stream socket. Requests are queued and written while replies are
 * read, so neither side can block the other; replies come in the order of requests.
 *
 * After a reply that never came, or came damaged, nothing tells which request a later reply belongs
 * to: the connection is then out of step, and every further call fails.
 */
#ifndef BOOTSCOPE_TARGET_CONNECTION_H
#define BOOTSCOPE_TARGET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "loop.h"
#include "rsp.h"

struct connection;

/* Valid until the next call on the connection; a NUL follows the body. */
struct reply {
    const char *body;
    size_t length;
};

/* Longest reply body that is taken, and longest request body that is sent. */
#define REPLY_MAX   0x40000
#define REQUEST_MAX 0x4000

/* Owns fd from here on, also when this fails. */
struct error *connection_open(int fd, struct loop *loop, struct connection **ret);
void connection_close(struct connection *connection);

/* To be called before the first request. */
void connection_set_reply_timeout(struct connection *connection, int64_t milliseconds);
/* From here on neither side acknowledges packets (QStartNoAckMode was accepted). */
void connection_stop_acks(struct connection *connection);

/*
 * Queues a request of at most REQUEST_MAX bytes; it is written by the next connection_receive() or
 * connection_flush(). ERROR_SYSTEM: too much is queued that the other side does not read.
 */
struct error *connection_send(struct connection *connection, const void *body, size_t length);
/* Queues the interrupt byte. */
struct error *connection_interrupt(struct connection *connection);
/* Writes what the socket takes without waiting. */
struct error *connection_flush(struct connection *connection);

/*
 * Waits for the next packet. ERROR_CLOSED: the other side hung up. ERROR_PROTOCOL: damaged beyond
 * repair by sending again. ERROR_TIMEOUT: none came within the reply timeout.
 */
struct error *connection_receive(struct connection *connection, struct reply *ret);
/* The same until a deadline, which may pass: that is *ret_timed_out, no error, and no harm. */
struct error *connection_receive_until(struct connection *connection, int64_t deadline,
                                       struct reply *ret, bool *ret_timed_out);
/* A request and its reply. */
struct error *connection_request(struct connection *connection, const char *body,
                                 struct reply *ret);

/* Runs the loop's handlers for what is ready now; *ret_idle when nothing was. */
struct error *connection_serve(struct connection *connection, bool *ret_idle);

/* When a reply to something sent now is overdue. */
int64_t connection_reply_deadline(const struct connection *connection);
/* Puts the connection out of step because of err, which is passed through. */
struct error *connection_abandon(struct connection *connection, struct error *err)
    __attribute__((warn_unused_result));

/* Why nothing can be exchanged any more; NULL when all is well. */
struct error *connection_state(const struct connection *connection);

/*
 * "REQUEST: expected WHAT, got "EXCERPT"" as ERROR_PROTOCOL; for an E reply the stub's number.
 * Unprintable bytes become dots, and what is long is cut.
 */
struct error *reply_error(const char *request, const struct reply *reply, const char *what)
    __attribute__((warn_unused_result));

/* "debug stub: reply "EXCERPT": WHY" as ERROR_PROTOCOL, for what was decoded up to a bad event. */
struct error *reply_damaged(const struct reply *reply, enum rsp_event event)
    __attribute__((warn_unused_result));

/* The reply is exactly this text. */
bool reply_is(const struct reply *reply, const char *text);

#endif
