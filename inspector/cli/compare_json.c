/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The comparison of two boots for programs. */
#include "difference.h"

#include <inttypes.h>

#include "pair.h"

static json_t *field_json(const struct field *field)
{
    char place[64];

    if (!field)
        return json_null();
    snprintf(place, sizeof(place), "%s+0x%" PRIx64, anchor_name(field->place.anchor),
             field->place.offset);
    return json_pack("{s:s,s:o,s:o}", "value", field->value, "place",
                     field->place.anchor ? json_string(place) : json_null(), "symbol",
                     field->symbol[0] ? json_string(field->symbol) : json_null());
}

static json_t *fields_json(const struct compared_stage *stage, bool all)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stage->count; i++) {
        const struct difference *difference = &stage->list[i];
        const struct field *field = difference->a ? difference->a : difference->b;

        if (difference->state == FIELD_SAME && !all)
            continue;
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:b,s:o,s:o}", "field", field->name,
                                              "group", field_group_name(field->group), "state",
                                              field_state_name(difference->state), "as_before",
                                              difference->as_before, "a", field_json(difference->a),
                                              "b", field_json(difference->b)));
    }
    return list;
}

static json_t *why_json(const struct recording *recording, const struct recorded_stop *stop,
                        const char *name)
{
    char why[256];

    return stop ? json_null() : json_string(recording_why_not(recording, name, why, sizeof(why)));
}

static json_t *stop_json(const struct recorded_stop *stop, uint64_t cost, bool both)
{
    if (!stop)
        return json_null();
    return json_pack("{s:I,s:o,s:s}", "instructions", (json_int_t)stop->instructions, "cost",
                     both ? json_integer((json_int_t)cost) : json_null(), "certainty",
                     stage_certainty_name(stop->stage->certainty));
}

static json_t *stage_json(const struct comparison *comparison, const struct compared_stage *stage,
                          bool all)
{
    const struct recorded_pair *pair = &stage->pair;
    bool both = pair->a && pair->b;

    return json_pack(
        "{s:s,s:I,s:b,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:{s:o,s:o}}", "checkpoint", pair->stage->name,
        "index", (json_int_t)pair->stage->index, "differs", stage->differs, "a",
        stop_json(pair->a, pair->cost_a, both), "b", stop_json(pair->b, pair->cost_b, both),
        "a_why_not", why_json(comparison->a, pair->a, pair->stage->name), "b_why_not",
        why_json(comparison->b, pair->b, pair->stage->name), "other_order", pair->elsewhere,
        "ratio", both ? pair_ratio_json(pair->cost_a, pair->cost_b) : json_null(), "fields",
        fields_json(stage, all), "paging", "only_a", page_ranges_json(&stage->ranges.removed),
        "only_b", page_ranges_json(&stage->ranges.added));
}

static json_t *values_json(const struct compared_value *values, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(
            object, values[i].name,
            json_pack("{s:o,s:o}", "a", json_maybe(values[i].a), "b", json_maybe(values[i].b)));
    return object;
}

json_t *comparison_json(const struct comparison *comparison, bool all)
{
    json_t *stages = json_array();

    for (size_t i = 0; i < comparison->count; i++)
        json_array_append_new(stages, stage_json(comparison, &comparison->stages[i], all));
    return json_pack(
        "{s:b,s:I,s:o,s:o,s:o,s:o,s:o}", "same", comparison->same, "differing",
        (json_int_t)comparison->differing, "a", pair_boot_json(comparison->a, &comparison->guest_a),
        "b", pair_boot_json(comparison->b, &comparison->guest_b), "image",
        values_json(comparison->image, comparison->image_count), "placement",
        values_json(comparison->placement, comparison->placement_count), "stages", stages);
}
