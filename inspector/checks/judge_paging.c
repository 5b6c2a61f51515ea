/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the page tables map, as sentences. */
#include "run_internal.h"

#define RIGHTS (PAGE_WRITE | PAGE_EXEC)

/* What is claimed of [start, end): from is where the part begins that is still to be looked at. */
struct claim {
    const struct statement *statement;
    uint64_t start, end, from;
    uint64_t target; /* of start, with PAGING_MAPS_TO */
};

static struct error *check_part(struct claim *claim, const struct page_range *range)
{
    const struct statement *statement = claim->statement;
    uint64_t found = range->phys + (claim->from - range->virt);
    uint64_t wanted = claim->target + (claim->from - claim->start);
    char is[PAGE_FLAGS_TEXT_MAX], must_be[PAGE_FLAGS_TEXT_MAX];

    if (statement->claim == PAGING_MAPS_TO && found != wanted)
        return error_new(ERROR_CHECK, "%s is mapped to %s, not to %s", text_hex(claim->from),
                         text_hex(found), text_hex(wanted));
    if (statement->rights_asked && (range->flags & RIGHTS) != statement->rights)
        return error_new(ERROR_CHECK, "%s is mapped %s, not %s", text_hex(claim->from),
                         page_flags_text(range->flags & RIGHTS, is, sizeof(is)),
                         page_flags_text(statement->rights, must_be, sizeof(must_be)));
    return NULL;
}

/* Every byte of the claim must lie in one of the ranges, which ascend. */
static struct error *check_mapped(struct claim *claim, const struct page_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct page_range *range = &ranges->list[i];
        struct error *err;

        if (claim->from - range->virt >= range->size)
            continue;
        err = check_part(claim, range);
        if (err)
            return err;
        /* Never to the range's end first: that may be the end of all addresses, which is 0. */
        if (claim->end - claim->from <= range->size - (claim->from - range->virt))
            return NULL;
        claim->from = range->virt + range->size;
    }
    return error_new(ERROR_CHECK, "%s is not mapped", text_hex(claim->from));
}

static struct error *check_unmapped(const struct claim *claim, const struct page_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct page_range *range = &ranges->list[i];
        uint64_t first = range->virt > claim->start ? range->virt : claim->start;

        if (first < claim->end && first - range->virt < range->size)
            return error_new(ERROR_CHECK, "%s is mapped to %s", text_hex(first),
                             text_hex(range->phys + (first - range->virt)));
    }
    return NULL;
}

static struct error *bounds(struct run *run, struct claim *claim)
{
    const struct statement *statement = claim->statement;
    struct error *err;

    if (statement->single) {
        err = run_evaluate(run, statement->range.start, &claim->start);
        claim->end = claim->start + 1;
        if (!err && claim->end == 0)
            err = error_new(ERROR_CHECK, "the last byte of all cannot be asked for");
    } else {
        err = run_range(run, &statement->range, &claim->start, &claim->end);
    }
    claim->from = claim->target = claim->start;
    if (!err && statement->expr)
        err = run_evaluate(run, statement->expr, &claim->target);
    return err;
}

static struct error *check_ranges(struct run *run, const struct statement *statement,
                                  const struct pagetable_view *view)
{
    struct claim claim = {.statement = statement};
    struct error *err = bounds(run, &claim);

    if (err)
        return err;
    if (!view->present)
        return error_new(ERROR_CHECK, "there are no page tables: paging is off, and cr3 is 0");
    if (view->capped)
        return error_new(ERROR_CHECK, "there are more page tables than are looked at");
    if (statement->claim == PAGING_MAPS_NOT)
        return check_unmapped(&claim, &view->ranges);
    return check_mapped(&claim, &view->ranges);
}

static struct error *check_identity(const struct pagetable_view *view)
{
    if (!view->present)
        return error_new(ERROR_CHECK, "there are no page tables");
    if (view->identity)
        return NULL;
    if (!view->first_other.known)
        return error_new(ERROR_CHECK, "nothing is mapped");
    return error_new(ERROR_CHECK, "%s is not mapped to itself", text_hex(view->first_other.value));
}

static struct error *judge_view(struct run *run, const struct statement *statement,
                                const struct pagetable_view *view)
{
    switch (statement->claim) {
    case PAGING_IS_ON:
        return view->enabled ? NULL : error_new(ERROR_CHECK, "paging is off");
    case PAGING_IS_OFF:
        return view->enabled ? error_new(ERROR_CHECK, "paging is on") : NULL;
    case PAGING_IS_IDENTITY:
        return check_identity(view);
    default:
        return check_ranges(run, statement, view);
    }
}

/* All that a checkpoint shows is captured once; between two, only this. */
struct error *judge_paging(struct run *run, const struct statement *statement)
{
    const struct snapshot *now;
    struct pagetable_view view = {0};
    struct error *err;

    if (run->stage) {
        err = run_snapshot(run, &now);
        return err ? err : judge_view(run, statement, &now->paging);
    }
    err = pagetable_capture(run->stop, &view);
    if (!err)
        err = judge_view(run, statement, &view);
    pagetable_free(&view);
    return err;
}
