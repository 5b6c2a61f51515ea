/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX   "unix:"
#define BACKLOG       4
#define LOOPBACK_NET  127 /* 127.0.0.0/8 */
#define HOST_TEXT_MAX 64
#define PORT_MAX      65535

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

static struct error *begin_listening(int fd, const union address *address, socklen_t length,
                                     const char *text)
{
    if (fd < 0)
        return error_errno(errno, "%s", text);
    if (bind(fd, &address->any, length) < 0)
        return error_errno(errno, "cannot listen on %s", text);
    if (listen(fd, BACKLOG) < 0)
        return error_errno(errno, "cannot listen on %s", text);
    return NULL;
}

/*
 * A gateway that was killed leaves its socket behind. One that refuses connections has nobody behind
 * it, and goes; whatever else is there stays.
 */
static struct error *clear_path(const char *text, const struct sockaddr_un *address)
{
    struct stat what;

    if (lstat(address->sun_path, &what) < 0)
        return errno == ENOENT ? NULL : error_errno(errno, "--listen %s", text);
    if (!S_ISSOCK(what.st_mode))
        return error_new(ERROR_INPUT, "--listen %s: %s exists already, and is no socket", text,
                         address->sun_path);
    /* Not blocking: a listener whose backlog is full is one all the same. */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_errno(errno, "--listen %s", text);
    bool stale = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
                 errno == ECONNREFUSED;
    close(fd);
    if (!stale)
        return error_new(ERROR_INPUT, "--listen %s: somebody listens there already", text);
    if (unlink(address->sun_path) < 0)
        return error_errno(errno, "--listen %s: a socket where nobody listens", text);
    return NULL;
}

static struct error *listen_unix(const char *text, struct listener *listener)
{
    const char *path = text + strlen(UNIX_PREFIX);
    union address address = {.un = {.sun_family = AF_UNIX}};

    if (!*path || strlen(path) >= sizeof(address.un.sun_path))
        return error_new(ERROR_INPUT, "--listen %s: the path must have 1 to %zu bytes", text,
                         sizeof(address.un.sun_path) - 1);
    memcpy(address.un.sun_path, path, strlen(path) + 1);
    struct error *err = clear_path(text, &address.un);
    if (err)
        return err;
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Nobody else's: the guest is at the mercy of whoever connects. */
    mode_t mask = umask(S_IRWXG | S_IRWXO);
    err = begin_listening(listener->fd, &address, sizeof(address.un), text);
    umask(mask);
    if (!err) {
        memcpy(listener->path, path, strlen(path) + 1);
        snprintf(listener->address, sizeof(listener->address), "%s", text);
    }
    return err;
}

/* "HOST:PORT", with brackets round an IPv6 address. */
static bool split(const char *text, char *host, size_t size, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;

    if (!colon || !*text)
        return false;
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length == 0 || length >= size || colon[1] < '0' || colon[1] > '9')
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    *ret_port = (uint16_t)port;
    return *end == '\0' && port <= PORT_MAX;
}

/* No name is looked up: "localhost" is what it is everywhere. */
static bool loopback(const char *host, uint16_t port, union address *ret, socklen_t *ret_length)
{
    *ret = (union address){0};
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &ret->in.sin_addr) == 1) {
        ret->in.sin_family = AF_INET;
        ret->in.sin_port = htons(port);
        *ret_length = sizeof(ret->in);
        return ntohl(ret->in.sin_addr.s_addr) >> 24 == LOOPBACK_NET;
    }
    if (inet_pton(AF_INET6, host, &ret->in6.sin6_addr) != 1)
        return false;
    ret->in6.sin6_family = AF_INET6;
    ret->in6.sin6_port = htons(port);
    *ret_length = sizeof(ret->in6);
    return IN6_IS_ADDR_LOOPBACK(&ret->in6.sin6_addr);
}

static struct error *listen_tcp(const char *text, struct listener *listener)
{
    char host[HOST_TEXT_MAX];
    union address address;
    socklen_t length;
    uint16_t port;
    int on = 1;

    if (!split(text, host, sizeof(host), &port))
        return error_new(ERROR_INPUT, "--listen %s: write unix:PATH or HOST:PORT", text);
    if (!loopback(host, port, &address, &length))
        return error_new(ERROR_INPUT,
                         "--listen %s: only the loopback is listened on: 127.0.0.1, [::1] or "
                         "localhost",
                         text);
    listener->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener->fd >= 0)
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    struct error *err = begin_listening(listener->fd, &address, length, text);
    if (!err && getsockname(listener->fd, &address.any, &length) < 0)
        err = error_errno(errno, "%s", text);
    if (!err)
        snprintf(
            listener->address, sizeof(listener->address), strchr(host, ':') ? "[%s]:%u" : "%s:%u",
            host,
            ntohs(address.any.sa_family == AF_INET ? address.in.sin_port : address.in6.sin6_port));
    return err;
}

struct error *listener_open(const char *address, struct listener *ret)
{
    *ret = (struct listener){.fd = -1};
    struct error *err = strncmp(address, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0
                            ? listen_unix(address, ret)
                            : listen_tcp(address, ret);
    if (err)
        listener_close(ret);
    return err;
}

struct error *listener_accept(struct listener *listener, int *ret)
{
    int on = 1;

    *ret = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    if (*ret < 0 && (errno == EMFILE || errno == ENFILE || errno == EBADF || errno == EINVAL))
        return error_errno(errno, "accepting a debugger on %s", listener->address);
    if (*ret >= 0 && !*listener->path)
        setsockopt(*ret, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return NULL;
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    if (*listener->path)
        unlink(listener->path);
    *listener = (struct listener){.fd = -1};
}
