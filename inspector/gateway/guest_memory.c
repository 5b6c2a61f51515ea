/* SPDX-License-Identifier: GPL-3.0-or-later */
/* m M x X: guest memory at linear addresses. */
#include <stdlib.h>
#include <string.h>

#include "internal_gateway.h"

#define PAGE 4096

/* "m100000,40:..." from its second byte on: false when that is not what it is. */
static bool range(const char *body, const char *end, uint64_t *ret_address, uint64_t *ret_length,
                  const char **ret_rest)
{
    const char *at = rsp_hex_number(body + 1, end, ret_address);

    if (!at || *at != ',')
        return false;
    at = rsp_hex_number(at + 1, end, ret_length);
    *ret_rest = at;
    return at != NULL;
}

/*
 * As much as there is, page by page: a debugger that reads across the edge of what is mapped is told
 * what lies before it.
 */
static size_t read_pages(const struct stop *stop, uint64_t address, uint8_t *bytes, size_t length)
{
    size_t done = 0;

    while (done < length) {
        size_t piece = PAGE - (address + done) % PAGE;

        if (piece > length - done)
            piece = length - done;
        struct error *err = target_read_virt(stop->target, virt(address + done), bytes + done,
                                             piece);
        if (err) {
            error_free(err);
            break;
        }
        done += piece;
    }
    return done;
}

void gateway_read_memory(struct gateway *gateway, const char *body, size_t length, bool binary)
{
    uint8_t bytes[CLIENT_PACKET_MAX / 2];
    char digits[CLIENT_PACKET_MAX];
    uint64_t address, wanted;
    const struct stop *stop;
    const char *rest;

    if (!range(body, body + length, &address, &wanted, &rest) || *rest) {
        gateway_refuse(gateway,
                       error_new(ERROR_INPUT, "packet \"%.20s\": no address and length", body));
        return;
    }
    if (wanted == 0) { /* x: how lldb asks whether it is known */
        client_send_text(&gateway->client, binary ? "OK" : "");
        return;
    }
    struct error *err = debugger_stop(gateway->debugger, &stop);
    if (err) {
        gateway_refuse(gateway, err);
        return;
    }
    if (wanted > sizeof(bytes))
        wanted = sizeof(bytes);
    size_t got = read_pages(stop, address, bytes, wanted);
    if (got == 0)
        client_send_text(&gateway->client, "E14");
    else if (binary)
        client_send(&gateway->client, bytes, got);
    else
        client_send(&gateway->client, digits, rsp_to_hex(bytes, got, digits));
}

void gateway_write_memory(struct gateway *gateway, const char *body, size_t length, bool binary)
{
    uint8_t bytes[CLIENT_PACKET_MAX];
    uint64_t address, count;
    const char *end = body + length, *rest;
    struct error *err = NULL;
    bool right = range(body, end, &address, &count, &rest) && *rest == ':';
    size_t sent = right ? (size_t)(end - rest - 1) : 0;

    /* The length must be that of the data; count may be anything. */
    right = right && (binary ? sent == count : sent % 2 == 0 && sent / 2 == count);
    if (right && binary)
        memcpy(bytes, rest + 1, sent);
    else if (right)
        right = rsp_from_hex(rest + 1, bytes, sent / 2);
    if (!right)
        err = error_new(ERROR_INPUT,
                        "packet \"%.20s\": not an address, a length and that much data", body);
    else if (count > 0)
        err = debugger_write_memory(gateway->debugger, false, address, bytes, count);
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_reply(gateway, "OK");
}
