/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where may a kernel go? The answer by trying every aligned address, one by one: slow, and with
 * nothing in common with the stub's way, which makes it a witness.
 */
#ifndef BOOTSCOPE_TESTS_SLOT_SEARCH_H
#define BOOTSCOPE_TESTS_SLOT_SEARCH_H

#include <stdint.h>

#include "bootparams.h"

#define SLOT_SEARCH_TAKEN_MAX 16
#define SLOT_SEARCH_MAX       (1 << 16)

struct slot_search {
    struct {
        uint64_t start, end;
    } taken[SLOT_SEARCH_TAKEN_MAX]; /* what must be kept off, besides e820's own non-RAM */
    unsigned int taken_count;
    uint64_t minimum, limit; /* a slot starts at or above, and ends at or below */
    uint64_t size, alignment;
    uint64_t slots[SLOT_SEARCH_MAX]; /* the answer, in the order of the e820 entries */
    unsigned int slot_count;
};

/* Adds [start, start + size) to what is taken; a size of 0 adds nothing. */
void slot_search_take(struct slot_search *search, uint64_t start, uint64_t size);

/* Fills slots and slot_count from boot_params' e820 table. */
void slot_search_run(struct slot_search *search, const struct boot_params *boot_params);

/* Output number `draws` (from 1) of splitmix64 for a seed. */
uint64_t slot_search_seeded(uint64_t seed, unsigned int draws);

#endif
