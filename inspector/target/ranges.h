/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's physical memory: where there is RAM or ROM, from QEMU's "info mtree -f". */
#ifndef BOOTSCOPE_TARGET_RANGES_H
#define BOOTSCOPE_TARGET_RANGES_H

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 256

struct range {
    uint64_t first, last; /* guest-physical, inclusive: a range may end at the top of 2^64 */
    bool writable;
    bool shared;     /* part of the region that was asked for ... */
    uint64_t offset; /* ... of which it begins at this byte; else 0 */
};

struct ranges {
    unsigned int count; /* 0: nothing is known; ascending, touching ones of a kind joined */
    struct range list[RANGES_MAX];
};

/*
 * Reads the flat view of the address space "memory". Rows of the region of that name (NULL: none)
 * are marked as shared, with their offset in it; a row whose offset cannot be understood is not.
 * What cannot be understood otherwise, or is more than RANGES_MAX, leaves count 0.
 */
void ranges_parse(const char *text, const char *name, struct ranges *ret);

/* All of [address, address + length) is in ranges (in writable ones, if asked). */
bool ranges_cover(const struct ranges *ranges, uint64_t address, uint64_t length, bool writable);

/*
 * How many of length bytes from address on, at least 1 of at least 1, are alike: all in one piece of
 * the shared region (*ret_shared; *ret_offset is where in it), or all not.
 */
uint64_t ranges_piece(const struct ranges *ranges, uint64_t address, uint64_t length,
                      bool *ret_shared, uint64_t *ret_offset);

#endif
