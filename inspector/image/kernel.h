/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decodes an unpacked payload: the kernel's ELF, and the relocation table behind it. */
#ifndef BOOTSCOPE_IMAGE_KERNEL_H
#define BOOTSCOPE_IMAGE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "image.h"

/*
 * Fills *ret, whose pointers go into bytes. ERROR_INPUT: an ELF of neither x86-64 nor i386, a segment or a section
 * outside the payload, no PT_LOAD, more than KERNEL_SEGMENTS_MAX program headers, a relocation
 * table that is not terminated, not ascending, or has a site outside the segments.
 */
struct error *kernel_parse(const uint8_t *bytes, size_t size, struct kernel *ret);

/*
 * Of a payload of so many bytes that begins so: bits, entry and segments, and no table; bytes stays
 * NULL. ERROR_INPUT as above, and when the program headers are not among these bytes.
 */
struct error *kernel_parse_beginning(const uint8_t *bytes, size_t length, size_t size,
                                     struct kernel *ret);

/* The same for the table alone: bytes from elf_end to the payload's end (relocs.c). */
struct error *kernel_parse_relocs(size_t elf_end, struct kernel *kernel);

#endif
