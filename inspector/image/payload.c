/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "payload.h"

#include <inttypes.h>
#include <string.h>

#include "codecs.h"
#include "text.h"

static const struct {
    const char *name;
    const char *magic;
    size_t magic_size;
    struct error *(*unpack)(struct unpacking *unpacking);
} codecs[] = {
    [CODEC_NONE] = {"none", NULL, 0, NULL},
    [CODEC_GZIP] = {"gzip", "\x1f\x8b", 2, unpack_gzip},
    [CODEC_BZIP2] = {"bzip2", "BZh", 3, unpack_bzip2},
    [CODEC_LZMA] = {"lzma", "\x5d\x00\x00", 3, unpack_lzma},
    [CODEC_XZ] = {"xz", "\xfd\x37zXZ\x00", 6, unpack_xz},
    [CODEC_LZO] = {"lzo", "\x89LZO\x00\r\n\x1a\n", 9, unpack_lzo},
    [CODEC_LZ4] = {"lz4", "\x02\x21\x4c\x18", 4, unpack_lz4},
    [CODEC_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, unpack_zstd},
};
#define CODEC_COUNT (sizeof(codecs) / sizeof(codecs[0]))

const char *codec_name(enum codec codec)
{
    return codecs[codec].name;
}

enum codec payload_codec(const uint8_t *bytes, size_t size)
{
    for (size_t codec = CODEC_NONE + 1; codec < CODEC_COUNT; codec++)
        if (size >= codecs[codec].magic_size &&
            memcmp(bytes, codecs[codec].magic, codecs[codec].magic_size) == 0)
            return (enum codec)codec;
    /* The kernel also takes gzip's older magic for gzip, and so it is named here. */
    if (size >= 2 && memcmp(bytes, "\x1f\x9e", 2) == 0)
        return CODEC_GZIP;
    return CODEC_NONE;
}

struct error *error_truncated(const struct unpacking *unpacking)
{
    return error_new(ERROR_INPUT, "compressed data ends early, after %zu unpacked bytes",
                     unpacking->out_size - unpacking->out_left);
}

struct error *error_too_long(const struct unpacking *unpacking)
{
    return error_new(ERROR_INPUT, "unpacks to more than the %zu bytes that its length word says",
                     unpacking->out_size);
}

struct error *error_corrupt(const struct unpacking *unpacking, const char *why)
{
    return error_new(ERROR_INPUT, "does not decompress: %s, after %zu unpacked bytes", why,
                     unpacking->out_size - unpacking->out_left);
}

void unpacking_advance(struct unpacking *unpacking, size_t consumed, size_t produced)
{
    unpacking->in += consumed;
    unpacking->in_left -= consumed;
    unpacking->out += produced;
    unpacking->out_left -= produced;
    unpacking->untrimmed += produced;
    if (unpacking->untrimmed >= UNPACK_STEP) {
        scratch_trim(unpacking->room);
        unpacking->untrimmed = 0;
    }
    if (unpacking->progress)
        unpacking->progress(unpacking->context, unpacking->out_size - unpacking->out_left,
                            unpacking->out_size);
}

/*
 * A full output buffer does not mean that the data ended: the codec may still have its trailer to
 * check, or more to say. It is let run on into one spare byte, and what lands there is too much.
 */
static enum step step_past_end(struct unpacking *unpacking, step_function step, void *state,
                               bool *ret_spilled)
{
    uint8_t spare;
    uint8_t *out = unpacking->out;

    unpacking->out = &spare;
    unpacking->out_left = 1;
    enum step result = step(state, unpacking);
    *ret_spilled = unpacking->out_left == 0;
    unpacking->out = out;
    unpacking->out_left = 0;
    return result;
}

struct error *unpack_stream(struct unpacking *unpacking, step_function step, void *state)
{
    bool spilled = false;
    enum step result;

    do {
        if (unpacking->out_left)
            result = step(state, unpacking);
        else
            result = step_past_end(unpacking, step, state, &spilled);
    } while (result == STEP_MORE && !spilled);

    if (spilled)
        return error_too_long(unpacking);
    if (result == STEP_STUCK)
        return error_truncated(unpacking);
    if (result == STEP_CORRUPT)
        return error_corrupt(unpacking, "corrupt data");
    return NULL;
}

static struct error *unpack_whole(enum codec codec, struct unpacking *unpacking)
{
    struct error *err = codecs[codec].unpack(unpacking);

    if (err)
        return err;
    /* The codec said that it is done; is it, by the kernel's own account? */
    if (unpacking->out_left)
        return error_new(ERROR_INPUT, "unpacks to %zu bytes, but its length word says %zu",
                         unpacking->out_size - unpacking->out_left, unpacking->out_size);
    if (unpacking->in_left)
        return error_new(ERROR_INPUT, "%zu bytes follow the end of the compressed data",
                         unpacking->in_left);
    return NULL;
}

struct error *payload_unpack(enum codec codec, const uint8_t *bytes, size_t size,
                             size_t unpacked_size, progress_handler progress, void *context,
                             struct scratch **ret)
{
    struct scratch *scratch;

    if (unpacked_size == 0 || unpacked_size > PAYLOAD_UNPACKED_MAX)
        return error_new(ERROR_INPUT, "length word %zu (%s) is not a kernel's size", unpacked_size,
                         text_size(unpacked_size));
    struct error *err = scratch_new(unpacked_size, &scratch);
    if (err)
        return err;
    struct unpacking unpacking = {
        .in = bytes,
        .in_left = size,
        .out = scratch->bytes,
        .out_left = unpacked_size,
        .out_size = unpacked_size,
        .progress = progress,
        .context = context,
        .room = scratch,
    };
    err = unpack_whole(codec, &unpacking);
    if (err) {
        scratch_free(scratch);
        return err;
    }
    scratch_trim(scratch);
    *ret = scratch;
    return NULL;
}

size_t payload_peek(enum codec codec, const uint8_t *bytes, size_t size, const struct scratch *room)
{
    struct unpacking unpacking = {
        .in = bytes,
        .in_left = size,
        .out = room->bytes,
        .out_left = room->size,
        .out_size = room->size,
        .room = room,
        .beginning = true,
    };

    error_free(codecs[codec].unpack(&unpacking));
    return room->size - unpacking.out_left;
}
