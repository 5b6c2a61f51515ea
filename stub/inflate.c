/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inflate.c: the gzip data in the image becomes an ELF file in memory. zlib does the work.
 *
 * What for:   a kernel is shipped compressed, and nobody else is there to unpack it.
 * Handed:     input, the gzip data at the end of the buffer; output, the start of the buffer.
 * Leaves:     output_len bytes at output: the kernel's ELF file and behind it the relocation
 *             table. Their CRC was compared with the one that gzip stored.
 * If skipped: there is no kernel. With the CRC check skipped, a flipped bit on the way here
 *             becomes a flipped bit in a running kernel.
 *
 * In place. Unless KASLR chose another place, input and output are in one buffer, and inflate
 * writes over the image that it is reading from:
 *
 *      output                                             output + init_size
 *        |                                                       |
 *        v  unpacked so far                     still to read    v
 *        |=================>..........|######|------------------>|
 *        |                            ^      ^
 *        |                        writes      reads
 *
 * The writer is faster, and catches up. It must not overtake before the end. gzip's worst case is
 * data that does not shrink: 5 bytes more for each block of at most 64 KiB. So mkimage leaves
 * (output_len >> 8) + 128 KiB of distance, and by then there is nothing left to read. See init_size
 * in stub/tools. zlib itself keeps no more than 8 bytes that it read ahead.
 */
#include "inflate.h"

#define Z_SOLO
#include <zlib.h>

#include "heap.h"
#include "stub_string.h"

/* Window bits 15, plus 16: gzip framing and nothing else, its CRC and length checked. */
#define GZIP_WINDOW_BITS (15 + 16)

#define GZIP_MAGIC_0      0x1f
#define GZIP_MAGIC_1      0x8b
#define GZIP_HEADER_SIZE  10
#define GZIP_TRAILER_SIZE 8

/*
 * zlib's allocators. libz.a brings its own in zutil.o, with malloc behind them; that these names
 * are defined here keeps zutil.o out of the image.
 */
voidpf zcalloc(voidpf opaque, uInt items, uInt size);
void zcfree(voidpf opaque, voidpf pointer);

voidpf zcalloc(voidpf opaque, uInt items, uInt size)
{
    (void)opaque;
    return heap_alloc((uint64_t)items * size);
}

void zcfree(voidpf opaque, voidpf pointer)
{
    (void)opaque;
    heap_free(pointer);
}

/* What gzip stored about its content: the last eight bytes of the data. */
struct trailer {
    uint32_t crc32;
    uint32_t length;
};

static struct trailer read_trailer(const unsigned char *input, uint32_t input_len)
{
    struct trailer trailer;

    memcpy(&trailer, input + input_len - GZIP_TRAILER_SIZE, sizeof(trailer));
    return trailer;
}

/* zlib gave up: why? Its text tells a wrong CRC from data that is no deflate stream at all. */
static const struct boot_error *bad_data(const z_stream *stream, const struct trailer *trailer)
{
    if (stream->msg && !strcmp(stream->msg, "incorrect data check"))
        return boot_error("compressed kernel: crc32 is %#lx, its gzip trailer says %#lx",
                          stream->adler, (unsigned long)trailer->crc32);
    return boot_error("compressed kernel: bad gzip data at input byte %lu, output byte %lu: %s",
                      stream->total_in, stream->total_out, stream->msg ? stream->msg : "no reason");
}

/* zlib stopped for lack of room on one side: which one? */
static const struct boot_error *bad_length(const z_stream *stream, uint32_t input_len,
                                           uint32_t output_len)
{
    if (!stream->avail_in)
        return boot_error("compressed kernel: input truncated: %lu bytes give %lu of %lu",
                          (unsigned long)input_len, stream->total_out, (unsigned long)output_len);
    return boot_error("compressed kernel: output is longer than the %lu bytes the image says",
                      (unsigned long)output_len);
}

/* The stream ended where gzip says. Did everything end there? */
static const struct boot_error *check_end(const z_stream *stream, uint32_t output_len)
{
    if (stream->total_out != output_len)
        return boot_error("compressed kernel: output is %lu bytes long, the image says %lu",
                          stream->total_out, (unsigned long)output_len);
    if (stream->avail_in)
        return boot_error("compressed kernel: %lu bytes follow the gzip data, which ends at %lu",
                          (unsigned long)stream->avail_in, stream->total_in);
    return NULL;
}

/* All of the input is there and all of the output has room, so one call does it. */
static const struct boot_error *run_inflate(z_stream *stream, const struct trailer *trailer)
{
    uint32_t input_len = stream->avail_in;
    uint32_t output_len = stream->avail_out;

    switch (inflate(stream, Z_FINISH)) {
    case Z_STREAM_END:
        return check_end(stream, output_len);
    case Z_OK:
    case Z_BUF_ERROR:
        return bad_length(stream, input_len, output_len);
    case Z_MEM_ERROR:
        return boot_error("compressed kernel: heap too small for zlib, free from %#lx to %#lx",
                          (unsigned long)free_mem_ptr, (unsigned long)free_mem_end_ptr);
    default:
        return bad_data(stream, trailer);
    }
}

const struct boot_error *gunzip(const unsigned char *input, uint32_t input_len,
                                unsigned char *output, uint32_t output_len, struct inflated *ret)
{
    z_stream stream = {.zalloc = zcalloc, .zfree = zcfree};
    const struct boot_error *error;
    struct trailer trailer;

    if (input_len < GZIP_HEADER_SIZE + GZIP_TRAILER_SIZE)
        return boot_error("compressed kernel: input truncated: %lu bytes are no gzip file",
                          (unsigned long)input_len);
    if (input[0] != GZIP_MAGIC_0 || input[1] != GZIP_MAGIC_1)
        return boot_error("compressed kernel: not gzip data: starts with %#lx %#lx",
                          (unsigned long)input[0], (unsigned long)input[1]);
    trailer = read_trailer(input, input_len); /* in place, it may be overwritten later */
    stream.next_in = (unsigned char *)(uintptr_t)input;
    stream.avail_in = input_len;
    stream.next_out = output;
    stream.avail_out = output_len;
    if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return boot_error("compressed kernel: heap too small for zlib, free from %#lx to %#lx",
                          (unsigned long)free_mem_ptr, (unsigned long)free_mem_end_ptr);
    error = run_inflate(&stream, &trailer);
    inflateEnd(&stream);
    ret->bytes = stream.total_out;
    ret->crc32 = stream.adler;
    return error;
}
