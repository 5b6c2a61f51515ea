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
};

struct ranges {
    unsigned int count; /* 0: nothing is known; ascending, touching ones of a kind joined */
    struct range list[RANGES_MAX];
};

/*
 * Reads the flat view of the address space "memory". What cannot be understood, or is more than
 * RANGES_MAX, leaves count 0.
 */
void ranges_parse(const char *text, struct ranges *ret);

/* All of [address, address + length) is in ranges (in writable ones, if asked). */
bool ranges_cover(const struct ranges *ranges, uint64_t address, uint64_t length, bool writable);

#endif
