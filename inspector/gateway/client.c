/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_CHUNK  4096
#define WRITE_CHUNK 4096  /* a pipe that polls writable takes so much without blocking */
#define WRITE_MS    10000 /* a debugger that does not read for so long is gone */

static struct error *take_input(void *context);

struct error *client_open(struct client *client, struct loop *loop, int in, int out,
                          void (*on_urgent)(void *context), void *context)
{
    client->loop = loop;
    client->in = in;
    client->out = out;
    client->gone = client->running = client->late = client->overflowed = false;
    client->acks = true;
    client->on_urgent = on_urgent;
    client->context = context;
    client->pending_length = client->last_length = 0;
    rsp_decoder_init(&client->decoder, client->body, sizeof(client->body));
    struct error *err = loop_watch(loop, in, take_input, client);
    if (err) {
        close(in);
        if (out != in)
            close(out);
        client->in = client->out = -1;
    }
    return err;
}

bool client_connected(const struct client *client)
{
    return client->in >= 0;
}

bool client_leaving(const struct client *client)
{
    struct pollfd hung_up = {.fd = client->in, .events = POLLRDHUP};

    return client_connected(client) && (client->gone || poll(&hung_up, 1, 0) == 1);
}

static void hang_up(struct client *client)
{
    if (client->gone)
        return;
    client->gone = true;
    loop_unwatch(client->loop, client->in);
    if (client->running)
        client->on_urgent(client->context);
}

void client_close(struct client *client)
{
    if (!client_connected(client))
        return;
    if (!client->gone)
        loop_unwatch(client->loop, client->in);
    close(client->in);
    if (client->out != client->in)
        close(client->out);
    client->in = client->out = -1;
    free(client->last);
    client->last = NULL;
    client->last_length = 0;
}

/* Input --------------------------------------------------------------------------------------- */

static void keep(struct client *client, char byte)
{
    if (client->pending_length < sizeof(client->pending)) {
        client->pending[client->pending_length++] = byte;
        return;
    }
    if (!client->overflowed)
        fprintf(stderr,
                "bootscope gateway: debugger sent more than %d bytes while the guest ran; "
                "the rest is dropped\n",
                CLIENT_PENDING_MAX);
    client->overflowed = true;
}

/* Runs inside the loop. */
static struct error *take_input(void *context)
{
    struct client *client = context;
    char bytes[READ_CHUNK];
    ssize_t got = read(client->in, bytes, sizeof(bytes));

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return NULL;
    if (got <= 0) {
        hang_up(client);
        return NULL;
    }
    for (ssize_t i = 0; i < got; i++) {
        if (client->running && bytes[i] == RSP_INTERRUPT)
            client->on_urgent(client->context);
        else
            keep(client, bytes[i]);
    }
    return NULL;
}

static void remove_pending(struct client *client, size_t at, size_t length)
{
    client->pending_length -= length;
    memmove(client->pending + at, client->pending + at + length, client->pending_length - at);
}

bool client_take_interrupt(struct client *client)
{
    const char *found = memchr(client->pending, RSP_INTERRUPT, client->pending_length);

    if (found)
        remove_pending(client, (size_t)(found - client->pending), 1);
    return found;
}

/* Output -------------------------------------------------------------------------------------- */

static void write_all(struct client *client, const char *bytes, size_t length)
{
    while (length > 0 && !client->gone) {
        struct pollfd writable = {.fd = client->out, .events = POLLOUT};
        int ready = poll(&writable, 1, WRITE_MS);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            fprintf(stderr, "bootscope gateway: debugger does not read: dropped\n");
        ssize_t put = ready == 1
                          ? write(client->out, bytes, length < WRITE_CHUNK ? length : WRITE_CHUNK)
                          : -1;
        if (put < 0 && ready == 1 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (put < 0) {
            hang_up(client);
            return;
        }
        bytes += put;
        length -= (size_t)put;
    }
}

void client_send(struct client *client, const void *body, size_t length)
{
    char *packet = malloc(rsp_encoded_max(length));

    if (!packet) {
        fprintf(stderr, "bootscope gateway: reply of %zu bytes: out of memory\n", length);
        hang_up(client);
        return;
    }
    free(client->last);
    client->last = packet;
    client->last_length = rsp_encode(body, length, packet);
    write_all(client, client->last, client->last_length);
}

void client_send_text(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

/* Packets ------------------------------------------------------------------------------------- */

static const char *what_is_wrong(enum rsp_event event)
{
    switch (event) {
    case RSP_BAD_CHECKSUM:
        return "its checksum is wrong";
    case RSP_TOO_LONG:
        return "it is longer than PacketSize";
    default:
        return "an escape or a repetition in it is malformed";
    }
}

/* "-" asks for the same again, which helps only when the bytes were damaged on the way. */
static void refuse(struct client *client, enum rsp_event event)
{
    char excerpt[25];
    size_t length = client->decoder.length;

    if (length > sizeof(excerpt) - 1)
        length = sizeof(excerpt) - 1;
    for (size_t i = 0; i < length; i++) {
        char byte = client->body[i];
        excerpt[i] = (char)(byte >= ' ' && byte <= '~' ? byte : '.');
    }
    excerpt[length] = '\0';
    fprintf(stderr, "bootscope gateway: packet \"%s%s\" refused: %s\n", excerpt,
            client->decoder.length > length ? "..." : "", what_is_wrong(event));
    if (event == RSP_BAD_CHECKSUM && client->acks) {
        write_all(client, "-", 1);
        return;
    }
    if (client->acks)
        write_all(client, "+", 1);
    client_send_text(client, "E01");
}

static bool handle_event(struct client *client, enum rsp_event event)
{
    switch (event) {
    case RSP_MORE:
    case RSP_ACK:
        return false;
    case RSP_NAK:
        if (client->acks && client->last)
            write_all(client, client->last, client->last_length);
        return false;
    case RSP_PACKET:
        if (client->acks)
            write_all(client, "+", 1);
        return true;
    case RSP_BAD_CHECKSUM:
    case RSP_MALFORMED:
    case RSP_TOO_LONG:
        refuse(client, event);
        return false;
    }
    return false;
}

bool client_next(struct client *client, const char **ret_body, size_t *ret_length)
{
    while (client->pending_length > 0 && !client->gone) {
        enum rsp_event event;

        if (client->pending[0] == RSP_INTERRUPT && !rsp_in_packet(&client->decoder)) {
            client->late = true;
            remove_pending(client, 0, 1);
            continue;
        }
        size_t taken = rsp_decode(&client->decoder, client->pending, client->pending_length,
                                  &event);

        remove_pending(client, 0, taken);
        /* One that is gone before it has its acknowledgement waits for no answer. */
        if (handle_event(client, event) && !client->gone) {
            *ret_body = client->body;
            *ret_length = client->decoder.length;
            return true;
        }
    }
    client->overflowed = false;
    return false;
}
