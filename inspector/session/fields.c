/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fields.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The real-mode code's segment: its code, heap and stack, as the boot protocol has it. */
#define SETUP_SIZE  0x10000
#define PARAMS_SIZE 0x1000

const char *anchor_name(enum anchor anchor)
{
    static const char *const names[] = {"",     "boot_params", "setup",  "load",
                                        "copy", "output",      "virtual"};

    return names[anchor];
}

const char *field_group_name(enum field_group group)
{
    static const char *const names[FIELD_GROUPS] = {"code", "registers", "gdt",
                                                    "idt",  "paging",    "boot_params"};

    return names[group];
}

const char *field_state_name(enum field_state state)
{
    static const char *const names[] = {"same", "same-place", "differs", "only-a", "only-b"};

    return names[state];
}

static bool within(uint64_t address, struct maybe start, uint64_t size)
{
    return start.known && address >= start.value && address - start.value < size;
}

struct place field_place_of(const struct field_anchors *anchors, uint64_t address)
{
    const struct facts *facts = &anchors->facts;
    struct maybe high = {.known = facts->virtual.known,
                         .value = anchors->map + facts->virtual.value};
    /* With its .bss, which the file has not. */
    uint64_t whole = facts->copy.known && anchors->copy_end > facts->copy.value
                         ? anchors->copy_end - facts->copy.value
                         : anchors->file_size;
    /* What was unpacked may lie over what was loaded, and the copy in the end of its buffer. */
    const struct {
        enum anchor anchor;
        struct maybe start;
        uint64_t size;
    } rows[] = {
        {ANCHOR_BOOT_PARAMS, facts->boot_params, PARAMS_SIZE},
        {ANCHOR_SETUP, facts->setup, SETUP_SIZE},
        {ANCHOR_OUTPUT, facts->output, facts->running_kernel ? anchors->kernel_size : 0},
        {ANCHOR_COPY, facts->copy, whole},
        {ANCHOR_LOAD, facts->load, facts->running_copy ? 0 : whole},
        {ANCHOR_OUTPUT, facts->output, anchors->kernel_size},
        {ANCHOR_LOAD, facts->load, whole},
        {ANCHOR_VIRTUAL, high, anchors->kernel_size},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (within(address, rows[i].start, rows[i].size))
            return (struct place){rows[i].anchor, address - rows[i].start.value};
    return (struct place){0};
}

struct field *fields_add(struct fields *fields, enum field_group group, const char *name,
                         const char *format, ...)
{
    struct field *field;
    va_list args;

    if (fields->count == fields->room) {
        fields->room = fields->room ? 2 * fields->room : 64;
        fields->list = reallocarray(fields->list, fields->room, sizeof(*fields->list));
        if (!fields->list)
            abort();
    }
    field = &fields->list[fields->count++];
    *field = (struct field){.group = group};
    snprintf(field->name, sizeof(field->name), "%s", name);
    va_start(args, format);
    if (vasprintf(&field->value, format, args) < 0)
        abort();
    va_end(args);
    return field;
}

void fields_free(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        free(fields->list[i].value);
        free(fields->list[i].head);
        free(fields->list[i].tail);
    }
    free(fields->list);
    *fields = (struct fields){0};
}

const struct field *fields_find(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->list[i].name, name) == 0)
            return &fields->list[i];
    return NULL;
}

static bool same_place(const struct field *a, const struct field *b)
{
    if (a->place.anchor == ANCHOR_NONE || a->place.anchor != b->place.anchor ||
        strcmp(a->head, b->head) != 0 || strcmp(a->tail, b->tail) != 0)
        return false;
    return a->place.offset == b->place.offset ||
           (a->symbol[0] && strcmp(a->symbol, b->symbol) == 0);
}

enum field_state field_compare(const struct field *a, const struct field *b)
{
    if (!a)
        return FIELD_ONLY_B;
    if (!b)
        return FIELD_ONLY_A;
    if (strcmp(a->value, b->value) == 0)
        return FIELD_SAME;
    return same_place(a, b) ? FIELD_MOVED : FIELD_DIFFERS;
}
