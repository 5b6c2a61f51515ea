/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The marker of a stage held against the machine. A key that names a register is compared with the
 * register, a key that names a fact of the timeline (load, copy, output, virtual, boot_params) with
 * that fact, and a key with a meaning of its own with what the image and the symbols say it must be
 * (claims.h) or what other views read from memory (crosscheck_against). What is left (how many
 * slots KASLR had to choose from) is shown as it is.
 */
#ifndef BOOTSCOPE_VIEWS_CROSSCHECK_H
#define BOOTSCOPE_VIEWS_CROSSCHECK_H

#include "markers.h"
#include "views.h"

struct crosscheck_key {
    const char *key; /* owned by the marker */
    uint64_t claimed;
    bool checked;    /* there is something to compare it with */
    uint64_t actual; /* when checked */
    bool agrees;     /* when checked */
};

struct crosscheck_view {
    bool present; /* the stage emitted a marker */
    bool missing; /* it should have, and did not */
    size_t count;
    struct crosscheck_key keys[MARKER_KEYS_MAX];
};

/* Never fails; reads only the stop. */
void crosscheck_capture(const struct stop *stop, struct crosscheck_view *ret);
/*
 * Holds one key of the captured marker, if it is there, against a value that another view of the
 * same stop has read from the guest's memory.
 */
void crosscheck_against(struct crosscheck_view *view, const char *key, uint64_t value);
void crosscheck_text(const struct crosscheck_view *view, const struct text *text);
/* An array of {"key","marker","machine"} for each key that disagrees: [] when all is well. */
json_t *crosscheck_json(const struct crosscheck_view *view);
size_t crosscheck_wrong(const struct crosscheck_view *view);

#endif
