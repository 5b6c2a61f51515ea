/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loaded.h"

#include <stdlib.h>
#include <string.h>

#include "guest.h"

/* Changes with a smaller gap between them are one: a pointer whose middle bytes stayed equal. */
#define JOIN_GAP 8

uint64_t loaded_size(const struct stop *stop)
{
    uint64_t bss;

    if (!stop->image || !stop->stub || !symbols_value(stop->stub, "_bss", &bss))
        return 0;
    return bss < stop->image->protected_size ? bss : stop->image->protected_size;
}

static void note_change(struct loaded_view *view, uint64_t offset)
{
    struct loaded_change *last = view->count ? &view->changes[view->count - 1] : NULL;

    view->changed++;
    if (last && !view->cut && offset - (last->offset + last->length) < JOIN_GAP)
        last->length = offset + 1 - last->offset;
    else if (view->count < LOADED_CHANGES_MAX)
        view->changes[view->count++] = (struct loaded_change){offset, 1};
    else
        view->cut = true;
}

static void note_changes(struct loaded_view *view, uint64_t offset, const uint8_t *file,
                         const uint8_t *found, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (found[i] != file[i])
            note_change(view, offset + i);
}

static struct error *compare(const struct stop *stop, struct loaded_view *view)
{
    const uint8_t *file = stop->image->bytes + stop->image->protected_offset;
    uint8_t *found = malloc(GUEST_CHUNK);
    struct error *err = NULL;

    if (!found)
        return error_new(ERROR_SYSTEM, "loaded image: no memory for %zu bytes", GUEST_CHUNK);
    for (uint64_t done = 0; done < view->size; done += GUEST_CHUNK) {
        uint64_t left = view->size - done;
        size_t piece = left < GUEST_CHUNK ? (size_t)left : GUEST_CHUNK;

        err = target_read_phys(stop->target, phys(view->load + done), found, piece);
        if (err)
            break;
        if (memcmp(found, file + done, piece) != 0)
            note_changes(view, done, file + done, found, piece);
        image_trim(stop->image);
    }
    free(found);
    return error_context(err, "reading the loaded image at %s", text_hex(view->load));
}

/* Once it is known where it is, and right before the copy is made. */
static bool is_shown(const struct stop *stop)
{
    const char *name = stop->stage ? stop->stage->name : "";

    return strcmp(name, "load-address-known") == 0 || strcmp(name, "stage1-idt") == 0;
}

struct error *loaded_capture(const struct stop *stop, struct loaded_view *ret)
{
    struct loaded_view view = {.size = loaded_size(stop)};
    struct error *err = NULL;

    if (is_shown(stop) && view.size && stop->facts.load.known) {
        view.load = stop->facts.load.value;
        view.present = true;
        err = compare(stop, &view);
    }
    if (!err)
        *ret = view;
    return err;
}

void loaded_text(const struct loaded_view *view, const struct text *text)
{
    if (!view->present)
        return;
    text_label(text, "loaded");
    text_print(text, TEXT_PLAIN, "[%s, %s)  ", text_hex(view->load),
               text_hex(view->load + view->size));
    if (view->changed == 0) {
        text_print(text, TEXT_GOOD, "as in the file\n");
        return;
    }
    text_print(text, TEXT_GOOD, "as in the file");
    text_print(text, TEXT_PLAIN, ", save %s byte%s in %u place%s, first at %s\n",
               text_count(view->changed), view->changed == 1 ? "" : "s", view->count,
               view->count == 1 ? "" : "s", text_hex(view->load + view->changes[0].offset));
}

json_t *loaded_json(const struct loaded_view *view)
{
    json_t *changes;

    if (!view->present)
        return json_null();
    changes = json_array();
    for (unsigned int i = 0; i < view->count; i++)
        json_array_append_new(changes, json_pack("{s:o, s:I}", "start",
                                                 json_hex(view->load + view->changes[i].offset),
                                                 "length", (json_int_t)view->changes[i].length));
    return json_pack("{s:o, s:o, s:I, s:o}", "load", json_hex(view->load), "size",
                     json_hex(view->size), "changed_bytes", (json_int_t)view->changed, "changes",
                     changes);
}
