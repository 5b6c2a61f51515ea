/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memmap_firmware.h"

#include <stdio.h>
#include <stdlib.h>

#include "guest.h"

/* The BIOS data area's word with the segment of the extended one. */
#define BIOS_EBDA_SEGMENT 0x40e

/* Where the PC has its video memory and the ROMs of adapters, below the BIOS. */
#define PC_VIDEO_START 0xa0000
#define PC_ROM_END     0x100000

/* Ends of e820's entries, in order: between two neighbours everything is alike. */
struct marks {
    unsigned int count;
    uint64_t list[2 * E820_MAX_ENTRIES_ZEROPAGE];
};

static uint64_t end_of(const struct e820_range *range)
{
    uint64_t end;

    return __builtin_add_overflow(range->start, range->size, &end) ? UINT64_MAX : end;
}

static int compare_marks(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static struct marks find_marks(const struct params_view *params)
{
    struct marks marks = {0};

    for (unsigned int i = 0; i < params->e820_count; i++) {
        marks.list[marks.count++] = params->e820[i].start;
        marks.list[marks.count++] = end_of(&params->e820[i]);
    }
    qsort(marks.list, marks.count, sizeof(marks.list[0]), compare_marks);
    return marks;
}

/* The entry that decides what an address is: not RAM wins over RAM; NULL in a hole. */
static const struct e820_range *entry_at(const struct params_view *params, uint64_t address)
{
    const struct e820_range *found = NULL;

    for (unsigned int i = 0; i < params->e820_count; i++) {
        const struct e820_range *range = &params->e820[i];

        if (address >= range->start && address < end_of(range) &&
            (!found || found->type == E820_TYPE_RAM))
            found = range;
    }
    return found;
}

static void add_piece(struct memmap_view *view, const struct e820_range *entry, uint64_t start,
                      uint64_t end, uint64_t ebda)
{
    bool pc_hole = start >= PC_VIDEO_START && end <= PC_ROM_END;

    if (!entry)
        memmap_add(view, MEMMAP_HOLE, start, end - start, "hole%s",
                   pc_hole ? ": video memory, adapters' ROMs" : "");
    else if (entry->type == E820_TYPE_RAM)
        memmap_add(view, MEMMAP_RAM, start, end - start, "RAM");
    else
        memmap_add(view, MEMMAP_RESERVED, start, end - start, "%s%s", e820_name(entry->type),
                   ebda >= start && ebda < end ? " (EBDA)" : "");
}

struct error *memmap_add_firmware(const struct stop *stop, const struct params_view *params,
                                  struct memmap_view *view)
{
    struct marks marks = find_marks(params);
    const struct e820_range *before = NULL;
    uint16_t segment = 0;
    uint64_t start = 0;
    bool there;
    struct error *err;

    view->firmware_known = params->present && marks.count > 0;
    if (!view->firmware_known)
        return NULL;
    err = guest_try_phys(stop, phys(BIOS_EBDA_SEGMENT), &segment, sizeof(segment), &there);
    if (err)
        return error_context(err, "reading the BIOS data area");
    if (!there || segment == 0)
        segment = UINT16_MAX;
    /* One piece for each stretch of one entry, or of none. */
    before = entry_at(params, 0);
    for (unsigned int i = 0; i < marks.count; i++) {
        const struct e820_range *entry = entry_at(params, marks.list[i]);

        if (entry == before && i + 1 < marks.count)
            continue;
        add_piece(view, before, start, marks.list[i], (uint64_t)segment << 4);
        start = marks.list[i];
        before = entry;
    }
    return NULL;
}
