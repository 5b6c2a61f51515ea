/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file that is no bzImage looks like, for an error that helps. */
#ifndef BOOTSCOPE_IMAGE_IDENTIFY_H
#define BOOTSCOPE_IMAGE_IDENTIFY_H

#include <stddef.h>
#include <stdint.h>

/* "looks like an arm64 Image" and its like; NULL when nothing is recognised. A constant. */
const char *identify_file(const uint8_t *bytes, size_t size);

#endif
