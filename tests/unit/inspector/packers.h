/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's seven payload formats, written by the libraries that also read them. */
#ifndef BOOTSCOPE_TESTS_PACKERS_H
#define BOOTSCOPE_TESTS_PACKERS_H

#include <assert.h>
#include <bzlib.h>
#include <lz4hc.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "image.h"

/* Bytes that a test made; blob_free() them. */
struct blob {
    uint8_t *data;
    size_t size;
};

static inline struct blob blob_new(size_t size)
{
    struct blob blob = {calloc(1, size + 1), size};

    assert(blob.data);
    return blob;
}

static inline void blob_free(struct blob *blob)
{
    free(blob->data);
    *blob = (struct blob){0};
}

static inline void put(struct blob *blob, size_t at, uint64_t value, size_t width)
{
    assert(at + width <= blob->size);
    for (size_t i = 0; i < width; i++)
        blob->data[at + i] = (uint8_t)(value >> (8 * i));
}

static inline void put_be(struct blob *blob, size_t at, uint32_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        put(blob, at + i, (value >> (8 * (width - 1 - i))) & 0xff, 1);
}

/* Half of it compresses well, half hardly: no codec can take one shortcut for all of it. */
static inline struct blob sample(size_t size)
{
    struct blob blob = blob_new(size);
    uint32_t state = 12345;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        blob.data[i] = i & 0x1000 ? (uint8_t)(state >> 24) : (uint8_t)(i >> 4);
    }
    return blob;
}

