/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers for KASLR. */
#ifndef BOOTSCOPE_STUB_RANDOM_H
#define BOOTSCOPE_STUB_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include "bootparams.h"
#include "kaslr_search.h"

/* Where numbers come from. */
struct random_source {
    const struct boot_params *boot_params; /* hashed into each unseeded number */
    bool seeded;                           /* kaslr_seed= was given */
    uint64_t seed;
};

/*
 * A 64-bit number. Seeded, it is splitmix64's output number `purpose` for that seed (see
 * random.c), the same in every boot. Else it mixes rdrand, the time-stamp counter, and the PIT
 * where neither is to be had.
 */
uint64_t kaslr_get_random_long(const struct random_source *source, enum random_purpose purpose);

#endif
