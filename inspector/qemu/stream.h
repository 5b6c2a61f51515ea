/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One channel that QEMU writes to and we read: bytes go to a sink as they come. */
#ifndef BOOTSCOPE_QEMU_STREAM_H
#define BOOTSCOPE_QEMU_STREAM_H

#include <stddef.h>

#include "error.h"
#include "loop.h"

typedef void (*stream_sink)(void *context, const char *bytes, size_t length);

struct stream {
    int fd; /* -1: not open, or the other side is gone */
    struct loop *loop;
    stream_sink sink;
    void *context;
};

/* Takes fd over, which must not block. The stream must stay where it is until it is closed. */
struct error *stream_open(struct stream *stream, int fd, struct loop *loop, stream_sink sink,
                          void *context);
/* Reads all there is without waiting. */
struct error *stream_drain(struct stream *stream);
/* Does nothing when it is not open. */
void stream_close(struct stream *stream);

#endif
