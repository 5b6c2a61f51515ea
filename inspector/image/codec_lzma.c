/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * xz and lzma. A kernel is packed with a dictionary of 32 to 128 MiB, and liblzma keeps one beside
 * the output: large allocations go to scratch files, so that they are not the inspector's own.
 */
#include "codecs.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "text.h"

/* From here on an allocation goes to a file. */
#define LARGE ((size_t)1 << 20)

/* Linux packs with up to 128 MiB; liblzma adds its own few. */
#define DECODER_MEMORY_MAX ((uint64_t)272 << 20)

/* liblzma has one dictionary at a time, and no other large block. */
#define BLOCKS_MAX 4

struct allocator {
    struct scratch *blocks[BLOCKS_MAX];
    struct error *failure; /* why an allocation failed: better than "no memory" */
};

static void *allocate(void *opaque, size_t count, size_t size)
{
    struct allocator *allocator = opaque;

    if (size && count > SIZE_MAX / size)
        return NULL;
    size *= count;
    if (size < LARGE)
        return malloc(size);
    for (unsigned int i = 0; i < BLOCKS_MAX; i++) {
        if (allocator->blocks[i])
            continue;
        struct error *err = scratch_new(size, &allocator->blocks[i]);
        if (!err)
            return allocator->blocks[i]->bytes;
        error_free(allocator->failure);
        allocator->failure = err;
        return NULL;
    }
    return NULL;
}

static void release(void *opaque, void *memory)
{
    struct allocator *allocator = opaque;

    for (unsigned int i = 0; i < BLOCKS_MAX; i++) {
        if (!allocator->blocks[i] || allocator->blocks[i]->bytes != memory)
            continue;
        scratch_free(allocator->blocks[i]);
        allocator->blocks[i] = NULL;
        return;
    }
    free(memory);
}

/* The dictionary is a ring: what was written last is read again first, the rest may stay away. */
static void trim_blocks(const struct allocator *allocator)
{
    for (unsigned int i = 0; i < BLOCKS_MAX; i++)
        if (allocator->blocks[i])
            scratch_trim(allocator->blocks[i]);
}

struct decoder {
    lzma_stream stream;
    lzma_ret result;
};

static enum step step_lzma(void *state, struct unpacking *unpacking)
{
    struct decoder *decoder = state;
    size_t in = unpacking->in_left;
    size_t out = unpacking->out_left < UNPACK_STEP ? unpacking->out_left : UNPACK_STEP;

    decoder->stream.next_in = unpacking->in;
    decoder->stream.avail_in = in;
    decoder->stream.next_out = unpacking->out;
    decoder->stream.avail_out = out;
    decoder->result = lzma_code(&decoder->stream, LZMA_FINISH);
    unpacking_advance(unpacking, in - decoder->stream.avail_in, out - decoder->stream.avail_out);
    trim_blocks(decoder->stream.allocator->opaque);
    switch (decoder->result) {
    case LZMA_OK:
        return STEP_MORE;
    case LZMA_STREAM_END:
        return STEP_END;
    case LZMA_BUF_ERROR:
        return STEP_STUCK;
    default:
        return STEP_CORRUPT;
    }
}

static const char *why(lzma_ret result)
{
    switch (result) {
    case LZMA_FORMAT_ERROR:
        return "bad header";
    case LZMA_OPTIONS_ERROR:
        return "unsupported options";
    case LZMA_DATA_ERROR:
        return "corrupt data";
    case LZMA_MEM_ERROR:
        return "no memory for its dictionary";
    default:
        return "liblzma gives up";
    }
}

/* Replaces the loop's general error by what liblzma or the allocator knows. */
static struct error *explain(struct error *err, const struct unpacking *unpacking,
                             struct decoder *decoder, struct allocator *allocator)
{
    switch (decoder->result) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR:
        return err;
    default:
        break;
    }
    if (!err)
        return NULL;
    error_free(err);
    if (decoder->result == LZMA_MEM_ERROR && allocator->failure) {
        err = allocator->failure;
        allocator->failure = NULL;
        return err;
    }
    if (decoder->result == LZMA_MEMLIMIT_ERROR)
        return error_new(ERROR_INPUT, "needs a dictionary of about %s, which no kernel has",
                         text_size(lzma_memusage(&decoder->stream)));
    return error_corrupt(unpacking, why(decoder->result));
}

static struct error *unpack_either(struct unpacking *unpacking, bool xz)
{
    struct allocator blocks = {0};
    lzma_allocator allocator = {allocate, release, &blocks};
    struct decoder decoder = {.stream = LZMA_STREAM_INIT};

    decoder.stream.allocator = &allocator;
    lzma_ret started = xz ? lzma_stream_decoder(&decoder.stream, DECODER_MEMORY_MAX, 0)
                          : lzma_alone_decoder(&decoder.stream, DECODER_MEMORY_MAX);
    if (started != LZMA_OK)
        return error_new(ERROR_SYSTEM, "liblzma: cannot start");
    struct error *err = unpack_stream(unpacking, step_lzma, &decoder);
    err = explain(err, unpacking, &decoder, &blocks);
    lzma_end(&decoder.stream);
    error_free(blocks.failure);
    return err;
}

struct error *unpack_xz(struct unpacking *unpacking)
{
    return unpack_either(unpacking, true);
}

struct error *unpack_lzma(struct unpacking *unpacking)
{
    return unpack_either(unpacking, false);
}
