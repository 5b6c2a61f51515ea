/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elfload.h"

#include <elf.h>
#include <string.h>

#include "kernelproof.h"

/* The window whose sites are being left out. */
struct mask {
    const struct kernel_window *window;
    const uint8_t *expected;
};

static void mask_site(void *context, enum site_kind kind, virt_t site, int64_t offset)
{
    const struct mask *mask = context;
    int64_t end = offset + (int64_t)site_size(kind);

    (void)site;
    if (offset < 0)
        offset = 0;
    if (end > (int64_t)mask->window->length)
        end = (int64_t)mask->window->length;
    if (offset < end)
        memcpy(mask->window->found + offset, mask->expected + offset, (size_t)(end - offset));
}

void elfload_compare_window(const struct kernel_window *window, bool masked,
                            struct comparison *result)
{
    const struct kernel_segment *segment = window->segment;
    struct mask mask = {window, window->kernel->bytes + segment->offset + window->offset};

    if (masked)
        sites_visit(window->kernel, segment->paddr + window->offset, window->length, mask_site,
                    &mask);
    comparison_add(result, window->offset, mask.expected, window->found, (size_t)window->length);
}

static const char *segment_flags(uint32_t flags)
{
    static const char *const names[8] = {"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};

    return names[(flags & PF_X ? 1 : 0) | (flags & PF_W ? 2 : 0) | (flags & PF_R ? 4 : 0)];
}

static void print_segment(const struct elfload_view *view, const struct elfload_segment *segment,
                          const struct text *text)
{
    const struct comparison *result = &segment->result;
    char where[48];

    snprintf(where, sizeof(where), "[%s, %s)", text_hex(segment->to),
             text_hex(segment->to + segment->size));
    text_print(text, TEXT_PLAIN, "%-28s from %-11s %9s  %s  ", where, text_hex(segment->from),
               text_size(segment->size), view->whole ? "" : segment_flags(segment->flags));
    if (!result->first.known)
        text_print(text, TEXT_GOOD, "equal%s\n", view->sites_masked ? ", sites aside" : "");
    else
        text_print(text, TEXT_BAD, "%s differ\n", text_count(result->different));
    if (!result->first.known)
        return;
    text_label(text, "");
    text_print(text, TEXT_BAD, "first at %s: must be 0x%02x, is 0x%02x\n",
               text_hex(segment->to + result->first.value), result->expected, result->found);
}

void elfload_text(const struct elfload_view *view, const struct text *text)
{
    if (!view->present)
        return;
    for (unsigned int i = 0; i < view->count; i++) {
        text_label(text, i ? "" : view->whole ? "payload" : "PT_LOAD");
        print_segment(view, &view->segments[i], text);
    }
}

json_t *elfload_json(const struct elfload_view *view)
{
    json_t *segments;

    if (!view->present)
        return json_null();
    segments = json_array();
    for (unsigned int i = 0; i < view->count; i++) {
        const struct elfload_segment *segment = &view->segments[i];
        const struct comparison *result = &segment->result;
        struct maybe first = result->first;

        first.value += segment->to;
        json_array_append_new(segments,
                              json_pack("{s:o, s:o, s:o, s:s?, s:I, s:I, s:o}", "offset",
                                        json_hex(segment->from), "to", json_hex(segment->to),
                                        "size", json_hex(segment->size), "flags",
                                        view->whole ? NULL : segment_flags(segment->flags),
                                        "compared", (json_int_t)result->compared, "different",
                                        (json_int_t)result->different, "first", json_maybe(first)));
    }
    return json_pack("{s:b, s:b, s:o}", "whole", view->whole, "sites_masked", view->sites_masked,
                     "segments", segments);
}

size_t elfload_wrong(const struct elfload_view *view)
{
    size_t wrong = 0;

    for (unsigned int i = 0; i < view->count; i++)
        wrong += view->segments[i].result.first.known;
    return wrong;
}
