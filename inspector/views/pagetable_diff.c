/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pagetable_diff(): what is mapped in one capture and not, or not so, in another. */
#include "pagetable.h"

#include <stdlib.h>

/* Whether two ranges map the addresses that they share in the same way. */
static bool agree(const struct page_range *a, const struct page_range *b)
{
    return a->phys - a->virt == b->phys - b->virt && a->page_size == b->page_size &&
           a->flags == b->flags;
}

/* The last address of a range: its end may be 2^64, which has no number. */
static uint64_t last_of(const struct page_range *range)
{
    return range->virt + (range->size - 1);
}

static bool add_part(struct page_ranges *out, const struct page_range *range, uint64_t from,
                     uint64_t last)
{
    struct page_range part = *range;

    part.virt = from;
    part.phys = range->phys + (from - range->virt);
    part.size = last - from + 1;
    return page_ranges_add(out, &part);
}

/* Adds to out what of range no range of others maps in the same way; *next is where to look. */
static bool subtract_one(const struct page_range *range, const struct page_ranges *others,
                         size_t *next, struct page_ranges *out)
{
    uint64_t from = range->virt, last = last_of(range);

    while (*next < others->count && last_of(&others->list[*next]) < from)
        ++*next;
    for (size_t i = *next; i < others->count && others->list[i].virt <= last; i++) {
        const struct page_range *other = &others->list[i];

        if (!agree(range, other))
            continue;
        if (other->virt > from && !add_part(out, range, from, other->virt - 1))
            return false;
        if (last_of(other) >= last)
            return true;
        from = last_of(other) + 1;
    }
    return add_part(out, range, from, last);
}

static bool subtract(const struct page_ranges *ranges, const struct page_ranges *others,
                     struct page_ranges *out)
{
    size_t next = 0;

    for (size_t i = 0; i < ranges->count; i++)
        if (!subtract_one(&ranges->list[i], others, &next, out))
            return false;
    return true;
}

struct error *pagetable_diff(const struct pagetable_view *before, const struct pagetable_view *now,
                             struct pagetable_diff *ret)
{
    struct pagetable_diff diff = {0};

    if (!subtract(&now->ranges, &before->ranges, &diff.added) ||
        !subtract(&before->ranges, &now->ranges, &diff.removed)) {
        pagetable_diff_free(&diff);
        return error_new(ERROR_SYSTEM, "page tables: no memory for a difference");
    }
    *ret = diff;
    return NULL;
}

void pagetable_diff_free(struct pagetable_diff *diff)
{
    free(diff->added.list);
    free(diff->removed.list);
    *diff = (struct pagetable_diff){0};
}
