/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loaded.h"

#include <stdlib.h>
#include <string.h>

#include "flow.h"
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
    for (size_t i = 0; i < length; i++) {
        uint64_t at = offset + i;

        if (found[i] == file[i])
            continue;
        note_change(view, at);
        if (!view->data_known || (at >= view->data_start && at < view->data_end))
            continue;
        if (!view->first_wrong.known)
            view->first_wrong = known(view->load + at);
        view->wrong_bytes++;
    }
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

/* Without these symbols nobody knows what the boot code may write to, so nothing is called wrong. */
static void find_data(const struct stop *stop, struct loaded_view *view)
{
    view->data_known = symbols_value(stop->stub, "_data", &view->data_start) &&
                       symbols_value(stop->stub, "_edata", &view->data_end);
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
        find_data(stop, &view);
        err = compare(stop, &view);
    }
    if (!err)
        *ret = view;
    return err;
}

static void print_changes(const struct loaded_view *view, struct flow *flow)
{
    char words[128];

    if (view->wrong_bytes) {
        flow_print(flow, TEXT_BAD, "%s byte%s changed that must not be, first at %s",
                   text_count(view->wrong_bytes), view->wrong_bytes == 1 ? "" : "s",
                   text_hex(view->first_wrong.value));
        return;
    }
    flow_print(flow, TEXT_GOOD, "as in the file%s", view->changed ? "," : "");
    if (view->changed == 0)
        return;
    snprintf(words, sizeof(words), "save %s byte%s in %u place%s, first at %s",
             text_count(view->changed), view->changed == 1 ? "" : "s", view->count,
             view->count == 1 ? "" : "s", text_hex(view->load + view->changes[0].offset));
    flow_words(flow, TEXT_PLAIN, words);
}

void loaded_text(const struct loaded_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "loaded");

    if (!view->present)
        return;
    flow_print(&flow, TEXT_PLAIN, "[%s, %s)", text_hex(view->load),
               text_hex(view->load + view->size));
    print_changes(view, &flow);
    flow_end(&flow);
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

size_t loaded_wrong(const struct loaded_view *view)
{
    return view->wrong_bytes > 0;
}
