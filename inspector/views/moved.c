/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "moved.h"

#include <stdlib.h>
#include <string.h>

struct pieces {
    const struct stop *stop;
    const struct loaded_view *loaded;
    const uint8_t *file;
    uint8_t *copy, *source; /* GUEST_CHUNK each */
    struct moved_view *view;
};

/* Counts bytes of the piece in hand that were changed in the image before it was copied. */
static void count_changed(struct pieces *pieces, uint64_t offset, size_t length)
{
    const uint8_t *file = pieces->file + offset;

    if (memcmp(pieces->copy, file, length) == 0)
        return;
    for (size_t i = 0; i < length; i++)
        if (pieces->copy[i] == pieces->source[i] && pieces->copy[i] != file[i])
            pieces->view->changed++;
}

static struct error *check_standing(struct pieces *pieces, uint64_t offset, size_t length)
{
    struct moved_view *view = pieces->view;
    struct error *err = target_read_phys(pieces->stop->target, phys(view->source + offset),
                                         pieces->source, length);

    if (err)
        return error_context(err, "reading the source at %s", text_hex(view->source + offset));
    comparison_add(&view->standing, offset, pieces->source, pieces->copy, length);
    count_changed(pieces, offset, length);
    return NULL;
}

/* The source is gone: what it held is the file's bytes, save where it was seen to be changed. */
static void check_overwritten(struct pieces *pieces, uint64_t offset, size_t length)
{
    struct moved_view *view = pieces->view;
    const uint8_t *file = pieces->file + offset;
    const struct loaded_view *loaded = pieces->loaded;

    for (unsigned int i = 0; loaded && i < loaded->count; i++) {
        const struct loaded_change *change = &loaded->changes[i];
        uint64_t from = change->offset > offset ? change->offset : offset;
        uint64_t end = change->offset + change->length;

        if (end > offset + length)
            end = offset + length;
        if (from >= end)
            continue;
        memcpy(pieces->copy + (from - offset), file + (from - offset), (size_t)(end - from));
        view->unproven += end - from;
    }
    comparison_add(&view->overwritten, offset, file, pieces->copy, length);
}

/* Compares [offset, end) of the image, all of it either standing or overwritten. */
static struct error *check_part(struct pieces *pieces, uint64_t offset, uint64_t end,
                                bool overwritten)
{
    struct moved_view *view = pieces->view;
    struct error *err = NULL;

    while (offset < end && !err) {
        size_t length = end - offset < GUEST_CHUNK ? (size_t)(end - offset) : GUEST_CHUNK;

        err = target_read_phys(pieces->stop->target, phys(view->copy + offset), pieces->copy,
                               length);
        if (err)
            return error_context(err, "reading the copy at %s", text_hex(view->copy + offset));
        if (overwritten)
            check_overwritten(pieces, offset, length);
        else
            err = check_standing(pieces, offset, length);
        image_trim(pieces->stop->image);
        offset += length;
    }
    return err;
}

static void find_overlap(struct moved_view *view)
{
    uint64_t start = view->source > view->copy ? view->source : view->copy;
    uint64_t source_end = view->source + view->size, copy_end = view->copy + view->size;
    uint64_t end = source_end < copy_end ? source_end : copy_end;

    if (start < end) {
        view->overlap_start = start;
        view->overlap_end = end;
    }
}

static struct error *check_parts(struct pieces *pieces)
{
    struct moved_view *view = pieces->view;
    bool overlaps = view->overlap_start < view->overlap_end;
    uint64_t start = overlaps ? view->overlap_start - view->source : view->size;
    uint64_t end = overlaps ? view->overlap_end - view->source : view->size;
    struct error *err = check_part(pieces, 0, start, false);

    if (!err)
        err = check_part(pieces, start, end, true);
    if (!err)
        err = check_part(pieces, end, view->size, false);
    return err;
}

static bool just_copied(const struct stop *stop)
{
    return stop->stage && strcmp(stop->stage->name, "image-copied") == 0;
}

struct error *moved_capture(const struct stop *stop, const struct loaded_view *loaded,
                            struct moved_view *ret)
{
    struct moved_view view = {.size = loaded_size(stop)};
    struct pieces pieces = {.stop = stop, .loaded = loaded, .view = &view};
    struct error *err = NULL;

    if (just_copied(stop) && view.size && stop->facts.load.known && stop->facts.copy.known) {
        view.present = true;
        view.source = stop->facts.load.value;
        view.copy = stop->facts.copy.value;
        find_overlap(&view);
        pieces.file = stop->image->bytes + stop->image->protected_offset;
        pieces.copy = malloc(GUEST_CHUNK);
        pieces.source = malloc(GUEST_CHUNK);
        if (pieces.copy && pieces.source)
            err = check_parts(&pieces);
        else
            err = error_new(ERROR_SYSTEM, "copied image: no memory for %zu bytes", GUEST_CHUNK);
        free(pieces.copy);
        free(pieces.source);
    }
    if (!err)
        *ret = view;
    return err;
}

size_t moved_wrong(const struct moved_view *view)
{
    return (size_t)(view->standing.different + view->overwritten.different);
}
