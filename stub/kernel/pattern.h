/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the big table in the teaching kernel's .data must hold: word i is pattern_word(i), a
 * function of i alone. The host writes the table with it, the guest checks every word with it, so
 * a wrong word is found and named.
 *
 * Of each eight words three look random and five are small or repeat, so that gzip has about as
 * hard a time as with a real kernel.
 */
#ifndef BOOTSCOPE_KERNEL_PATTERN_H
#define BOOTSCOPE_KERNEL_PATTERN_H

#include <stdint.h>

/* splitmix64: every input bit reaches every output bit. */
static inline uint64_t pattern_mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

static inline uint64_t pattern_word(uint64_t index)
{
    switch (index % 8) {
    case 0:
    case 3:
    case 5:
        return pattern_mix(index);
    case 1:
        return index;
    case 6:
        return pattern_mix(index / 64);
    default:
        return index & 0xff00;
    }
}

#endif
