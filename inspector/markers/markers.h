/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stream on port 0xe9: bytes in, markers out. The form of a line is that of
 * stub/abi/checkpoints.def: "@NAME key=0xHEX ...\n", at most CHECKPOINT_LINE_MAX bytes. The guest is
 * not trusted: a line that has not this form is counted as malformed and kept as text.
 */
#ifndef BOOTSCOPE_MARKERS_MARKERS_H
#define BOOTSCOPE_MARKERS_MARKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "checkpoint.h"

#define MARKER_KEYS_MAX 16
#define MARKER_KEY_MAX  24

struct marker {
    char name[CHECKPOINT_NAME_MAX];
    unsigned int count;
    struct {
        char key[MARKER_KEY_MAX];
        uint64_t value;
    } keys[MARKER_KEYS_MAX];
};

struct markers;

/* Called for each complete marker, in order; the marker is the callee's only during the call. */
typedef void (*marker_handler)(void *context, const struct marker *marker);

struct markers *markers_new(void);
void markers_free(struct markers *markers);
void markers_on_marker(struct markers *markers, marker_handler handler, void *context);

/* Takes length bytes of the stream, cut anywhere. */
void markers_feed(struct markers *markers, const void *bytes, size_t length);

/* Markers so far (at most 4096 are kept, later ones are counted in malformed); index < count. */
size_t markers_count(const struct markers *markers);
const struct marker *markers_get(const struct markers *markers, size_t index);
/* The newest marker of that name; NULL when there was none. */
const struct marker *markers_find(const struct markers *markers, const char *name);
/* Lines that were no markers, and the first of them ("" when none; control bytes as '.'). */
size_t markers_malformed(const struct markers *markers);
const char *markers_first_malformed(const struct markers *markers);

/* How far the stream was read: to go back there when the guest does. Plain data. */
struct markers_place {
    size_t count, malformed;
    size_t length; /* of the line that is not complete */
    char line[CHECKPOINT_LINE_MAX];
};
void markers_place(const struct markers *markers, struct markers_place *ret);
/*
 * Back to that place, or forth again. What came after it is kept aside for that, until the stream
 * says something else there. A marker that comes again as it was stays where it is.
 */
void markers_truncate(struct markers *markers, const struct markers_place *place);

/* Looks a key up; false when the marker has none of that name. */
bool marker_value(const struct marker *marker, const char *key, uint64_t *ret);
/* {"key":"0x..",...}; a new reference. */
json_t *marker_json(const struct marker *marker);

#endif
