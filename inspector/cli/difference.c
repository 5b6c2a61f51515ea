/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "difference.h"

#include <stdlib.h>
#include <string.h>

static bool same_value(const struct field *a, const struct field *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a->value, b->value) == 0;
}

static const struct field *either(const struct difference *difference)
{
    return difference->a ? difference->a : difference->b;
}

/* The same field where it was compared last; NULL when it was not. */
static const struct difference *find(const struct compared_stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->count; i++)
        if (strcmp(either(&stage->list[i])->name, name) == 0)
            return &stage->list[i];
    return NULL;
}

/* last: the last stage that both passed, or NULL. */
static void look_back(const struct compared_stage *last, struct difference *difference)
{
    const struct difference *before = last ? find(last, either(difference)->name) : NULL;

    if (!before)
        return;
    difference->as_before = before->state == difference->state &&
                            same_value(before->a, difference->a) &&
                            same_value(before->b, difference->b);
    difference->elsewhere_before = before->state == FIELD_MOVED;
    difference->ended = difference->state == FIELD_SAME && before->state >= FIELD_DIFFERS;
}

static void add(struct compared_stage *stage, const struct compared_stage *last,
                const struct field *a, const struct field *b)
{
    struct difference *difference = &stage->list[stage->count++];

    *difference = (struct difference){.a = a, .b = b, .state = field_compare(a, b)};
    look_back(last, difference);
    stage->differs = stage->differs || difference->state != FIELD_SAME;
}

/*
 * boot_params is a place in the setup code that one boot may tell sooner than the other: what is not
 * known yet does not differ.
 */
static bool has_params(const struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->list[i].group == FIELD_PARAMS)
            return true;
    return false;
}

static struct error *compare_fields(struct compared_stage *stage, const struct compared_stage *last)
{
    const struct fields *a = &stage->pair.a->fields, *b = &stage->pair.b->fields;

    bool params = has_params(a) && has_params(b);

    stage->list = calloc(a->count + b->count, sizeof(*stage->list));
    if (!stage->list)
        return error_new(ERROR_SYSTEM, "no memory for a stage's differences");
    for (size_t i = 0; i < a->count; i++)
        if (params || a->list[i].group != FIELD_PARAMS)
            add(stage, last, &a->list[i], fields_find(b, a->list[i].name));
    for (size_t i = 0; i < b->count; i++)
        if ((params || b->list[i].group != FIELD_PARAMS) && !fields_find(a, b->list[i].name))
            add(stage, last, NULL, &b->list[i]);
    return NULL;
}

static bool same_ranges(const struct page_ranges *a, const struct page_ranges *b)
{
    for (size_t i = 0; a->count == b->count && i < a->count; i++) {
        const struct page_range *x = &a->list[i], *y = &b->list[i];

        if (x->virt != y->virt || x->phys != y->phys || x->size != y->size ||
            x->page_size != y->page_size || x->flags != y->flags)
            return false;
    }
    return a->count == b->count;
}

static struct error *compare_ranges(struct compared_stage *stage, const struct compared_stage *last)
{
    static const struct pagetable_diff nothing;
    const struct pagetable_diff *before = last ? &last->ranges : &nothing;
    struct error *err = pagetable_diff(&stage->pair.a->paging, &stage->pair.b->paging,
                                       &stage->ranges);

    if (err)
        return err;
    stage->ranges_as_before = same_ranges(&before->added, &stage->ranges.added) &&
                              same_ranges(&before->removed, &stage->ranges.removed);
    stage->differs = stage->differs || stage->ranges.added.count || stage->ranges.removed.count;
    return NULL;
}

static struct error *compare_stages(struct comparison *comparison)
{
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    size_t count = recording_match(comparison->a, comparison->b, pairs);
    const struct compared_stage *last = NULL;
    struct error *err = NULL;

