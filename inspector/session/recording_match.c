/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two boots on one list: the longest common subsequence of their stages' names, and between those
 * what one of them has.
 */
#include "recording.h"

#include <string.h>

/* common[i][j]: how many stages can be matched among a's from i on and b's from j on. */
struct table {
    unsigned char common[STAGES_MAX + 1][STAGES_MAX + 1];
};
_Static_assert(STAGES_MAX < 256, "a count is a byte");

static bool same_name(const struct recorded_stop *a, const struct recorded_stop *b)
{
    return strcmp(a->stage->name, b->stage->name) == 0;
}

static void fill(const struct recording *a, const struct recording *b, struct table *table)
{
    memset(table, 0, sizeof(*table));
    for (size_t i = a->count; i-- > 0;)
        for (size_t j = b->count; j-- > 0;) {
            unsigned char without_a = table->common[i + 1][j], without_b = table->common[i][j + 1];

            if (same_name(&a->stops[i], &b->stops[j]))
                table->common[i][j] = (unsigned char)(table->common[i + 1][j + 1] + 1);
            else
                table->common[i][j] = without_a > without_b ? without_a : without_b;
        }
}

/* The counts at the last line that has both. */
struct since {
    uint64_t a, b;
};

static struct recorded_pair both(const struct recorded_stop *a, const struct recorded_stop *b,
                                 struct since *since)
{
    struct recorded_pair pair = {
        .stage = a->stage,
        .a = a,
        .b = b,
        .cost_a = a->instructions - since->a,
        .cost_b = b->instructions - since->b,
    };

    *since = (struct since){a->instructions, b->instructions};
    return pair;
}

static struct recorded_pair only_a(const struct recorded_stop *a, const struct recording *b)
{
    return (struct recorded_pair){
        .stage = a->stage,
        .a = a,
        .elsewhere = recording_stop(b, a->stage->name) != NULL,
    };
}

static struct recorded_pair only_b(const struct recorded_stop *b, const struct recording *a)
{
    return (struct recorded_pair){
        .stage = b->stage,
        .b = b,
        .elsewhere = recording_stop(a, b->stage->name) != NULL,
    };
}

size_t recording_match(const struct recording *a, const struct recording *b,
                       struct recorded_pair ret[RECORDED_PAIRS_MAX])
{
    size_t i = 0, j = 0, count = 0;
    struct since since = {0};
    struct table table;

    fill(a, b, &table);
    while (i < a->count || j < b->count) {
        const struct recorded_stop *from_a = i < a->count ? &a->stops[i] : NULL;
        const struct recorded_stop *from_b = j < b->count ? &b->stops[j] : NULL;

        if (from_a && from_b && same_name(from_a, from_b)) {
            ret[count++] = both(from_a, from_b, &since);
            i++;
            j++;
        } else if (from_a && (!from_b || table.common[i + 1][j] >= table.common[i][j + 1])) {
            ret[count++] = only_a(from_a, b);
            i++;
        } else {
            ret[count++] = only_b(from_b, a);
            j++;
        }
    }
    return count;
}
