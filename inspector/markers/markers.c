/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "markers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "text.h"

#define KEPT_MAX      4096
#define LINE_TEXT_MAX (CHECKPOINT_LINE_MAX - 1) /* without the newline */

struct markers {
    /* One allocation each: a marker stays where it is while later ones come. */
    struct marker *kept[KEPT_MAX];
    size_t count;
    size_t known; /* as many are allocated: more than count after going back */
    size_t malformed;
    char first_malformed[CHECKPOINT_LINE_MAX];

    char line[LINE_TEXT_MAX];
    size_t length; /* of the line so far; more than LINE_TEXT_MAX: too long, and the rest is lost */

    marker_handler handler;
    void *context;
};

struct markers *markers_new(void)
{
    struct markers *markers = calloc(1, sizeof(*markers));

    if (!markers)
        abort();
    return markers;
}

void markers_free(struct markers *markers)
{
    if (!markers)
        return;
    for (size_t i = 0; i < markers->known; i++)
        free(markers->kept[i]);
    free(markers);
}

void markers_on_marker(struct markers *markers, marker_handler handler, void *context)
{
    markers->handler = handler;
    markers->context = context;
}

static void count_malformed(struct markers *markers, const char *line, size_t length)
{
    if (markers->malformed++ > 0)
        return;
    for (size_t i = 0; i < length; i++)
        markers->first_malformed[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '.';
    markers->first_malformed[length] = '\0';
}

static bool same(const struct marker *a, const struct marker *b)
{
    bool equal = strcmp(a->name, b->name) == 0 && a->count == b->count;

    for (unsigned int i = 0; equal && i < a->count; i++)
        equal = strcmp(a->keys[i].key, b->keys[i].key) == 0 && a->keys[i].value == b->keys[i].value;
    return equal;
}

/* What was kept from here on when the guest went back is another future's. */
static void forget_rest(struct markers *markers)
{
    while (markers->known > markers->count)
        free(markers->kept[--markers->known]);
}

static void keep(struct markers *markers, const struct marker *marker)
{
    struct marker *copy = markers->kept[markers->count];

    if (markers->known == markers->count || !same(copy, marker)) {
        forget_rest(markers);
        copy = malloc(sizeof(*copy));
        if (!copy)
            abort();
        *copy = *marker;
        markers->kept[markers->known++] = copy;
    }
    markers->count++;
    if (markers->handler)
        markers->handler(markers->context, copy);
}

static void end_line(struct markers *markers)
{
    size_t length = markers->length < LINE_TEXT_MAX ? markers->length : LINE_TEXT_MAX;
    bool whole = markers->length <= LINE_TEXT_MAX;
    struct marker marker;

    if (whole && markers->count < KEPT_MAX && marker_parse(markers->line, length, &marker))
        keep(markers, &marker);
    else
        count_malformed(markers, markers->line, length);
    markers->length = 0;
}

static void add_to_line(struct markers *markers, const char *bytes, size_t length)
{
    size_t used = markers->length < LINE_TEXT_MAX ? markers->length : LINE_TEXT_MAX;
    size_t room = LINE_TEXT_MAX - used;

    memcpy(markers->line + used, bytes, length < room ? length : room);
    markers->length = length <= room ? used + length : LINE_TEXT_MAX + 1;
}

void markers_feed(struct markers *markers, const void *bytes, size_t length)
{
    const char *at = bytes, *end = at + length;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        if (markers->length <= LINE_TEXT_MAX)
            add_to_line(markers, at, (size_t)((newline ? newline : end) - at));
        if (!newline)
            return;
        end_line(markers);
        at = newline + 1;
    }
}

size_t markers_count(const struct markers *markers)
{
    return markers->count;
}

const struct marker *markers_get(const struct markers *markers, size_t index)
{
    return markers->kept[index];
}

const struct marker *markers_find(const struct markers *markers, const char *name)
{
    for (size_t i = markers->count; i-- > 0;) {
        if (strcmp(markers->kept[i]->name, name) == 0)
            return markers->kept[i];
    }
    return NULL;
}

size_t markers_malformed(const struct markers *markers)
{
    return markers->malformed;
}

const char *markers_first_malformed(const struct markers *markers)
{
    return markers->first_malformed;
}

void markers_place(const struct markers *markers, struct markers_place *ret)
{
    *ret = (struct markers_place){markers->count, markers->malformed, markers->length, ""};
    memcpy(ret->line, markers->line, sizeof(markers->line));
}

void markers_truncate(struct markers *markers, const struct markers_place *place)
{
    markers->count = place->count < markers->known ? place->count : markers->known;
    markers->malformed = place->malformed;
    if (place->malformed == 0)
        markers->first_malformed[0] = '\0';
    markers->length = place->length;
    memcpy(markers->line, place->line, sizeof(markers->line));
}

bool marker_value(const struct marker *marker, const char *key, uint64_t *ret)
{
    for (unsigned int i = 0; i < marker->count; i++) {
        if (strcmp(marker->keys[i].key, key) == 0) {
            *ret = marker->keys[i].value;
            return true;
        }
    }
    return false;
}

json_t *marker_json(const struct marker *marker)
{
    json_t *object = json_object();

    for (unsigned int i = 0; i < marker->count; i++)
        json_object_set_new(object, marker->keys[i].key, json_hex(marker->keys[i].value));
    return object;
}
