/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: guest-physical memory at this stop, region by region: the firmware's map (RAM, reserved,
 * and the holes that it leaves), and what the boot has put into it by now, or is about to. What lies
 * in what it is made of is a part (the sections of the copy); two things at the same addresses are
 * an overlap, as unpacking in place makes one on purpose: the copy stands in the buffer's end.
 */
#ifndef BOOTSCOPE_VIEWS_MEMMAP_H
#define BOOTSCOPE_VIEWS_MEMMAP_H

#include "boot_done.h"
#include "views.h"

#define MEMMAP_ROWS_MAX     512
#define MEMMAP_OVERLAPS_MAX 64
#define MEMMAP_WHAT_MAX     48

enum memmap_kind {
    MEMMAP_RAM,      /* e820: usable */
    MEMMAP_RESERVED, /* e820: anything else */
    MEMMAP_HOLE,     /* between e820's entries */
    MEMMAP_USED,     /* something of the boot */
    MEMMAP_PART,     /* of the used region before it that contains it */
};

struct memmap_row {
    uint64_t start, end; /* guest-physical; end is behind the last byte */
    enum memmap_kind kind;
    char what[MEMMAP_WHAT_MAX];
};

/* Two used regions share [start, end). */
struct memmap_overlap {
    unsigned int a, b; /* rows, a < b */
    uint64_t start, end;
};

struct memmap_view {
    bool firmware_known; /* there is an e820 table; else only used regions are listed */
    unsigned int count;
    /* By start; of one start the longer first. RAM, reserved and holes do not overlap each other. */
    struct memmap_row rows[MEMMAP_ROWS_MAX];
    unsigned int overlap_count;
    struct memmap_overlap overlaps[MEMMAP_OVERLAPS_MAX];
    bool cut; /* there was no room for all rows or overlaps */
};

/* Errors of target_read_phys; ERROR_SYSTEM without memory. */
struct error *memmap_capture(const struct stop *stop, const struct boot_done *done,
                             struct memmap_view *ret);
void memmap_text(const struct memmap_view *view, const struct text *text);
/*
 * {"firmware_known":true,"rows":[{"start","end","size","kind":"ram"|"reserved"|"hole"|"used"|"part","what"}],
 *  "overlaps":[{"start","end","size","a":what,"b":what}],"cut":false}
 */
json_t *memmap_json(const struct memmap_view *view);

#endif
