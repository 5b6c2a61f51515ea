/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compressed files: with what, what is in them, and how they are unpacked. */
#include "identify_internal.h"

#include <stdio.h>

#include "payload.h"

/* As much as lz4's legacy format needs for its first block; all else tells itself much earlier. */
#define PEEK_SIZE ((size_t)8 << 20)

#define LZ4_FRAME "\x04\x22\x4d\x18" /* as the lz4 tool writes it; the kernel's is the legacy one */

static const char *const tools[] = {
    [CODEC_GZIP] = "gzip", [CODEC_BZIP2] = "bzip2", [CODEC_LZMA] = "xz",  [CODEC_XZ] = "xz",
    [CODEC_LZO] = "lzop",  [CODEC_LZ4] = "lz4",     [CODEC_ZSTD] = "zstd"};

/* NULL when nothing comes out, or nothing that is known. */
static const char *content(enum codec codec, const uint8_t *bytes, size_t size)
{
    struct scratch *scratch;
    struct error *err = scratch_new(PEEK_SIZE, &scratch);

    if (err) {
        error_free(err);
        return NULL;
    }
    size_t made = payload_peek(codec, bytes, size, scratch);
    const char *ret = identify_content(scratch->bytes, made);
    scratch_free(scratch);
    return ret;
}

bool identify_packed(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX])
{
    enum codec codec = payload_codec(bytes, size);
    bool frame = identify_magic(bytes, size, 0, LZ4_FRAME, 4);

    if (codec == CODEC_NONE && !frame)
        return false;
    const char *inside = frame ? NULL : content(codec, bytes, size);
    snprintf(out, IDENTIFY_MAX, "%s data%s%s: unpack it first (%s -dc FILE >NEW)",
             frame ? "lz4" : codec_name(codec), inside ? " with " : "", inside ? inside : "",
             frame ? "lz4" : tools[codec]);
    return true;
}
