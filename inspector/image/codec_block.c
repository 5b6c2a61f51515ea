/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lz4, lzo and zstd: decoded block by block into the output itself, which serves as their window.
 */
#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_d_stableOutBuffer */
#include "codecs.h"

#include <lz4.h>
#include <lzo/lzo1x.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "bytes.h"

/* lz4's legacy frames: magic, then blocks of u32 length and data, each of 8 MiB but the last. */
#define LZ4_MAGIC 0x184c2102
#define LZ4_BLOCK ((size_t)8 << 20)

static struct error *lz4_block(struct unpacking *unpacking, size_t length)
{
    size_t room = unpacking->out_left < LZ4_BLOCK ? unpacking->out_left : LZ4_BLOCK;

    if (length == 0 || length > (size_t)LZ4_COMPRESSBOUND(LZ4_BLOCK))
        return error_corrupt(unpacking, "bad lz4 block length");
    if (length > unpacking->in_left)
        return error_truncated(unpacking);
    if (room == 0)
        return error_too_long(unpacking);
    int made = LZ4_decompress_safe((const char *)unpacking->in, (char *)unpacking->out, (int)length,
                                   (int)room);
    if (made < 0)
        return error_corrupt(unpacking, "corrupt lz4 block");
    unpacking_advance(unpacking, length, (size_t)made);
    return NULL;
}

/* The format has no end mark: the data ends where the payload does. */
struct error *unpack_lz4(struct unpacking *unpacking)
{
    while (unpacking->in_left) {
        if (unpacking->in_left < sizeof(uint32_t))
            return error_truncated(unpacking);
        uint32_t word = load_le32(unpacking->in);
        unpacking_advance(unpacking, sizeof(word), 0);
        if (word == LZ4_MAGIC)
            continue;
        struct error *err = lz4_block(unpacking, word);
        if (err)
            return err;
    }
    return NULL;
}

/* lzop's file header, as far as the kernel reads it; big endian. */
#define LZOP_MAGIC_SIZE    9
#define LZOP_VERSION_LEVEL 0x0940 /* from here on there are a level byte and a long mtime */
#define LZOP_F_ADLER32_D   0x001u
#define LZOP_F_ADLER32_C   0x002u
#define LZOP_F_CRC32_D     0x100u
#define LZOP_F_CRC32_C     0x200u
#define LZOP_F_FILTER      0x800u
#define LZOP_CHECKS        (LZOP_F_ADLER32_D | LZOP_F_ADLER32_C | LZOP_F_CRC32_D | LZOP_F_CRC32_C)
#define LZOP_BLOCK         ((size_t)256 << 10)
#define LZOP_BLOCK_HEADER  12 /* unpacked length, packed length, one check */

static bool skip(struct unpacking *unpacking, size_t count)
{
    if (count > unpacking->in_left)
        return false;
    unpacking->in += count;
    unpacking->in_left -= count;
    return true;
}

static bool take_be32(struct unpacking *unpacking, uint32_t *ret)
{
    if (unpacking->in_left < sizeof(*ret))
        return false;
    *ret = load_be32(unpacking->in);
    return skip(unpacking, sizeof(*ret));
}

/* Passes the header; false when it ends early. */
static bool lzop_header(struct unpacking *unpacking, uint32_t *ret_flags)
{
    if (!skip(unpacking, LZOP_MAGIC_SIZE) || unpacking->in_left < 2)
        return false;
    bool recent = load_be16(unpacking->in) >= LZOP_VERSION_LEVEL;
    /* three versions of two bytes, the method, and the level */
    if (!skip(unpacking, recent ? 8 : 7) || !take_be32(unpacking, ret_flags))
        return false;
    if ((*ret_flags & LZOP_F_FILTER) && !skip(unpacking, 4))
        return false;
    /* mode and mtime, the name with its length, and the header's check */
    if (!skip(unpacking, recent ? 12 : 8) || unpacking->in_left < 1)
        return false;
    return skip(unpacking, 1 + (size_t)unpacking->in[0] + 4);
}

static struct error *lzop_block(struct unpacking *unpacking, uint32_t made, uint32_t flags)
{
    uint32_t length, check;
    lzo_uint size = made;

