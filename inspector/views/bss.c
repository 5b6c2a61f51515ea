/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bss.h"

#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "guest.h"

/* No decompressor has this much: a symbol file that claims more is wrong. */
#define BSS_MAX (UINT64_C(1) << 30)

/* False when there is no .bss to speak of yet. */
static struct error *find_range(const struct stop *stop, struct bss_view *view)
{
    struct maybe base = stop_base(stop, MODULE_STUB);
    uint64_t start, end;

    if (!stop->facts.running_copy || !stop->stub || !base.known ||
        !symbols_value(stop->stub, "_bss", &start) || !symbols_value(stop->stub, "_ebss", &end))
        return NULL;
    if (end < start || end - start > BSS_MAX)
        return error_new(ERROR_INPUT, "%s: _bss %s and _ebss %s bound no .bss",
                         symbols_path(stop->stub), text_hex(start), text_hex(end));
    view->present = true;
    view->start = base.value + start;
    view->end = base.value + end;
    return NULL;
}

static void count_piece(struct bss_view *view, uint64_t address, const uint8_t *bytes,
                        size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == 0)
            continue;
        if (!view->first.known)
            view->first = known(address + i);
        view->nonzero_bytes++;
    }
}

static struct error *count(const struct stop *stop, struct bss_view *view)
{
    uint8_t *bytes = malloc(GUEST_CHUNK);
    struct error *err = NULL;

    if (!bytes)
        return error_new(ERROR_SYSTEM, "bss: no memory for %zu bytes", GUEST_CHUNK);
    for (uint64_t at = view->start; at < view->end && !err;) {
        size_t piece = view->end - at < GUEST_CHUNK ? (size_t)(view->end - at) : GUEST_CHUNK;

        err = target_read_phys(stop->target, phys(at), bytes, piece);
        if (!err)
            count_piece(view, at, bytes, piece);
        at += piece;
    }
    free(bytes);
    return error_context(err, "reading .bss at %s", text_hex(view->start));
}

struct error *bss_capture(const struct stop *stop, struct bss_view *ret)
{
    struct bss_view view = {0};
    struct error *err = find_range(stop, &view);

    if (!err && view.present)
        err = count(stop, &view);
    if (err)
        return err;
    view.must_be_zero = stop->stage && strcmp(stop->stage->name, "bss-cleared") == 0;
    if (view.first.known &&
        !stop_describe(stop, virt(view.first.value), view.first_name, sizeof(view.first_name)))
        view.first_name[0] = '\0';
    *ret = view;
    return NULL;
}

void bss_text(const struct bss_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "bss");
    enum text_style style = view->must_be_zero ? TEXT_BAD : TEXT_DIM;

    if (!view->present)
        return;
    flow_print(&flow, TEXT_PLAIN, "[%s, %s)", text_hex(view->start), text_hex(view->end));
    if (!view->first.known) {
        flow_print(&flow, TEXT_PLAIN, "%s", text_size(view->end - view->start));
        flow_print(&flow, TEXT_GOOD, "zero");
    } else {
        flow_print(&flow, style, "%s byte%s not zero%s,", text_count(view->nonzero_bytes),
                   view->nonzero_bytes == 1 ? "" : "s", view->must_be_zero ? " that must be" : "");
        flow_words(&flow, style, "first");
        flow_words(&flow, style, text_hex(view->first.value));
        flow_words(&flow, style, view->first_name);
    }
    flow_end(&flow);
}

json_t *bss_json(const struct bss_view *view)
{
    if (!view->present)
        return json_null();
    return json_pack("{s:o, s:o, s:I, s:o, s:s?}", "start", json_hex(view->start), "end",
                     json_hex(view->end), "nonzero_bytes", (json_int_t)view->nonzero_bytes, "first",
                     json_maybe(view->first), "first_name",
                     view->first_name[0] ? view->first_name : NULL);
}

size_t bss_wrong(const struct bss_view *view)
{
    return view->must_be_zero && view->nonzero_bytes > 0;
}
