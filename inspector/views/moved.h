/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the decompressor's copy of itself, proven byte for byte right after it was made
 * (image-copied; on the way to relocated, lgdt needs a base that is written into the copy).
 *
 *   load                              load + size
 *    |########## source ##########xxxxx|
 *                                 |========= copy =========...=====|
 *                                copy                        copy + size
 *
 * Where the source still stands (#), the copy must equal it. Where the copy overwrote it (x), what
 * stood there is known from the image file and from the changes seen before the copy (loaded.h):
 * the copy must equal the file, save in those places. Bytes of the copy that equal the source but
 * not the file are counted as changed before the copy.
 */
#ifndef BOOTSCOPE_VIEWS_MOVED_H
#define BOOTSCOPE_VIEWS_MOVED_H

#include "guest.h"
#include "loaded.h"
#include "views.h"

struct moved_view {
    bool present;
    uint64_t source, copy; /* guest-physical */
    uint64_t size;
    uint64_t overlap_start, overlap_end; /* source bytes the copy overwrote; empty: both 0 */
    struct comparison standing;          /* copy against the source that still stands */
    struct comparison overwritten;       /* copy against the file, known changes aside */
    uint64_t changed;  /* bytes of the copy that equal the source and not the file */
    uint64_t unproven; /* overwritten bytes that lie in known changes: nothing to compare with */
};

/*
 * loaded is what was captured before the copy, or NULL: then a change that the boot code made to
 * its own image, and that the copy overwrote, counts as wrong. Errors of target_read_phys.
 */
struct error *moved_capture(const struct stop *stop, const struct loaded_view *loaded,
                            struct moved_view *ret);
/* With a picture of source and copy. */
void moved_text(const struct moved_view *view, const struct text *text);
/*
 * {"source","copy","size","compared":n,"equal":n,"changed_before":n,"unproven":n,
 *  "overlap":{"start","end"}|null,"first":"0x.."|null}; first is where in the copy.
 */
json_t *moved_json(const struct moved_view *view);
/* Bytes of the copy that are not what they must be. */
size_t moved_wrong(const struct moved_view *view);

#endif
