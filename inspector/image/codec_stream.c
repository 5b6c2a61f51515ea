/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gzip and bzip2: the codecs whose libraries keep a small window of their own. */
#include "codecs.h"

#include <bzlib.h>
#include <string.h>
#include <zlib.h>

/* What one call may take and make: both libraries count in unsigned int. */
#define IN_STEP ((size_t)1 << 30)

static size_t at_most(size_t value, size_t limit)
{
    return value < limit ? value : limit;
}

static enum step step_gzip(void *state, struct unpacking *unpacking)
{
    z_stream *zlib = state;
    uInt in = (uInt)at_most(unpacking->in_left, IN_STEP);
    uInt out = (uInt)at_most(unpacking->out_left, UNPACK_STEP);

    /* zlib's interface is older than const; it does not write there. */
    zlib->next_in = (Bytef *)(uintptr_t)unpacking->in;
    zlib->avail_in = in;
    zlib->next_out = unpacking->out;
    zlib->avail_out = out;
    int result = inflate(zlib, Z_NO_FLUSH);
    unpacking_advance(unpacking, in - zlib->avail_in, out - zlib->avail_out);
    switch (result) {
    case Z_OK:
        return STEP_MORE;
    case Z_STREAM_END:
        return STEP_END;
    case Z_BUF_ERROR:
        return STEP_STUCK;
    default:
        return STEP_CORRUPT;
    }
}

struct error *unpack_gzip(struct unpacking *unpacking)
{
    z_stream zlib = {0};

    /* 16 is zlib's way to ask for a gzip header and the check of its CRC. */
    if (inflateInit2(&zlib, 16 + MAX_WBITS) != Z_OK)
        return error_new(ERROR_SYSTEM, "zlib: cannot start");
    struct error *err = unpack_stream(unpacking, step_gzip, &zlib);
    if (err && zlib.msg) {
        error_free(err);
        err = error_corrupt(unpacking, zlib.msg);
    }
    inflateEnd(&zlib);
    return err;
}

static enum step step_bzip2(void *state, struct unpacking *unpacking)
{
    bz_stream *bzip2 = state;
    unsigned int in = (unsigned int)at_most(unpacking->in_left, IN_STEP);
    unsigned int out = (unsigned int)at_most(unpacking->out_left, UNPACK_STEP);

    bzip2->next_in = (char *)(uintptr_t)unpacking->in;
    bzip2->avail_in = in;
    bzip2->next_out = (char *)unpacking->out;
    bzip2->avail_out = out;
    int result = BZ2_bzDecompress(bzip2);
    unsigned int consumed = in - bzip2->avail_in, produced = out - bzip2->avail_out;
    unpacking_advance(unpacking, consumed, produced);
    if (result == BZ_STREAM_END)
        return STEP_END;
    if (result != BZ_OK)
        return STEP_CORRUPT;
    return consumed || produced ? STEP_MORE : STEP_STUCK;
}

struct error *unpack_bzip2(struct unpacking *unpacking)
{
    bz_stream bzip2 = {0};

    if (BZ2_bzDecompressInit(&bzip2, 0, 0) != BZ_OK)
        return error_new(ERROR_SYSTEM, "bzip2: cannot start");
    struct error *err = unpack_stream(unpacking, step_bzip2, &bzip2);
    BZ2_bzDecompressEnd(&bzip2);
    return err;
}
