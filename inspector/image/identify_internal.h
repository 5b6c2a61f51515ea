/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that identify: each answers for one family of files. */
#ifndef BOOTSCOPE_IMAGE_IDENTIFY_INTERNAL_H
#define BOOTSCOPE_IMAGE_IDENTIFY_INTERNAL_H

#include <string.h>

#include "identify.h"

static inline bool identify_magic(const uint8_t *bytes, size_t size, size_t at, const char *magic,
                                  size_t length)
{
    return size >= length && at <= size - length && memcmp(bytes + at, magic, length) == 0;
}

/* Each as identify_file(). */
bool identify_elf(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX]);
bool identify_zboot(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX]);
bool identify_pe(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX]);
bool identify_packed(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX]);
/* The same for what compressed data begins with, in a few words: "a bzImage", "an arm64 Image". */
const char *identify_content(const uint8_t *bytes, size_t size);

#endif