    for (size_t i = 0; !err && i < count; i++) {
        struct compared_stage *stage = &comparison->stages[comparison->count++];

        stage->pair = pairs[i];
        stage->differs = !pairs[i].a || !pairs[i].b || pairs[i].cost_a != pairs[i].cost_b;
        if (pairs[i].a && pairs[i].b) {
            err = compare_fields(stage, last);
            if (!err)
                err = compare_ranges(stage, last);
            last = stage;
        }
        comparison->differing += stage->differs;
    }
    return err;
}

bool compared_value_differs(const struct compared_value *value)
{
    return value->a.known != value->b.known || (value->a.known && value->a.value != value->b.value);
}

static void compare_images(struct comparison *comparison)
{
    const struct recorded_image *a = &comparison->a->image, *b = &comparison->b->image;
    const struct compared_value values[] = {
        {"bytes", known(a->file_size), known(b->file_size), true},
        {"payload_bytes", known(a->payload_size), known(b->payload_size), true},
        {"unpacked_bytes", known(a->unpacked_size), known(b->unpacked_size), true},
        {"pref_address", known(a->pref_address), known(b->pref_address), false},
        {"alignment", known(a->alignment), known(b->alignment), false},
        {"init_size", known(a->init_size), known(b->init_size), false},
        {"entry", known(a->entry), known(b->entry), false},
    };
    _Static_assert(sizeof(values) <= sizeof(comparison->image), "room for every value");

    comparison->image_count = sizeof(values) / sizeof(values[0]);
    memcpy(comparison->image, values, sizeof(values));
}

static struct facts last_facts(const struct recording *recording)
{
    static const struct facts nothing;

    return recording->count ? recording->stops[recording->count - 1].facts : nothing;
}

static struct maybe less(struct maybe value, struct maybe base)
{
    return value.known && base.known ? known(value.value - base.value) : (struct maybe){0};
}

static void compare_places(struct comparison *comparison)
{
    struct facts a = last_facts(comparison->a), b = last_facts(comparison->b);
    struct maybe linked_a = known(comparison->a->image.pref_address);
    struct maybe linked_b = known(comparison->b->image.pref_address);
    const struct compared_value values[] = {
        {"setup", a.setup, b.setup, false},
        {"boot_params", a.boot_params, b.boot_params, false},
        {"load", a.load, b.load, false},
        {"copy", a.copy, b.copy, false},
        {"output", a.output, b.output, false},
        {"virtual", a.virtual, b.virtual, false},
        {"copy_delta", less(a.copy, a.load), less(b.copy, b.load), false},
        {"physical_delta", less(a.output, linked_a), less(b.output, linked_b), false},
        {"virtual_delta", less(a.virtual, linked_a), less(b.virtual, linked_b), false},
    };
    _Static_assert(sizeof(values) <= sizeof(comparison->placement), "room for every value");

    comparison->placement_count = sizeof(values) / sizeof(values[0]);
    memcpy(comparison->placement, values, sizeof(values));
}

static bool values_differ(const struct compared_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (compared_value_differs(&values[i]))
            return true;
    return false;
}

struct error *comparison_make(const struct recording *a, const struct recording *b,
                              struct comparison *ret)
{
    struct error *err;

    *ret = (struct comparison){.a = a, .b = b};
    err = compare_stages(ret);
    if (err) {
        comparison_free(ret);
        return err;
    }
    compare_images(ret);
    compare_places(ret);
    ret->same = ret->differing == 0 && a->image.codec == b->image.codec &&
                strcmp(a->image.version, b->image.version) == 0 &&
                strcmp(a->image.build_id, b->image.build_id) == 0 &&
                !values_differ(ret->image, ret->image_count) &&
                !values_differ(ret->placement, ret->placement_count);
    return NULL;
}

void comparison_free(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        free(comparison->stages[i].list);
        pagetable_diff_free(&comparison->stages[i].ranges);
    }
    *comparison = (struct comparison){0};
}