    if (!take_be32(unpacking, &length) || !take_be32(unpacking, &check))
        return error_truncated(unpacking);
    if (made > LZOP_BLOCK || length == 0 || length > made)
        return error_corrupt(unpacking, "bad lzo block length");
    if (length > unpacking->in_left)
        return error_truncated(unpacking);
    if (made > unpacking->out_left)
        return error_too_long(unpacking);
    if (length == made) /* did not shrink: stored */
        memcpy(unpacking->out, unpacking->in, made);
    else if (lzo1x_decompress_safe(unpacking->in, length, unpacking->out, &size, NULL) !=
                 LZO_E_OK ||
             size != made)
        return error_corrupt(unpacking, "corrupt lzo block");
    uLong sum = flags & LZOP_F_CRC32_D ? crc32(0, unpacking->out, made)
                                       : adler32(1, unpacking->out, made);
    if (sum != check)
        return error_corrupt(unpacking, "lzo block checksum mismatch");
    unpacking_advance(unpacking, length, made);
    return NULL;
}

struct error *unpack_lzo(struct unpacking *unpacking)
{
    uint32_t flags, made;

    if (lzo_init() != LZO_E_OK)
        return error_new(ERROR_SYSTEM, "lzo2: cannot start");
    if (!lzop_header(unpacking, &flags))
        return error_truncated(unpacking);
    /* The kernel passes over one check per block without asking: any other count misleads it. */
    if ((flags & LZOP_CHECKS) != LZOP_F_ADLER32_D && (flags & LZOP_CHECKS) != LZOP_F_CRC32_D)
        return error_corrupt(unpacking, "lzop flags ask for other checks than the kernel reads");
    for (;;) {
        if (!take_be32(unpacking, &made))
            return error_truncated(unpacking);
        if (made == 0)
            return NULL;
        struct error *err = lzop_block(unpacking, made, flags);
        if (err)
            return err;
    }
}

/* Input per call of the library: a few blocks, so that memory can be given back between them. */
#define ZSTD_STEP ((size_t)32 << 10)

static struct error *zstd_error(const struct unpacking *unpacking, size_t code)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_dstSize_tooSmall:
        return error_too_long(unpacking);
    case ZSTD_error_memory_allocation:
        return error_new(ERROR_SYSTEM, "zstd: %s", ZSTD_getErrorName(code));
    default:
        return error_corrupt(unpacking, ZSTD_getErrorName(code));
    }
}

static struct error *zstd_frame(struct unpacking *unpacking, ZSTD_DCtx *decoder)
{
    ZSTD_outBuffer out = {unpacking->out, unpacking->out_left, 0};
    size_t wanted = 1;

    while (wanted && unpacking->in_left && (out.pos < out.size || !unpacking->beginning)) {
        size_t step = unpacking->in_left < ZSTD_STEP ? unpacking->in_left : ZSTD_STEP;
        ZSTD_inBuffer in = {unpacking->in, step, 0};
        size_t made = out.pos;

        wanted = ZSTD_decompressStream(decoder, &out, &in);
        if (ZSTD_isError(wanted))
            return zstd_error(unpacking, wanted);
        unpacking_advance(unpacking, in.pos, out.pos - made);
    }
    return wanted ? error_truncated(unpacking) : NULL;
}

/*
 * A streaming decoder would keep a window of up to 128 MiB beside the output. Told that the output
 * stays where it is, it looks back there instead, as far as any frame may; but then it wants room
 * for the whole frame.
 */
struct error *unpack_zstd(struct unpacking *unpacking)
{
    ZSTD_DCtx *decoder = ZSTD_createDCtx();
    int stable = !unpacking->beginning;

    if (!decoder || ZSTD_isError(ZSTD_DCtx_setParameter(decoder, ZSTD_d_stableOutBuffer, stable)) ||
        ZSTD_isError(ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, ZSTD_WINDOWLOG_MAX))) {
        ZSTD_freeDCtx(decoder);
        return error_new(ERROR_SYSTEM, "zstd: cannot start");
    }
    struct error *err = zstd_frame(unpacking, decoder);
    ZSTD_freeDCtx(decoder);
    return err;
}
