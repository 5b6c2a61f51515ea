/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_axis.h"

#include <errno.h>
#include <stdlib.h>

static int by_value(const void *left, const void *right)
{
    uint64_t one = *(const uint64_t *)left, two = *(const uint64_t *)right;

    return (one > two) - (one < two);
}

/* Slot numbers are still distances from the first address here. */
static void count_distinct(struct sweep_axis *axis, uint64_t *addresses, size_t count,
                           uint64_t first, uint64_t alignment)
{
    for (size_t i = 0; i < count; i++) {
        if (axis->chosen && axis->addresses[axis->chosen - 1] == addresses[i]) {
            axis->counts[axis->chosen - 1].count++;
            continue;
        }
        axis->addresses[axis->chosen] = addresses[i];
        axis->counts[axis->chosen++] = (struct slot_count){
            .slot = (addresses[i] - first) / alignment, .count = 1};
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

struct error *sweep_axis_fill(struct sweep_axis *axis, uint64_t *addresses, size_t count,
                              uint64_t alignment, const uint64_t *first_slot)
{
    struct error *err = NULL;

    axis->counts = calloc(count + 1, sizeof(*axis->counts));
    axis->addresses = calloc(count + 1, sizeof(*axis->addresses));
    if (!axis->counts || !axis->addresses)
        return error_errno(ENOMEM, "%zu boots", count);
    if (!count)
        return NULL;
    qsort(addresses, count, sizeof(*addresses), by_value);
    count_distinct(axis, addresses, count, first_slot ? *first_slot : addresses[0], alignment);
    if (!first_slot)
        err = number_slots(axis);
    if (err)
        return err;
    /* More places than there are slots is a violation, but must not break the arithmetic. */
    uint64_t behind = axis->counts[axis->chosen - 1].slot + 1;
    axis->uniformity = uniformity_test(axis->counts, axis->chosen,
                                       behind > axis->slots ? behind : axis->slots);
    fill_rows(axis);
    return NULL;
}
