/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp_server.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_server(struct rsp_server *server)
{
    if (server->fd < 0)
        return;
    loop_unwatch(server->loop, server->fd);
    close(server->fd);
    server->fd = -1;
}

/* Sends what is queued: one byte when it drips, else what the socket takes. */
static void pump(struct rsp_server *server)
{
    size_t left = server->queue_end - server->queue_start;
    size_t size = server->drip && left ? 1 : left;
    ssize_t sent = send(server->fd, server->queue + server->queue_start, size,
                        MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent > 0)
        server->queue_start += (size_t)sent;
    else if (left && errno != EAGAIN) /* the client is gone */
        close_server(server);
    if (server->queue_start == server->queue_end)
        server->queue_start = server->queue_end = 0;
}

/* Called in every turn of the loop while something is queued: keeps the event set until it is not. */
static struct error *more(void *context)
{
    struct rsp_server *server = context;
    uint64_t count;

    if (server->fd >= 0)
        pump(server);
    if (server->fd < 0 || server->queue_end == 0) {
        ssize_t got = read(server->drip_fd, &count, sizeof(count));

        assert(got == sizeof(count));
    }
    if (server->closing && server->queue_end == 0)
        close_server(server);
    return NULL;
}

/* Sends what is said, or what is to become of it. */
static void put(struct rsp_server *server, const char *bytes, size_t length)
{
    uint64_t one = 1;

    for (size_t i = 0; i < length && !server->closing; i++) {
        char byte = bytes[i];

        if (server->sent++ == server->corrupt_at)
            byte ^= 1;
        assert(server->queue_end < sizeof(server->queue));
        server->queue[server->queue_end++] = byte;
        server->closing = server->sent == server->hang_up_after;
    }
    ssize_t written = write(server->drip_fd, &one, sizeof(one));
    assert(written == sizeof(one));
}

void rsp_server_say(struct rsp_server *server, const char *text)
{
    put(server, text, strlen(text));
}

void rsp_server_packet(struct rsp_server *server, const char *body, size_t length)
{
    server->last_length = rsp_encode(body, length, server->last);
    put(server, server->last, server->last_length);
}

static void answer(struct rsp_server *server, const char *body)
{
    rsp_server_packet(server, body, strlen(body));
}

/* What is to become of this request. */
static enum fault_kind faulty(struct rsp_server *server, const char *body)
{
    struct fault *fault = &server->fault;

    if (fault->kind == FAULT_NONE || strncmp(body, fault->request, strlen(fault->request)) != 0)
        return FAULT_NONE;
    if (fault->skip > 0) {
        fault->skip--;
        return FAULT_NONE;
    }
    if (fault->times > 0 && fault->done == fault->times)
        return FAULT_NONE;
    fault->done++;
    return fault->kind;
}

static void act(struct rsp_server *server, enum fault_kind kind, const char *body)
{
    const char *text = server->fault.text;

    switch (kind) {
    case FAULT_REPLY:
        answer(server, text);
        break;
    case FAULT_RAW:
        rsp_server_say(server, text);
        break;
    case FAULT_HANG_UP:
        rsp_server_say(server, text ? text : "");
        server->closing = true;
        break;
    case FAULT_NAK:
        rsp_server_say(server, "-");
        break;
    case FAULT_DAMAGE:
        server->corrupt_at = server->sent + 1; /* behind "$" */
        rsp_server_answer(server, body);
        break;
    case FAULT_SILENCE:
        break;
    case FAULT_NONE:
        rsp_server_answer(server, body);
        break;
    }
}

static void take_request(struct rsp_server *server)
{
    const char *body = server->body;

    if (server->request_count < SERVER_REQUESTS)
        snprintf(server->requests[server->request_count], sizeof(server->requests[0]), "%.47s",
                 body);
    server->request_count++;
    enum fault_kind fault = faulty(server, body);
    if (!server->no_acks && fault != FAULT_NAK)
        rsp_server_say(server, "+");
    if (server->greeting) {
        const char *greeting = server->greeting;

        server->greeting = NULL;
        answer(server, greeting);
    }
    act(server, fault, body);
}

static void take_event(struct rsp_server *server, enum rsp_event event)
{
    if (event == RSP_PACKET)
        take_request(server);
    else if (event == RSP_ACK)
        server->acks++;
    else if (event == RSP_NAK) {
        server->naks++;
        if (server->fault.kind == FAULT_DAMAGE && server->fault.done < server->fault.times) {
            server->fault.done++;
            server->corrupt_at = server->sent + 1;
        }
        put(server, server->last, server->last_length);
    }
}

static struct error *readable(void *context)
{
    struct rsp_server *server = context;
    char bytes[0x10000];
    ssize_t got = read(server->fd, bytes, sizeof(bytes));
    size_t taken = 0;

    if (got <= 0) {
        close_server(server);
        return NULL;
    }
    if (server->running && memchr(bytes, RSP_INTERRUPT, (size_t)got)) {
        server->running = false;
        answer(server, "T02thread:01;");
        return NULL;
    }
    if (server->hang_up_after == 0) {
        close_server(server);
        return NULL;
    }
    while (taken < (size_t)got && !server->closing) {
        enum rsp_event event;

        taken += rsp_decode(&server->decoder, bytes + taken, (size_t)got - taken, &event);
        take_event(server, event);
    }
    return NULL;
}

struct rsp_server *rsp_server_new(struct loop *loop, int *ret_fd)
{
    struct rsp_server *server = calloc(1, sizeof(*server));
    int pair[2];
    int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);

    assert(server && !failed);
    server->loop = loop;
    server->fd = pair[0];
    server->drip_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->supported = "PacketSize=1000;qXfer:features:read+;vContSupported+;multiprocess+";
    server->qemu = true;
    server->target_xml = server_root_xml;
    server->annex_name = "core.xml";
    server->annex = server_core_xml;
    server->monitor_registers = server_monitor_registers;
    server->monitor_mtree = server_monitor_mtree;
    server->register_bytes = SERVER_SIZE;
    server->hang_up_after = server->corrupt_at = SIZE_MAX;
    rsp_decoder_init(&server->decoder, server->body, sizeof(server->body));
    rsp_server_set(server, SERVER_CR0, 0x80000011, 8);
    rsp_server_set(server, SERVER_EFER, 0x500, 8);
    rsp_server_set(server, SERVER_CS, 0x10, 4);
    rsp_server_set(server, SERVER_RIP, 0x100000, 8);
    for (size_t i = 0; i < SERVER_MEMORY; i++)
        server->memory[i] = (uint8_t)(i * 7 + (i >> 8));
    error_free(loop_watch(loop, server->fd, readable, server));
    error_free(loop_watch(loop, server->drip_fd, more, server));
    *ret_fd = pair[1];
    return server;
}

void rsp_server_free(struct rsp_server *server)
{
    close_server(server);
    loop_unwatch(server->loop, server->drip_fd);
    close(server->drip_fd);
    free(server);
}

unsigned int rsp_server_count(const struct rsp_server *server, const char *prefix)
{
    unsigned int count = 0;

    for (size_t i = 0; i < server->request_count && i < SERVER_REQUESTS; i++)
        count += strncmp(server->requests[i], prefix, strlen(prefix)) == 0;
    return count;
}

void rsp_server_set(struct rsp_server *server, size_t offset, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        server->registers[offset + i] = (uint8_t)(value >> 8 * i);
}
