/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads from bytes that need not be aligned, in either byte order. */
#ifndef BOOTSCOPE_IMAGE_BYTES_H
#define BOOTSCOPE_IMAGE_BYTES_H

#include <stdint.h>

static inline uint32_t load_le32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline uint16_t load_be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t load_be32(const uint8_t *bytes)
{
    return (uint32_t)load_be16(bytes) << 16 | load_be16(bytes + 2);
}

#endif
