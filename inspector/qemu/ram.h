/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's RAM as a file that lives in memory, so that we can read it where it lies. */
#ifndef BOOTSCOPE_QEMU_RAM_H
#define BOOTSCOPE_QEMU_RAM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a plain size of QEMU's -m into bytes: a decimal number with B, K, M, G or T behind it, in
 * either case; without one it counts MiB. False for what QEMU may understand otherwise (fractions,
 * hex, "size=", slots), for sizes that it rounds or takes for its default, and for more than fits.
 */
bool ram_size(const char *memory, uint64_t *ret);

/*
 * Makes the file, close-on-exec and owned by the caller. -1 when the system has no room or no such
 * files: the guest can then have RAM of its own as ever.
 */
int ram_open(uint64_t size);

#endif
