/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "mkimage.h"

#define WINDOW_BITS 15
#define GZIP_FORMAT 16 /* added to the window bits: gzip header and trailer, not zlib's */
#define SLICE       (256 * 1024)
#define BAR_WIDTH   40
#define BAR_DELAY   1.0 /* seconds before the bar appears */

struct progress {
    struct timespec start;
    bool shown, terminal;
    unsigned int percent;
};

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void show_progress(struct progress *progress, size_t done, size_t total)
{
    unsigned int percent = (unsigned int)(done * 100 / total);
    if (!progress->terminal || (progress->shown && percent == progress->percent) ||
        seconds_since(&progress->start) < BAR_DELAY)
        return;
    int filled = (int)(percent * BAR_WIDTH / 100);
    fprintf(stderr, "\rcompressing [%.*s%*s] %3u%%", filled,
            "########################################", BAR_WIDTH - filled, "", percent);
    progress->shown = true;
    progress->percent = percent;
}

/* Wipes the bar, so that what is printed next stands alone on its line. */
static void end_progress(const struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}

/* Feeds the payload slice by slice; room for the output was made before. */
static bool run_deflate(z_stream *stream, const struct bytes *payload, struct progress *progress)
{
    for (size_t done = 0;;) {
        size_t left = payload->size - done, slice = left < SLICE ? left : SLICE;
        stream->next_in = payload->data + done;
        stream->avail_in = (uInt)slice;
        done += slice;
        int status = deflate(stream, done == payload->size ? Z_FINISH : Z_NO_FLUSH);
        show_progress(progress, done, payload->size);
        if (status == Z_STREAM_END)
            return true;
        if (status != Z_OK || stream->avail_in)
            return false;
    }
}

bool compress_payload(const struct bytes *payload, int level, struct bytes *ret,
                      struct failure *why)
{
    z_stream stream = {0};
    struct progress progress = {.terminal = isatty(STDERR_FILENO)};
    clock_gettime(CLOCK_MONOTONIC, &progress.start);
    if (deflateInit2(&stream, level, Z_DEFLATED, WINDOW_BITS + GZIP_FORMAT, MAX_MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return fail(why, "gzip: %s", stream.msg ? stream.msg : "out of memory");

    struct bytes out = {0};
    uLong bound = deflateBound(&stream, payload->size);
    bool ok = bound <= FILE_SIZE_MAX && bytes_grow(&out, bound);
    if (ok) {
        stream.next_out = out.data;
        stream.avail_out = (uInt)bound;
        ok = run_deflate(&stream, payload, &progress);
        out.size = stream.total_out;
    }
    end_progress(&progress);
    deflateEnd(&stream);
    if (!ok) {
        bytes_free(&out);
        return fail(why, "gzip: could not compress %zu bytes", payload->size);
    }
    *ret = out;
    return true;
}
