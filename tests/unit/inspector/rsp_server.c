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

static void put_packet(struct rsp_server *server, const char *body, size_t length)
{
    server->last_length = rsp_encode(body, length, server->last);
    put(server, server->last, server->last_length);
}

static void answer(struct rsp_server *server, const char *body)
{
    put_packet(server, body, strlen(body));
}

static void answer_xfer(struct rsp_server *server, const char *arguments)
{
    const char *document = NULL;
    char name[32], piece[0x1000];
    size_t offset, size;

    if (sscanf(arguments, "%31[^:]:%zx,%zx", name, &offset, &size) != 3) {
        answer(server, "E00");
        return;
    }
    if (strcmp(name, "target.xml") == 0)
        document = server->target_xml;
    else if (server->annex_name && strcmp(name, server->annex_name) == 0)
        document = server->annex;
    if (!document || offset > strlen(document)) {
        answer(server, "E00");
        return;
    }
    size_t left = strlen(document) - offset;
    size = size < sizeof(piece) - 1 ? size : sizeof(piece) - 1;
    piece[0] = left > size ? 'm' : 'l';
    memcpy(piece + 1, document + offset, left > size ? size : left);
    put_packet(server, piece, 1 + (left > size ? size : left));
}

static void answer_read(struct rsp_server *server, const char *arguments)
{
    static char digits[2 * SERVER_MEMORY];
    size_t address, length;

    if (sscanf(arguments, "%zx,%zx", &address, &length) != 2 || address > SERVER_MEMORY ||
        length > SERVER_MEMORY - address) {
        answer(server, "E14");
        return;
    }
    put_packet(server, digits, rsp_to_hex(server->memory + address, length, digits));
}

static void answer_write(struct rsp_server *server, const char *arguments)
{
    size_t address, length;
    int head;

    if (sscanf(arguments, "%zx,%zx:%n", &address, &length, &head) != 2 || address > SERVER_MEMORY ||
        length > SERVER_MEMORY - address || strlen(arguments + head) != 2 * length ||
        !rsp_from_hex(arguments + head, server->memory + address, length))
        answer(server, "E22");
    else
        answer(server, "OK");
}

/* By the default description: numbers 0..16 of 8 bytes, 17..23 of 4, 24..29 of 8. */
static bool register_place(unsigned int number, size_t *ret_offset, size_t *ret_size)
{
    if (number > 29)
        return false;
    *ret_size = number < 17 || number > 23 ? 8 : 4;
    *ret_offset = number < 17    ? 8 * (size_t)number
                  : number <= 23 ? SERVER_EFLAGS + 4 * (size_t)(number - 17)
                                 : SERVER_CR0 + 8 * (size_t)(number - 24);
    return true;
}

static void answer_one_register(struct rsp_server *server, const char *body)
{
    unsigned int number = (unsigned int)strtoul(body + 1, NULL, 16);
    const char *equals = strchr(body, '=');
    char digits[32] = "";
    size_t offset, size;

    if (!register_place(number, &offset, &size)) {
        answer(server, "E00");
    } else if (body[0] == 'p') {
        rsp_to_hex(server->registers + offset, size, digits);
        answer(server, digits);
    } else if (equals && strlen(equals + 1) == 2 * size &&
               rsp_from_hex(equals + 1, server->registers + offset, size)) {
        answer(server, "OK");
    } else {
        answer(server, "E00");
    }
}

/* In two "O" packets, so that the client has to join them. */
static void answer_monitor(struct rsp_server *server, const char *hex)
{
    char command[64] = "", packet[0x2000] = "O";
    const char *text = NULL;
    size_t length = strlen(hex) / 2;

    if (!server->monitor_registers && !server->monitor_mtree) {
        answer(server, "");
        return;
    }
    if (length < sizeof(command))
        rsp_from_hex(hex, command, length);
    if (strcmp(command, "info registers") == 0)
        text = server->monitor_registers;
    else if (strcmp(command, "info mtree -f") == 0)
        text = server->monitor_mtree;
    text = text ? text : "unknown command\r\n";
    size_t half = strlen(text) / 2;
    put_packet(server, packet, 1 + rsp_to_hex(text, half, packet + 1));
    put_packet(server, packet, 1 + rsp_to_hex(text + half, strlen(text + half), packet + 1));
    answer(server, "OK");
}

static void resume(struct rsp_server *server, const char *action)
{
    if (strncmp(action, "vCont;s", 7) == 0) {
        server->registers[SERVER_RIP]++;
        answer(server, "T05thread:01;");
        return;
    }
    server->running = true;
    if (server->while_running)
        answer(server, server->while_running);
    if (server->stop_reply) {
        server->running = false;
        answer(server, server->stop_reply);
    }
}

static void answer_query(struct rsp_server *server, const char *body)
{
    char digits[2 * SERVER_REGISTERS];

    if (strncmp(body, "qSupported", 10) == 0)
        answer(server, server->supported);
    else if (strncmp(body, "qXfer:features:read:", 20) == 0)
        answer_xfer(server, body + 20);
    else if (strncmp(body, "qRcmd,", 6) == 0)
        answer_monitor(server, body + 6);
    else if (strcmp(body, "qqemu.PhyMemMode") == 0 && server->qemu)
        answer(server, server->physical ? "1" : "0");
    else if (strcmp(body, "vCont?") == 0)
        answer(server, "vCont;c;C;s;S");
    else if (body[0] == 'g')
        put_packet(server, digits, rsp_to_hex(server->registers, server->register_bytes, digits));
    else
        answer(server, "");
}

static void answer_command(struct rsp_server *server, const char *body)
{
    if (strncmp(body, "Qqemu.PhyMemMode:", 17) == 0 && server->qemu) {
        server->physical = body[17] == '1';
        answer(server, "OK");
    } else if (strcmp(body, "QStartNoAckMode") == 0) {
        answer(server, "OK");
        server->no_acks = true;
    } else if (body[0] == 'm') {
        answer_read(server, body + 1);
    } else if (body[0] == 'M') {
        answer_write(server, body + 1);
    } else if (body[0] == 'p' || body[0] == 'P') {
        answer_one_register(server, body);
    } else if (body[0] == 'Z' || body[0] == 'z') {
        answer(server, "OK");
    } else if (strncmp(body, "vCont;", 6) == 0) {
        resume(server, body);
    } else {
        answer_query(server, body);
    }
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
        answer_command(server, body);
        break;
    case FAULT_SILENCE:
        break;
    case FAULT_NONE:
        answer_command(server, body);
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
