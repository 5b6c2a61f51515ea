/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that a randomly placed kernel must keep off. */
#ifndef BOOTSCOPE_STUB_MEMAVOID_H
#define BOOTSCOPE_STUB_MEMAVOID_H

#include <stdbool.h>
#include <stdint.h>

#include "bootparams.h"
#include "failure.h"

/* [start, start + size), physical. */
struct mem_vector {
    uint64_t start;
    uint64_t size;
};

/* The kernel's limit on memmap= regions: with more, it gives up on a random physical address. */
#define MAX_MEMMAP_REGIONS 4

/* Nodes of the setup_data list that we follow before we call it endless. */
#define MAX_SETUP_DATA 64

/* The four fixed ones, memmap=, and for each setup_data node itself and what it points to. */
#define MEM_AVOID_MAX (4 + MAX_MEMMAP_REGIONS + 2 * MAX_SETUP_DATA)

struct mem_avoid {
    const struct boot_params *boot_params; /* e820 entries that are not RAM are avoided too */
    struct mem_vector regions[MEM_AVOID_MAX];
    unsigned int count;
    uint64_t mem_limit;    /* nothing at or above: mem=, memmap=nn, the processor */
    unsigned int memmaps;  /* memmap= regions seen */
    bool memmap_too_large; /* more than MAX_MEMMAP_REGIONS */
};

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
