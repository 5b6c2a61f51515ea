/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal_gateway.h"

/* While the guest runs: an interrupt, or the client is gone. It stops where it is. */
static void on_urgent(void *context)
{
    struct gateway *gateway = context;

    gateway->interrupted = 1;
    debugger_interrupt(gateway->debugger);
}

/* The end by a signal comes through the loop, so that all is closed in order. */
static struct error *on_signal(void *context)
{
    struct gateway *gateway = context;
    struct signalfd_siginfo info;

    if (read(gateway->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        gateway->ending = true;
        on_urgent(gateway);
    }
    return NULL;
}

static struct error *watch_signals(struct gateway *gateway)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    gateway->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (gateway->signals < 0)
        return error_errno(errno, "signals");
    return loop_watch(gateway->session->loop, gateway->signals, on_signal, gateway);
}

/* What the guest prints on its serial console. Only a client whose guest runs may be told. */
static void on_console(void *context, const char *bytes, size_t length)
{
    struct gateway *gateway = context;

    if (gateway->forward && client_connected(&gateway->client) && !gateway->client.gone)
        gateway_say(gateway, bytes, length);
}

/* A client knows nothing of what the one before it was told. */
static struct error *begin_client(struct gateway *gateway, int in, int out)
{
    gateway->held = gateway->inserted_here = gateway->after_event = false;
    gateway->swbreak = gateway->hwbreak = gateway->lldb = false;
    gateway->stop_at_checkpoints = gateway->moved_unseen = gateway->looks_again = false;
    gateway->told = (struct libraries){0};
    return client_open(&gateway->client, gateway->session->loop, in, out, on_urgent, gateway);
}

static void end_client(struct gateway *gateway)
{
    client_close(&gateway->client);
    gateway_clear_points(gateway);
    if (gateway->stdio || !debugger_alive(gateway->debugger))
        gateway->ending = true;
}

/* Whoever was turned away is read until he hangs up: so he gets to read why, whatever he sends. */
static struct error *read_turned_away(void *context)
{
    struct turned_away *away = context;
    char bytes[512];

    if (recv(away->fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        return NULL;
    loop_unwatch(away->loop, away->fd);
    close(away->fd);
    away->fd = 0;
    return NULL;
}

/* One at a time: whoever comes second is told so, and the first goes on undisturbed. */
static struct error *turn_away(struct gateway *gateway, int fd)
{
    static const char refusal[] = "E.another debugger is connected";
    char packet[2 * sizeof(refusal) + 8];
    /* Acknowledged and answered before it is asked: gdb asks first, and drops what comes before "+". */
    size_t length = 1 + rsp_encode(refusal, strlen(refusal), packet + 1);

    packet[0] = '+';
    fprintf(stderr, "bootscope gateway: a second debugger was turned away\n");
    bool told = send(fd, packet, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length;
    for (size_t i = 0; told && i < TURNED_AWAY_MAX; i++) {
        struct turned_away *away = &gateway->turned_away[i];

        if (away->fd)
            continue;
        *away = (struct turned_away){gateway->session->loop, fd};
        shutdown(fd, SHUT_WR);
        return loop_watch(away->loop, fd, read_turned_away, away);
    }
    close(fd);
    return NULL;
}

static void close_turned_away(struct gateway *gateway)
{
    for (size_t i = 0; i < TURNED_AWAY_MAX; i++) {
        struct turned_away *away = &gateway->turned_away[i];

        if (!away->fd)
            continue;
        loop_unwatch(away->loop, away->fd);
        close(away->fd);
    }
}

static struct error *on_connection(void *context)
{
    struct gateway *gateway = context;
    int fd;

    /* The first has hung up and will be seen to have in a moment: the next waits in the backlog. */
    if (client_leaving(&gateway->client))
        return NULL;
    struct error *err = listener_accept(&gateway->listener, &fd);

    if (err || fd < 0)
        return err;
    if (client_connected(&gateway->client))
        return turn_away(gateway, fd);
    return begin_client(gateway, fd, fd);
}

static struct error *open_listener(struct gateway *gateway, const char *address)
{
    struct error *err = listener_open(address, &gateway->listener);

    if (!err)
        err = loop_watch(gateway->session->loop, gateway->listener.fd, on_connection, gateway);
    if (!err)
        fprintf(stderr, "bootscope gateway: listening on %s\n", gateway->listener.address);
    return err;
}

/*
 * The packets own standard output: whatever else would print there goes to stderr from here on.
 */
static struct error *open_stdio(struct gateway *gateway)
{
    int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO);

    gateway->stdio = true;
    if (in < 0 || out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return error_errno(errno, "standard input and output");
    return begin_client(gateway, in, out);
}

static struct error *serve(struct gateway *gateway)
{
    struct error *err = NULL;

    while (!err && !gateway->ending) {
        const char *body;
        size_t length;
        bool timed_out;

        if (client_connected(&gateway->client) && client_next(&gateway->client, &body, &length)) {
            gateway_packet(gateway, body, length);
        } else if (client_connected(&gateway->client) && gateway->client.gone) {
            end_client(gateway);
        } else {
            err = loop_once(gateway->session->loop, LOOP_NEVER, &timed_out);
        }
    }
    return err;
}

static struct error *open_all(struct gateway *gateway, const struct gateway_options *options)
{
    struct error *err = watch_signals(gateway);

    if (!err)
        err = exec_file_make(&gateway->exec_fd);
    if (!err)
        err = options->listen ? open_listener(gateway, options->listen) : open_stdio(gateway);
    if (!err && gateway->session->qemu)
        qemu_on_console(gateway->session->qemu, on_console, gateway);
    return err;
}

static void close_all(struct gateway *gateway)
{
    if (gateway->session->qemu)
        qemu_on_console(gateway->session->qemu, NULL, NULL);
    client_close(&gateway->client);
    close_turned_away(gateway);
    if (gateway->listener.fd >= 0)
        loop_unwatch(gateway->session->loop, gateway->listener.fd);
    listener_close(&gateway->listener);
    if (gateway->signals >= 0) {
        loop_unwatch(gateway->session->loop, gateway->signals);
        close(gateway->signals);
    }
    if (gateway->exec_fd >= 0)
        close(gateway->exec_fd);
    libraries_end(&gateway->names);
    free(gateway->library_text);
    free(gateway->document);
    free(gateway);
}

struct error *gateway_serve(struct debugger *debugger, const struct gateway_options *options)
{
    struct gateway *gateway = calloc(1, sizeof(*gateway));

    if (!gateway)
        return error_errno(ENOMEM, "gateway");
    gateway->debugger = debugger;
    gateway->session = debugger_session(debugger);
    gateway->client.in = gateway->client.out = -1;
    gateway->listener.fd = gateway->signals = gateway->exec_fd = -1;
    gateway->arrival = *debugger_arrival(debugger);
    struct error *err = open_all(gateway, options);
    if (!err)
        err = serve(gateway);
    close_all(gateway);
    return err;
}
