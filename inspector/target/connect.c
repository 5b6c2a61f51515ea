/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "target.h"

#define CONNECT_SECONDS 10
#define UNIX_PREFIX     "unix:"
#define HOST_MAX        256
#define PORT_MAX        65535

static struct error *connect_unix(const char *path, int *ret)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path))
        return error_new(ERROR_INPUT, "unix:%s: path is longer than %zu bytes", path,
                         sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_errno(errno, "unix:%s", path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        int number = errno;

        close(fd);
        return error_new(ERROR_INPUT, "unix:%s: %s", path, strerror(number));
    }
    *ret = fd;
    return NULL;
}

/* Requests are small and wait for their replies: held back to be sent together, each costs 40 ms. */
static void send_at_once(int fd)
{
    int on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Linux applies a send timeout to connect(), which then fails with EINPROGRESS. */
static void limit_connect(int fd)
{
    struct timeval limit = {.tv_sec = CONNECT_SECONDS};

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static int connect_first(const struct addrinfo *list, int *ret_errno)
{
    for (const struct addrinfo *at = list; at; at = at->ai_next) {
        int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);

        if (fd >= 0)
            limit_connect(fd);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
            send_at_once(fd);
            return fd;
        }
        *ret_errno = errno == EINPROGRESS ? ETIMEDOUT : errno;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

static struct error *connect_host(const char *address, const char *host, const char *port, int *ret)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int number = 0;

    int status = getaddrinfo(host, port, &hints, &list);
    if (status)
        return error_new(ERROR_INPUT, "%s: %s", address, gai_strerror(status));
    int fd = connect_first(list, &number);
    freeaddrinfo(list);
    if (fd < 0)
        return error_new(ERROR_INPUT, "%s: %s", address, strerror(number));
    *ret = fd;
    return NULL;
}

/* getaddrinfo() would cut a larger number to 16 bits, and connect there; names it looks up. */
static struct error *check_port(const char *address, const char *port)
{
    char *end;
    long long number = strtoll(port, &end, 10);

    if (*end != '\0' || (number >= 1 && number <= PORT_MAX))
        return NULL;
    return error_new(ERROR_INPUT, "%s: port %s is not in 1..%d", address, port, PORT_MAX);
}

/* HOST:PORT or [HOST]:PORT, where HOST of the latter may hold colons. */
static struct error *connect_tcp(const char *address, int *ret)
{
    const char *colon = strrchr(address, ':');
    const char *host = address;
    size_t length = colon ? (size_t)(colon - address) : 0;
    char name[HOST_MAX];

    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    }
    if (length == 0 || length >= sizeof(name) || colon[1] == '\0')
        return error_new(ERROR_INPUT, "%s: not unix:PATH or HOST:PORT", address);
    memcpy(name, host, length);
    name[length] = '\0';
    struct error *err = check_port(address, colon + 1);
    return err ? err : connect_host(address, name, colon + 1, ret);
}

struct error *target_dial(const char *address, int *ret_fd)
{
    size_t prefix = strlen(UNIX_PREFIX);

    if (strncmp(address, UNIX_PREFIX, prefix) == 0)
        return connect_unix(address + prefix, ret_fd);
    return connect_tcp(address, ret_fd);
}

struct error *target_connect(const char *address, struct loop *loop, struct target **ret)
{
    int fd;
    struct error *err = target_dial(address, &fd);

    return err ? err : error_context(target_open(fd, loop, ret), "%s", address);
}
