/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debugger at the other end: one connection, bytes in and packets out. The other side is not
 * trusted: what it sends is bounded, and one that does not read is dropped.
 *
 * Its bytes are taken in by the session's loop, also while the guest runs: RSP_INTERRUPT and a
 * hang-up are then seen at once and told through on_urgent.
 */
#ifndef BOOTSCOPE_GATEWAY_CLIENT_H
#define BOOTSCOPE_GATEWAY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "loop.h"
#include "rsp.h"

/* The longest packet body, either way: PacketSize of qSupported. */
#define CLIENT_PACKET_MAX 0x4000
/* What a client may send ahead while the guest runs. */
#define CLIENT_PENDING_MAX 0x10000

struct client {
    struct loop *loop;
    int in, out;  /* the same for a socket; -1 when there is nobody */
    bool gone;    /* hung up, or does not read */
    bool acks;    /* until QStartNoAckMode */
    bool running; /* the guest runs: the owner sets it */
    bool late;    /* an interrupt came between two packets: the owner sets it back */
    void (*on_urgent)(void *context);
    void *context;

    struct rsp_decoder decoder;
    char body[CLIENT_PACKET_MAX + 1];
    char pending[CLIENT_PENDING_MAX];
    size_t pending_length;
    bool overflowed; /* and was told of */
    char *last;      /* the last packet as sent, for a client that answers "-" */
    size_t last_length;
};

/* Takes the descriptors over and watches in. ERROR_SYSTEM from the loop; they are then closed. */
struct error *client_open(struct client *client, struct loop *loop, int in, int out,
                          void (*on_urgent)(void *context), void *context);
/* Closes the connection; does nothing when there is none. */
void client_close(struct client *client);
bool client_connected(const struct client *client);
/* Connected still, but the other side has hung up, whether its last bytes were read or not. */
bool client_leaving(const struct client *client);

/* Sends one packet. A client that cannot be written to becomes gone. */
void client_send(struct client *client, const void *body, size_t length);
void client_send_text(struct client *client, const char *text);

/*
 * The next packet among what has come in, decoded and with a NUL behind it; false when none is
 * complete. Acknowledges; what is damaged is answered here, and one line said on stderr. Valid until the next call.
 */
bool client_next(struct client *client, const char **ret_body, size_t *ret_length);
/* Takes an interrupt out of what has come in already: it was meant for a guest about to run. */
bool client_take_interrupt(struct client *client);

#endif
