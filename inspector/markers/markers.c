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
    for (size_t i = 0; i < markers->count; i++)
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

static void keep(struct markers *markers, const struct marker *marker)
{
    struct marker *copy = malloc(sizeof(*copy));

    if (!copy)
        abort();
    *copy = *marker;
    markers->kept[markers->count++] = copy;
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
