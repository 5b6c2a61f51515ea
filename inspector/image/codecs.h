/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the payload: one decoder per codec, all of one form. */
#ifndef BOOTSCOPE_IMAGE_CODECS_H
#define BOOTSCOPE_IMAGE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "scratch.h"

/* Where a decoder stands. A decoder moves in and out forward, and the counts with them. */
struct unpacking {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
    size_t out_size; /* out_left at the start */
    progress_handler progress;
    void *context;
    const struct scratch *room; /* what out points into */
    size_t untrimmed;           /* bytes made since its memory was given back */
    bool beginning;             /* out need not hold everything */
};

/* At most this much comes out between two calls of the progress handler. */
#define UNPACK_STEP ((size_t)1 << 20)

/*
 * Decodes until the compressed data says that it ends. Errors are ERROR_INPUT; data that does not
 * fit into out_left is error_too_long(). Left-over input and missing output are the caller's
 * to judge.
 */
struct error *unpack_gzip(struct unpacking *unpacking);
struct error *unpack_bzip2(struct unpacking *unpacking);
struct error *unpack_xz(struct unpacking *unpacking);
struct error *unpack_lzma(struct unpacking *unpacking);
struct error *unpack_lzo(struct unpacking *unpacking);
struct error *unpack_lz4(struct unpacking *unpacking);
struct error *unpack_zstd(struct unpacking *unpacking);

/* "compressed data ends early at byte N"; "unpacks to more than the N bytes ..."; and the rest. */
struct error *error_truncated(const struct unpacking *unpacking);
struct error *error_too_long(const struct unpacking *unpacking);
struct error *error_corrupt(const struct unpacking *unpacking, const char *why);

/*
 * Both sides move by what a block decoder consumed and made; reports progress. Memory of the output
 * is given back after each UNPACK_STEP: no codec looks back far, save zstd.
 */
void unpacking_advance(struct unpacking *unpacking, size_t consumed, size_t produced);

/*
 * The loop of a codec that streams. step() runs the library once on at most UNPACK_STEP bytes of
 * output, advances unpacking, and answers what happened.
 */
enum step { STEP_MORE, STEP_END, STEP_STUCK, STEP_CORRUPT };
typedef enum step (*step_function)(void *state, struct unpacking *unpacking);
struct error *unpack_stream(struct unpacking *unpacking, step_function step, void *state);

#endif
