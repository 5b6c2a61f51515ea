/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The slots that remain when the avoided regions are taken out of the map: rows, as Linux keeps them.
 * A sweep over all obstacles by address, from one to the next, where the decompressor asks anew for
 * the lowest overlap each time:
 *
 *      region     |-------------------------------------------------------|
 *      obstacles          [.......]   [..........[....]...]
 *      rows       ^ ^            ^                         ^  ^  ^
 *                 |<-image_size->|  too short               |<-image_size->|
 */
#ifndef BOOTSCOPE_VIEWS_KASLR_SLOTS_H
#define BOOTSCOPE_VIEWS_KASLR_SLOTS_H

#include "address.h"
#include "kaslr_avoid.h"

/* An entry of the map in which the kernel may go. */
struct kaslr_region {
    uint64_t start, end; /* as in the map; physical */
    uint64_t slots;      /* computed here */
    uint64_t stub_slots; /* in the stub's rows that begin in it; 0 for Linux */
};

/*
 * Fills all of *ret but the seed. regions has room for inputs->ram_count entries, of which all but stub_slots is filled in.
 */
void kaslr_slots(const struct kaslr_inputs *inputs, const struct kaslr_options *options,
                 struct kaslr_search *ret, struct kaslr_region *regions);

/* The number of the first slot at a place; unknown when it is none. */
struct maybe kaslr_slot_number(const struct kaslr_search *search, uint64_t place);
/* Where a slot is; its number must be below slot_max. */
uint64_t kaslr_slot_place(const struct kaslr_search *search, uint64_t number);

#endif
