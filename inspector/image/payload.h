/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decompresses a kernel payload. Each codec is a library's; what is here is how the kernel's build
 * frames its output, and the bounds: exactly as many bytes must come out as the payload's length
 * word says, so a bomb stops at its own word and no codec can ask for a window that does not fit.
 */
#ifndef BOOTSCOPE_IMAGE_PAYLOAD_H
#define BOOTSCOPE_IMAGE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"
#include "scratch.h"

/* No kernel unpacks to more than its mapping (KERNEL_IMAGE_SIZE), nor can a sane one need more. */
#define PAYLOAD_UNPACKED_MAX (1024u << 20)

/* Tells the codec by its first bytes; CODEC_NONE when none is known. */
enum codec payload_codec(const uint8_t *bytes, size_t size);

/*
 * Unpacks bytes (without a trailing length word) into exactly unpacked_size bytes. The result is
 * owned by the caller (scratch_free). ERROR_INPUT: corrupt, truncated, longer or shorter than
 * unpacked_size, bytes left over, or a dictionary beyond reason; ERROR_SYSTEM: no room.
 */
struct error *payload_unpack(enum codec codec, const uint8_t *bytes, size_t size,
                             size_t unpacked_size, progress_handler progress, void *context,
                             struct scratch **ret);

/*
 * The beginning of what compressed data unpacks to, as much as fits into room, whatever is wrong
 * with the data further on; the result is the number of bytes.
 */
size_t payload_peek(enum codec codec, const uint8_t *bytes, size_t size,
                    const struct scratch *room);

#endif
