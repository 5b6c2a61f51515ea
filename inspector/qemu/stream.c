/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define PIECE_SIZE 0x4000

/* One read; *ret_more while there may be more. */
static struct error *read_piece(struct stream *stream, bool *ret_more)
{
    char bytes[PIECE_SIZE];
    ssize_t got = read(stream->fd, bytes, sizeof(bytes));

    *ret_more = got > 0 || (got < 0 && errno == EINTR);
    if (got > 0)
        stream->sink(stream->context, bytes, (size_t)got);
    else if (got == 0 || errno == ECONNRESET)
        stream_close(stream);
    else if (errno != EAGAIN && errno != EINTR)
        return error_errno(errno, "qemu channel: read");
    return NULL;
}

static struct error *readable(void *context)
{
    bool more;

    return read_piece(context, &more);
}

struct error *stream_open(struct stream *stream, int fd, struct loop *loop, stream_sink sink,
                          void *context)
{
    *stream = (struct stream){fd, loop, sink, context};
    struct error *err = loop_watch(loop, fd, readable, stream);
    if (err) {
        close(fd);
        stream->fd = -1;
    }
    return err;
}

struct error *stream_drain(struct stream *stream)
{
    struct error *err = NULL;
    bool more = true;

    while (!err && more && stream->fd >= 0)
        err = read_piece(stream, &more);
    return err;
}

void stream_close(struct stream *stream)
{
    if (stream->fd < 0)
        return;
    loop_unwatch(stream->loop, stream->fd);
    close(stream->fd);
    stream->fd = -1;
}
