/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kaslr_slots.h"

#include <stdlib.h>

#define OBSTACLES_MAX (MEM_AVOID_MAX + E820_MAX_ENTRIES_ZEROPAGE)
#define GIGANTIC_PAGE (UINT64_C(1) << 30)

/* The search begins at the default place or here, whichever is lower. */
#define MINIMUM_MAX (UINT64_C(512) << 20)

struct sweep {
    struct kaslr_search *search;
    struct kaslr_region *region;
    uint64_t gigantic_pages; /* still to be kept free */
    unsigned int obstacle_count;
    struct mem_vector obstacles[OBSTACLES_MAX]; /* by start */
};

static int compare_starts(const void *a, const void *b)
{
    const struct mem_vector *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

/* The stub keeps off e820's entries that are not RAM, which may lie in one that is. */
static void find_obstacles(const struct kaslr_inputs *inputs, struct sweep *sweep)
{
    const struct boot_params *params = &inputs->params;
    unsigned int count = 0;

    for (; count < sweep->search->avoid.count; count++)
        sweep->obstacles[count] = sweep->search->avoid.regions[count];
    for (unsigned int i = 0; inputs->rules == KASLR_RULES_STUB && i < params->e820_entries &&
                             i < E820_MAX_ENTRIES_ZEROPAGE;
         i++) {
        const struct boot_e820_entry *entry = &params->e820_table[i];

        if (entry->type != E820_TYPE_RAM && entry->size)
            sweep->obstacles[count++] = (struct mem_vector){entry->addr, entry->size};
    }
    qsort(sweep->obstacles, count, sizeof(sweep->obstacles[0]), compare_starts);
    sweep->obstacle_count = count;
}

/* False when that would wrap. */
static bool align_up(uint64_t *value, uint64_t alignment)
{
    uint64_t sum;

    if (__builtin_add_overflow(*value, alignment - 1, &sum))
        return false;
    *value = sum & ~(alignment - 1);
    return true;
}

static bool is_full(const struct kaslr_search *search)
{
    return search->area_count == MAX_SLOT_AREA;
}

/* A row, if the image fits into [start, end) at all; start is aligned. */
static void add_row(struct sweep *sweep, uint64_t start, uint64_t end)
{
    struct kaslr_search *search = sweep->search;
    uint64_t slots;

    if (end < start || end - start < search->image_size || is_full(search))
        return;
    slots = 1 + (end - start - search->image_size) / search->alignment;
    search->areas[search->area_count++] = (struct slot_area){start, slots};
    search->slot_max += slots;
    sweep->region->slots += slots;
}

/*
 * What is free between two obstacles, save the first gigantic pages in it as far as any are still
 * asked for. The row behind them need not be aligned to more than they are.
 */
static void add_free(struct sweep *sweep, uint64_t start, uint64_t end)
{
    uint64_t first = start, last = end & ~(GIGANTIC_PAGE - 1), pages;

    if (end < start || end - start < sweep->search->image_size)
        return;
    if (!sweep->gigantic_pages || !align_up(&first, GIGANTIC_PAGE) || first >= last) {
        add_row(sweep, start, end);
        return;
    }
    pages = (last - first) / GIGANTIC_PAGE;
    if (pages > sweep->gigantic_pages)
        pages = sweep->gigantic_pages;
    sweep->gigantic_pages -= pages;
    add_row(sweep, start, first);
    add_row(sweep, first + pages * GIGANTIC_PAGE, end);
}

static void sweep_region(struct sweep *sweep, struct mem_vector range)
{
    const struct kaslr_search *search = sweep->search;
    uint64_t start = range.start > search->minimum ? range.start : search->minimum;
    uint64_t end = kaslr_end(range);

    if (end > search->avoid.mem_limit)
        end = search->avoid.mem_limit;
    for (unsigned int i = 0; align_up(&start, search->alignment) && start < end; i++) {
        while (i < sweep->obstacle_count && kaslr_end(sweep->obstacles[i]) <= start)
            i++;
        if (i >= sweep->obstacle_count || sweep->obstacles[i].start >= end) {
            add_free(sweep, start, end);
            return;
        }
        if (sweep->obstacles[i].start > start)
            add_free(sweep, start, sweep->obstacles[i].start);
        start = kaslr_end(sweep->obstacles[i]);
    }
}

void kaslr_slots(const struct kaslr_inputs *inputs, const struct kaslr_options *options,
                 struct kaslr_search *ret, struct kaslr_region *regions)
{
    struct sweep sweep = {.search = ret, .gigantic_pages = options->gigantic_pages};
    bool possible;

    *ret = (struct kaslr_search){.alignment = inputs->alignment, .image_size = inputs->image_size};
    kaslr_avoid(inputs, options, &ret->avoid);
    ret->minimum = inputs->output < MINIMUM_MAX ? inputs->output : MINIMUM_MAX;
    if (inputs->rules == KASLR_RULES_LINUX)
        align_up(&ret->minimum, inputs->alignment);
    find_obstacles(inputs, &sweep);
    possible = !options->memmap_too_large;
    for (unsigned int i = 0; i < inputs->ram_count; i++) {
        regions[i] = (struct kaslr_region){inputs->ram[i].start, kaslr_end(inputs->ram[i]), 0, 0};
        sweep.region = &regions[i];
        if (possible && !is_full(ret))
            sweep_region(&sweep, inputs->ram[i]);
    }
}

struct maybe kaslr_slot_number(const struct kaslr_search *search, uint64_t place)
{
    uint64_t before = 0;

    for (unsigned int i = 0; i < search->area_count; i++) {
        uint64_t offset = place - search->areas[i].addr;

        if (place >= search->areas[i].addr && offset % search->alignment == 0 &&
            offset / search->alignment < search->areas[i].num)
            return known(before + offset / search->alignment);
        before += search->areas[i].num;
    }
    return (struct maybe){0};
}

uint64_t kaslr_slot_place(const struct kaslr_search *search, uint64_t number)
{
    const struct slot_area *area = search->areas;

    while (number >= area->num)
        number -= area++->num;
    return area->addr + number * search->alignment;
}
