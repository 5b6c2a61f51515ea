/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope compare: what two recorded boots have in common, and what not. */
#ifndef BOOTSCOPE_CLI_DIFFERENCE_H
#define BOOTSCOPE_CLI_DIFFERENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "options.h"
#include "pagetable.h"
#include "recording.h"
#include "text.h"

/* One field at one stage. */
struct difference {
    const struct field *a, *b; /* one may be NULL */
    enum field_state state;
    bool as_before;        /* state and both values are those at the last stage that both passed */
    bool ended;            /* it differed there, and does no more */
    bool elsewhere_before; /* it was FIELD_MOVED there */
};

/* A line of the two boots. Without both stops there is nothing but the pair. */
struct compared_stage {
    struct recorded_pair pair;
    struct difference *list; /* a's fields in order, then those that only b has */
    size_t count;
    struct pagetable_diff ranges; /* added: b's alone; removed: a's alone */
    bool ranges_as_before;
    bool differs; /* in a field, a range or its cost; or only one boot passed it */
};

#define COMPARISON_VALUES 12

/* What is said once: of the images, and of where things were put in the end. */
struct compared_value {
    const char *name; /* "pref_address", "copy", "physical_delta" */
    struct maybe a, b;
    bool heading; /* the text has it in its first lines */
};

struct comparison {
    const struct recording *a, *b; /* with RECORDING_STATE */
    struct guest_options guest_a, guest_b;
    size_t count;
    struct compared_stage stages[RECORDED_PAIRS_MAX];
    struct compared_value image[COMPARISON_VALUES], placement[COMPARISON_VALUES];
    size_t image_count, placement_count;
    size_t differing; /* stages that differ */
    bool same;        /* the two boots: their images' values, places and stages */
};

/* The recordings must outlive the comparison. ERROR_SYSTEM: no memory. */
struct error *comparison_make(const struct recording *a, const struct recording *b,
                              struct comparison *ret);
void comparison_free(struct comparison *comparison);

bool compared_value_differs(const struct compared_value *value);

/* What differs, each value where it begins to; all: equal values, and those as before, too. */
void comparison_text(const struct comparison *comparison, bool all, const struct text *text);
/* One object, docs/json.md. */
json_t *comparison_json(const struct comparison *comparison, bool all);

#endif
