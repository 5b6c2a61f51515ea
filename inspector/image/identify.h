/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file that is no bzImage is, and what its owner can do, for an error that helps. */
#ifndef BOOTSCOPE_IMAGE_IDENTIFY_H
#define BOOTSCOPE_IMAGE_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTIFY_MAX 256

/*
 * Writes "an arm64 Image: ..." and its like: one line, printable, to stand behind "not a bzImage,
 * but". False when nothing is recognised. The bytes are hostile; nothing outside them is read. Of a
 * compressed file the beginning is unpacked, to say what is in it.
 */
bool identify_file(const uint8_t *bytes, size_t size, char out[IDENTIFY_MAX]);

#endif
