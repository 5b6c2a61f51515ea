/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "discover_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The position of name in the table; STAGES_MAX when it is not there. */
static size_t place_of(const char *name)
{
    const struct stage_entry *entry;

    for (size_t i = 0; i < STAGES_MAX && (entry = stage_table(i)); i++)
        if (strcmp(entry->name, name) == 0)
            return i;
    return STAGES_MAX;
}

struct stage *finding_stage(struct finding *finding, const char *name, enum module module,
                            uint64_t address, enum stage_source source,
                            enum stage_certainty certainty, const char *how, ...)
{
    static struct stage away;
    size_t place = place_of(name);
    struct stage *stage = &away;
    va_list list;

    if (place < STAGES_MAX && finding->places[place].state == FINDING_OPEN) {
        stage = &finding->places[place].stage;
        finding->places[place].state = FINDING_THERE;
    }
    *stage = (struct stage){.module = module,
                            .address = address,
                            .source = source,
                            .certainty = certainty,
                            .after = -1};
    snprintf(stage->name, sizeof(stage->name), "%s", name);
    va_start(list, how);
    vsnprintf(stage->how, sizeof(stage->how), how, list);
    va_end(list);
    return stage;
}

void finding_after(struct finding *finding, const char *name, const char *after)
{
    size_t place = place_of(name);

    if (place < STAGES_MAX)
        finding->places[place].after = after;
}

void finding_absent(struct finding *finding, const char *name, bool expected, const char *why, ...)
{
    size_t place = place_of(name);
    va_list list;

    if (place == STAGES_MAX || finding->places[place].state != FINDING_OPEN)
        return;
    struct stage_absent *missing = &finding->places[place].missing;
    finding->places[place].state = FINDING_ABSENT;
    missing->expected = expected;
    va_start(list, why);
    vsnprintf(missing->why, sizeof(missing->why), why, list);
    va_end(list);
}

bool finding_address(const struct finding *finding, const char *name, uint64_t *ret)
{
    size_t place = place_of(name);

    if (place == STAGES_MAX || finding->places[place].state != FINDING_THERE)
        return false;
    *ret = finding->places[place].stage.address;
    return true;
}

static void add_label(struct finding *finding, const struct label *label)
{
    for (size_t i = 0; i < finding->label_count; i++)
        if (strcmp(finding->labels[i].name, label->name) == 0)
            return;
    if (finding->label_count < LABELS_MAX)
        finding->labels[finding->label_count++] = *label;
}

void finding_label(struct finding *finding, const char *name, enum module module, uint64_t address)
{
    add_label(finding, &(struct label){.name = name, .module = module, .address = address});
}

void finding_function(struct finding *finding, const char *name, enum module module,
                      uint64_t address, uint64_t size)
{
    add_label(
        finding,
        &(struct label){
            .name = name, .module = module, .address = address, .size = size, .function = true});
}

static int compare_labels(const void *a, const void *b)
{
    const struct label *left = a, *right = b;

    if (left->module != right->module)
        return (left->module > right->module) - (left->module < right->module);
    return (left->address > right->address) - (left->address < right->address);
}

static int compare_absent(const void *a, const void *b)
{
    const struct stage_absent *left = a, *right = b;

    return (left->index > right->index) - (left->index < right->index);
}

static int position_of(const struct stages *stages, const char *name)
{
    const struct stage *stage = name ? stages_named(stages, name) : NULL;

    return stage ? (int)(stage - stages->list) : -1;
}

static void finish_stages(const struct finding *finding, struct stages *ret)
{
    const struct stage_entry *entry;

    *ret = (struct stages){.discovered = true};
    for (size_t i = 0; i < STAGES_MAX && (entry = stage_table(i)); i++) {
        if (finding->places[i].state == FINDING_THERE) {
            struct stage *stage = &ret->list[ret->count++];

            *stage = finding->places[i].stage;
            stage->index = entry->index;
            stage->bits = entry->bits;
            stage->after = position_of(ret, finding->places[i].after);
            continue;
        }
        struct stage_absent *missing = &ret->absent[ret->absent_count++];
        *missing = finding->places[i].missing;
        missing->index = entry->index;
        snprintf(missing->name, sizeof(missing->name), "%s", entry->name);
        if (finding->places[i].state == FINDING_OPEN) {
            missing->expected = true;
            snprintf(missing->why, sizeof(missing->why),
                     "nothing in the code has the shape of this stage");
        }
    }
    qsort(ret->absent, ret->absent_count, sizeof(ret->absent[0]), compare_absent);
}

void finding_finish(const struct finding *finding, struct discovery *ret)
{
    finish_stages(finding, &ret->stages);
    ret->label_count = finding->label_count;
    memcpy(ret->labels, finding->labels, sizeof(ret->labels));
    qsort(ret->labels, ret->label_count, sizeof(ret->labels[0]), compare_labels);
}
