/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where debuggers may connect: a unix socket, or TCP on the loopback only, since whoever connects
 * has the guest in his hands.
 */
#ifndef BOOTSCOPE_GATEWAY_LISTENER_H
#define BOOTSCOPE_GATEWAY_LISTENER_H

#include "error.h"

struct listener {
    int fd;
    char path[108];    /* of a unix socket, removed at the end; "" for TCP */
    char address[160]; /* what a debugger names: "unix:PATH" or "HOST:PORT" */
};

/*
 * Listens on "unix:PATH" or "HOST:PORT" (127.0.0.0/8, [::1] or localhost; port 0 picks a free
 * one). A socket that is left at PATH, where nobody listens, is replaced. ERROR_INPUT: anything else, a path
 * that is too long, is no socket, or where somebody listens. ERROR_SYSTEM: the port is taken, or the
 * like.
 */
struct error *listener_open(const char *address, struct listener *ret);
/* Takes the waiting connection. *ret is -1 when it has gone again. */
struct error *listener_accept(struct listener *listener, int *ret);
void listener_close(struct listener *listener);

#endif