static inline struct blob pack_gzip(const struct blob *in)
{
    z_stream zlib = {0};
    struct blob out;

    assert(deflateInit2(&zlib, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    out = blob_new(deflateBound(&zlib, in->size));
    zlib.next_in = in->data;
    zlib.avail_in = (uInt)in->size;
    zlib.next_out = out.data;
    zlib.avail_out = (uInt)out.size;
    assert(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
    out.size = zlib.total_out;
    deflateEnd(&zlib);
    return out;
}

static inline struct blob pack_bzip2(const struct blob *in)
{
    unsigned int size = (unsigned int)(in->size + in->size / 50 + 600);
    struct blob out = blob_new(size);

    assert(BZ2_bzBuffToBuffCompress((char *)out.data, &size, (char *)in->data,
                                    (unsigned int)in->size, 1, 0, 0) == BZ_OK);
    out.size = size;
    return out;
}

static inline struct blob run_lzma(lzma_stream *stream, const struct blob *in)
{
    struct blob out = blob_new(in->size + in->size / 4 + 65536);

    stream->next_in = in->data;
    stream->avail_in = in->size;
    stream->next_out = out.data;
    stream->avail_out = out.size;
    assert(lzma_code(stream, LZMA_FINISH) == LZMA_STREAM_END);
    out.size = stream->total_out;
    lzma_end(stream);
    return out;
}

/* As the kernel's build does: the x86 filter, and a CRC32. */
static inline struct blob pack_xz(const struct blob *in)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_options_lzma options;

    lzma_lzma_preset(&options, 0);
    lzma_filter filters[] = {
        {LZMA_FILTER_X86, NULL}, {LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    assert(lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32) == LZMA_OK);
    return run_lzma(&stream, in);
}

static inline struct blob pack_lzma(const struct blob *in)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_options_lzma options;

    lzma_lzma_preset(&options, 0);
    assert(lzma_alone_encoder(&stream, &options) == LZMA_OK);
    return run_lzma(&stream, in);
}

/* Says a larger dictionary than was used: what a decoder must then allocate is the same. */
static inline void set_lzma_dictionary(struct blob *packed, uint32_t size)
{
    put(packed, 1, size, 4);
}

/* The same for xz, whose size is a code (bits: 2 or 3 times a power of two), under a CRC. */
static inline void set_xz_dictionary(struct blob *packed, uint8_t code)
{
    enum { BLOCK = 12, LZMA2_ID = 0x21 };
    size_t size = (size_t)(packed->data[BLOCK] + 1) * 4;

    for (size_t i = BLOCK + 2; i + 2 < BLOCK + size - 4; i++) {
        if (packed->data[i] != LZMA2_ID || packed->data[i + 1] != 1)
            continue;
        packed->data[i + 2] = code;
        put(packed, BLOCK + size - 4, lzma_crc32(packed->data + BLOCK, size - 4, 0), 4);
        return;
    }
    assert(!"no LZMA2 filter in the block header");
}

static inline struct blob pack_zstd(const struct blob *in)
{
    struct blob out = blob_new(ZSTD_compressBound(in->size));
    ZSTD_CCtx *context = ZSTD_createCCtx();

    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0); /* it comes from a pipe */
    size_t size = ZSTD_compress2(context, out.data, out.size, in->data, in->size);
    assert(!ZSTD_isError(size));
    out.size = size;
    ZSTD_freeCCtx(context);
    return out;
}

static inline struct blob pack_lz4(const struct blob *in)
{
    const size_t block = 8 << 20;
    struct blob out = blob_new((size_t)LZ4_compressBound((int)in->size) + 64);
    size_t used = 4;

    put(&out, 0, 0x184c2102, 4);
    for (size_t at = 0; at < in->size; at += block) {
        size_t length = in->size - at < block ? in->size - at : block;
        int made = LZ4_compress_default((char *)in->data + at, (char *)out.data + used + 4,
                                        (int)length, (int)(out.size - used - 4));
        assert(made > 0);
        put(&out, used, (uint32_t)made, 4);
        used += 4 + (size_t)made;
    }
    out.size = used;
    return out;
}

/* One lzop block at used; returns where the next one goes. */
static inline size_t lzo_block(struct blob *out, size_t used, const uint8_t *bytes, uint32_t length)
{
    void *work = malloc(LZO1X_1_MEM_COMPRESS);
    lzo_uint made = 0;

    assert(lzo1x_1_compress(bytes, length, out->data + used + 12, &made, work) == LZO_E_OK);
    free(work);
    if (made >= length) {
        memcpy(out->data + used + 12, bytes, length);
        made = length;
    }
    put_be(out, used, length, 4);
    put_be(out, used + 4, (uint32_t)made, 4);
    put_be(out, used + 8, (uint32_t)adler32(1, bytes, length), 4);
    return used + 12 + made;
}

#define LZOP_FLAGS_AT 17

static inline struct blob pack_lzo(const struct blob *in)
{
    static const uint8_t magic[] = {0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};
    const size_t block = 256 << 10;
    struct blob out = blob_new(in->size + in->size / 16 + (in->size / block + 2) * 128);
    size_t used = 38;

    assert(lzo_init() == LZO_E_OK);
    memcpy(out.data, magic, sizeof(magic));
    put_be(&out, 9, 0x1030, 2);  /* lzop's version, then the library's and the one needed */
    put_be(&out, 15, 0x0301, 2); /* method and level */
    put_be(&out, LZOP_FLAGS_AT, 0x0001, 4); /* Adler-32 of what is unpacked */
    /* mode, mtime, its high word, an empty name, and the header's check: 12 + 1 + 4 bytes */
    for (size_t at = 0; at < in->size; at += block) {
        size_t length = in->size - at < block ? in->size - at : block;
        used = lzo_block(&out, used, in->data + at, (uint32_t)length);
    }
    out.size = used + 4; /* a zero length ends it */
    put(&out, used, 0, 4);
    return out;
}

static inline struct blob pack(enum codec codec, const struct blob *in)
{
    switch (codec) {
    case CODEC_GZIP:
        return pack_gzip(in);
    case CODEC_BZIP2:
        return pack_bzip2(in);
    case CODEC_LZMA:
        return pack_lzma(in);
    case CODEC_XZ:
        return pack_xz(in);
    case CODEC_LZO:
        return pack_lzo(in);
    case CODEC_LZ4:
        return pack_lz4(in);
    case CODEC_ZSTD:
        return pack_zstd(in);
    case CODEC_NONE:
        break;
    }
    assert(!"no codec");
    return (struct blob){0};
}

/* As it stands in an image: all but gzip are followed by the unpacked length. */
static inline struct blob pack_payload(enum codec codec, const struct blob *in)
{
    struct blob packed = pack(codec, in);

    if (codec == CODEC_GZIP)
        return packed;
    struct blob payload = blob_new(packed.size + 4);
    memcpy(payload.data, packed.data, packed.size);
    put(&payload, packed.size, in->size, 4);
    blob_free(&packed);
    return payload;
}

#endif
