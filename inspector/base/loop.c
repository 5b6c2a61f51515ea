/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define LOOP_MAX 16

struct watch {
    int fd;
    uint64_t serial; /* tells a watch from a later one that got the same slot */
    bool want_write;
    loop_handler handler;
    void *context;
};

struct loop {
    struct watch watches[LOOP_MAX];
    nfds_t count;
    uint64_t next_serial;
};

struct error *loop_new(struct loop **ret)
{
    struct loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return error_errno(ENOMEM, "poll loop");
    *ret = loop;
    return NULL;
}

void loop_free(struct loop *loop)
{
    free(loop);
}

static struct watch *find_fd(struct loop *loop, int fd)
{
    for (nfds_t i = 0; i < loop->count; i++) {
        if (loop->watches[i].fd == fd)
            return &loop->watches[i];
    }
    return NULL;
}

static struct watch *find_serial(struct loop *loop, uint64_t serial)
{
    for (nfds_t i = 0; i < loop->count; i++) {
        if (loop->watches[i].serial == serial)
            return &loop->watches[i];
    }
    return NULL;
}

struct error *loop_watch(struct loop *loop, int fd, loop_handler handler, void *context)
{
    if (find_fd(loop, fd))
        return error_new(ERROR_SYSTEM, "descriptor %d is watched already", fd);
    if (loop->count == LOOP_MAX)
        return error_new(ERROR_SYSTEM, "more than %d descriptors to watch", LOOP_MAX);
    loop->watches[loop->count++] = (struct watch){
        .fd = fd, .serial = loop->next_serial++, .handler = handler, .context = context};
    return NULL;
}

void loop_want_write(struct loop *loop, int fd, bool want)
{
    struct watch *watch = find_fd(loop, fd);

    if (watch)
        watch->want_write = want;
}

void loop_unwatch(struct loop *loop, int fd)
{
    struct watch *watch = find_fd(loop, fd);

    if (watch)
        *watch = loop->watches[--loop->count];
}

static int timeout_until(int64_t deadline)
{
    if (deadline == LOOP_NEVER)
        return -1;

    int64_t now = loop_now();
    if (deadline <= now)
        return 0;
    return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

/* A handler may unwatch any descriptor, so a watch is looked up again before each call. */
static struct error *dispatch(struct loop *loop, const struct pollfd *fds, const uint64_t *serials,
                              nfds_t count)
{
    for (nfds_t i = 0; i < count; i++) {
        struct watch *watch = find_serial(loop, serials[i]);

        if (!watch || !(fds[i].revents & ~POLLOUT))
            continue;
        if (fds[i].revents & POLLNVAL)
            return error_new(ERROR_SYSTEM, "poll: descriptor %d is not open", fds[i].fd);
        struct error *err = watch->handler(watch->context);
        if (err)
            return err;
    }
    return NULL;
}

struct error *loop_once(struct loop *loop, int64_t deadline, bool *ret_timed_out)
{
    struct pollfd fds[LOOP_MAX];
    uint64_t serials[LOOP_MAX];
    nfds_t count = loop->count;

    *ret_timed_out = false;
    if (count == 0 && deadline == LOOP_NEVER)
        return error_new(ERROR_SYSTEM, "poll: nothing to wait for");
    for (nfds_t i = 0; i < count; i++) {
        const struct watch *watch = &loop->watches[i];
        short events = watch->want_write ? POLLIN | POLLOUT : POLLIN;

        fds[i] = (struct pollfd){.fd = watch->fd, .events = events};
        serials[i] = watch->serial;
    }
    int ready = poll(fds, count, timeout_until(deadline));
    if (ready < 0)
        return errno == EINTR ? NULL : error_errno(errno, "poll");
    *ret_timed_out = ready == 0;
    return dispatch(loop, fds, serials, count);
}

int64_t loop_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t loop_in(int64_t milliseconds)
{
    int64_t deadline;

    return __builtin_add_overflow(loop_now(), milliseconds, &deadline) ? LOOP_NEVER : deadline;
}
