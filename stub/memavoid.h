/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that a randomly placed kernel must keep off. */
#ifndef BOOTSCOPE_STUB_MEMAVOID_H
#define BOOTSCOPE_STUB_MEMAVOID_H

#include <stdbool.h>
#include <stdint.h>

#include "bootparams.h"
#include "failure.h"
#include "kaslr_search.h"

/*
 * Collects what must be avoided: decompression (the range in which the stub runs and unpacks), the
 * initrd, the command line, boot_params, every setup_data node, memmap= regions; and the memory
 * limit. boot_params must stay while *ret is used. Errors: a setup_data list that does not end,
 * or leads outside of memory.
 */
const struct boot_error *mem_avoid_init(const struct boot_params *boot_params,
                                        const struct mem_vector *decompression,
                                        struct mem_avoid *ret);

/*
 * Does region overlap anything to avoid? If so, the one that starts lowest is in *ret (of several
 * with one start, the longest).
 */
bool mem_avoid_overlap(const struct mem_avoid *avoid, const struct mem_vector *region,
                       struct mem_vector *ret);

/* One past the last byte; UINT64_MAX when that would wrap. */
uint64_t mem_vector_end(const struct mem_vector *vector);

/* Entries in use of boot_params->e820_table: the count, as far as there are entries. */
unsigned int e820_count(const struct boot_params *boot_params);

#endif
