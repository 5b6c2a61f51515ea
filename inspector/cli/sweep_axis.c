/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_axis.h"

#include <errno.h>
#include <stdlib.h>

struct place {
    uint64_t slot, address;
};

static int by_slot(const void *left, const void *right)
{
    const struct place *one = left, *two = right;

    return (one->slot > two->slot) - (one->slot < two->slot);
}

bool sweep_slot(const struct sweep_area *areas, size_t count, uint64_t alignment, uint64_t address,
                uint64_t *ret)
{
    uint64_t before = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t offset = address - areas[i].start;

        if (address >= areas[i].start && offset % alignment == 0 &&
            offset / alignment < areas[i].slots) {
            *ret = before + offset / alignment;
            return true;
        }
        before += areas[i].slots;
    }
    return false;
}

static void count_distinct(struct sweep_axis *axis, const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i && places[i - 1].slot == places[i].slot) {
            axis->counts[axis->chosen - 1].count++;
            continue;
        }
        axis->addresses[axis->chosen] = places[i].address;
        axis->counts[axis->chosen++] = (struct slot_count){.slot = places[i].slot, .count = 1};
    }
}

struct gap {
    uint64_t length; /* places between two chosen slots */
    size_t before;   /* the slot behind it */
    uint64_t taken;  /* of them are no slots */
};

static int longest_first(const void *left, const void *right)
{
    const struct gap *one = left, *two = right;

    return (one->length < two->length) - (one->length > two->length);
}

static int in_order(const void *left, const void *right)
{
    const struct gap *one = left, *two = right;

    return (one->before > two->before) - (one->before < two->before);
}

/* Takes excess places out of the longest gaps, and numbers the slots behind them anew. */
static struct error *close_gaps(struct sweep_axis *axis, uint64_t excess)
{
    size_t count = axis->chosen - 1;
    struct gap *gaps = calloc(axis->chosen, sizeof(*gaps));
    uint64_t taken = 0;

    if (!gaps)
        return error_errno(ENOMEM, "%zu slots", axis->chosen);
    for (size_t i = 0; i < count; i++)
        gaps[i] = (struct gap){axis->counts[i + 1].slot - axis->counts[i].slot - 1, i + 1, 0};
    qsort(gaps, count, sizeof(*gaps), longest_first);
    for (size_t i = 0; i < count; i++) {
        gaps[i].taken = gaps[i].length < excess ? gaps[i].length : excess;
        excess -= gaps[i].taken;
    }
    qsort(gaps, count, sizeof(*gaps), in_order);
    for (size_t i = 0; i < count; i++) {
        taken += gaps[i].taken;
        axis->counts[i + 1].slot -= taken;
    }
    free(gaps);
    return NULL;
}

/*
 * Chosen slots span so many places; slots that are missing in between are closed, slots that nobody
 * chose at either end are put there in halves.
 */
static struct error *number_slots(struct sweep_axis *axis)
{
    uint64_t places = axis->counts[axis->chosen - 1].slot + 1;

    if (places > axis->slots)
        return close_gaps(axis, places - axis->slots);
    for (size_t i = 0; i < axis->chosen; i++)
        axis->counts[i].slot += (axis->slots - places) / 2;
    return NULL;
}

static void fill_rows(struct sweep_axis *axis)
{
    uint64_t slots = axis->uniformity.slots;
    uint64_t per_row = slots / SWEEP_ROWS_MAX + (slots % SWEEP_ROWS_MAX != 0);

    axis->row_count = (unsigned int)((slots - 1) / per_row + 1);
    for (unsigned int i = 0; i < axis->row_count; i++) {
        axis->rows[i].first_slot = i * per_row;
        axis->rows[i].last_slot = i == axis->row_count - 1 ? slots - 1 : (i + 1) * per_row - 1;
    }
    for (size_t i = 0; i < axis->chosen; i++) {
        struct sweep_row *row = &axis->rows[axis->counts[i].slot / per_row];

        if (!row->count)
            row->lowest = axis->addresses[i];
        row->highest = axis->addresses[i];
        row->count += axis->counts[i].count;
    }
}

static uint64_t lowest(const uint64_t *addresses, size_t count)
{
    uint64_t least = addresses[0];

    for (size_t i = 1; i < count; i++)
        if (addresses[i] < least)
            least = addresses[i];
    return least;
}

/* Without areas slot numbers are distances from the first address, to begin with. */
static struct error *find_slots(struct sweep_axis *axis, const uint64_t *addresses, size_t count,
                                uint64_t alignment, const struct sweep_area *areas,
                                size_t area_count)
{
    struct place *places = calloc(count, sizeof(*places));
    uint64_t first = lowest(addresses, count);

    if (!places)
        return error_errno(ENOMEM, "%zu boots", count);
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct place){(addresses[i] - first) / alignment, addresses[i]};
        if (area_count)
            sweep_slot(areas, area_count, alignment, addresses[i], &places[i].slot);
    }
    qsort(places, count, sizeof(*places), by_slot);
    count_distinct(axis, places, count);
    free(places);
    return area_count ? NULL : number_slots(axis);
}

struct error *sweep_axis_fill(struct sweep_axis *axis, const uint64_t *addresses, size_t count,
                              uint64_t alignment, const struct sweep_area *areas, size_t area_count)
{
    struct error *err;

    axis->counts = calloc(count + 1, sizeof(*axis->counts));
    axis->addresses = calloc(count + 1, sizeof(*axis->addresses));
    if (!axis->counts || !axis->addresses)
        return error_errno(ENOMEM, "%zu boots", count);
    if (!count)
        return NULL;
    err = find_slots(axis, addresses, count, alignment, areas, area_count);
    if (err)
        return err;
    /* More places than there are slots is a violation, but must not break the arithmetic. */
    uint64_t behind = axis->counts[axis->chosen - 1].slot + 1;
    axis->uniformity = uniformity_test(axis->counts, axis->chosen,
                                       behind > axis->slots ? behind : axis->slots);
    fill_rows(axis);
    return NULL;
}
