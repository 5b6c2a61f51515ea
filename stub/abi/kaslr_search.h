/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the choice of a random place worked on, and what came of it: two variables of the stub,
 * kaslr_search (kaslr.c) and chosen_location (extract.c), which keep their values until the kernel
 * overwrites them, so that a debugger can ask for them by name. All addresses are physical unless
 * said otherwise.
 */
#ifndef BOOTSCOPE_ABI_KASLR_SEARCH_H
#define BOOTSCOPE_ABI_KASLR_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

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

/* Why a region is avoided. 0 is none of them. */
enum mem_avoid_reason {
    MEM_AVOID_DECOMPRESSION = 1, /* compressed input, the stub itself, the default output */
    MEM_AVOID_INITRD,
    MEM_AVOID_COMMAND_LINE,
    MEM_AVOID_BOOT_PARAMS,
    MEM_AVOID_SETUP_DATA,     /* a node of the list */
    MEM_AVOID_SETUP_INDIRECT, /* what a node points to */
    MEM_AVOID_MEMMAP,         /* memmap=nn#ss and the like */
};

/* What set the upper limit. */
enum mem_limit_reason { MEM_LIMIT_PROCESSOR, MEM_LIMIT_MEM, MEM_LIMIT_MEMMAP };

struct mem_avoid {
    uint64_t boot_params; /* its e820 entries that are not RAM are avoided too */
    struct mem_vector regions[MEM_AVOID_MAX];
    uint8_t reasons[MEM_AVOID_MAX]; /* enum mem_avoid_reason, by region */
    uint32_t count;
    uint32_t memmaps;      /* memmap= regions seen */
    uint64_t mem_limit;    /* nothing at or above ... */
    uint32_t limit_reason; /* ... because of this: enum mem_limit_reason */
    bool memmap_too_large; /* more than MAX_MEMMAP_REGIONS */
};

#define MAX_SLOT_AREA 100

/* A row of slots: num of them, alignment apart, the first at addr. */
struct slot_area {
    uint64_t addr;
    uint64_t num;
};

/* All that the search works on. About 4 KiB, so it is not on the boot stack. */
struct kaslr_search {
    struct mem_avoid avoid;
    struct slot_area areas[MAX_SLOT_AREA];
    uint32_t area_count;
    bool seeded;         /* kaslr_seed= was given ... */
    uint64_t seed;       /* ... and this is it */
    uint64_t slot_max;   /* slots in all areas */
    uint64_t alignment;  /* kernel_alignment */
    uint64_t minimum;    /* no slot is below */
    uint64_t image_size; /* bytes that must be free from a slot on */
};

struct kaslr_choice {
    uint64_t output;          /* physical */
    uint64_t virtual_address; /* in the kernel's counting: load_physical_addr is "as linked" */
    bool kaslr;               /* false: nokaslr, both are the defaults */
    uint64_t physical_slots;  /* places to choose from; 0 when the default was kept */
    uint64_t virtual_slots;
};

/* What a number is for: with a seed, each purpose has its own place in the sequence (random.c). */
enum random_purpose { RANDOM_PHYSICAL = 1, RANDOM_VIRTUAL = 2 };

#endif
