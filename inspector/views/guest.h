/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How views read the guest: "there is no memory" is an answer that a view can show, and large
 * areas are held against the bytes they must have in pieces, so that the inspector's own memory
 * stays small whatever the image.
 */
#ifndef BOOTSCOPE_VIEWS_GUEST_H
#define BOOTSCOPE_VIEWS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "timeline.h"

/* Guest memory is read in pieces of this many bytes at most. */
#define GUEST_CHUNK ((size_t)1 << 20)

/*
 * Reads length bytes of guest-physical memory. *ret_there is false, and buffer unspecified, when
 * part of it is no memory; other failures of the target are returned.
 */
struct error *guest_try_phys(const struct stop *stop, phys_t address, void *buffer, size_t length,
                             bool *ret_there);

/*
 * Reads as many of length bytes as are mapped, from a linear address on, page by page. *ret_length
 * is how many were read, 0 when the first is not there.
 */
struct error *guest_try_linear(const struct stop *stop, virt_t address, void *buffer, size_t length,
                               size_t *ret_length);

/* Guest memory held against the bytes it must have. Offsets count from the area's start. */
struct comparison {
    uint64_t compared;
    uint64_t different;
    struct maybe first;      /* offset of the first byte that differs */
    uint8_t expected, found; /* at that offset */
};

/*
 * Compares guest-physical [address, address + length) with expected (length bytes, the caller's)
 * and adds the result to *result, which the caller has set up. Errors are the target's, with the range as context.
 */
struct error *guest_compare(const struct stop *stop, phys_t address, const uint8_t *expected,
                            uint64_t length, struct comparison *result);

/* Adds the bytes of two buffers to result; offsets in it count from base. */
void comparison_add(struct comparison *result, uint64_t base, const uint8_t *expected,
                    const uint8_t *found, size_t length);

#endif
