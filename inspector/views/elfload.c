/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elfload.h"

#include <elf.h>
#include <string.h>

#include "reloc.h"
#include "sites.h"

/* The piece of a segment whose sites are being left out. */
struct mask {
    const struct kernel *kernel;
    uint64_t paddr; /* linked physical address of the segment */
    const uint8_t *expected;
    uint8_t *found;
    size_t length; /* of the piece */
};

static void mask_site(void *context, enum site_kind kind, virt_t site, int64_t offset)
{
    const struct mask *mask = context;
    int64_t end = offset + (int64_t)site_size(kind);

    (void)site;
    if (offset < 0)
        offset = 0;
    if (end > (int64_t)mask->length)
        end = (int64_t)mask->length;
    if (offset < end)
        memcpy(mask->found + offset, mask->expected + offset, (size_t)(end - offset));
}

static void mask_piece(void *context, uint64_t offset, const uint8_t *expected, uint8_t *found,
                       size_t length)
{
    struct mask *mask = context;

    mask->expected = expected;
    mask->found = found;
    mask->length = length;
    sites_visit(mask->kernel, mask->paddr + offset, length, mask_site, mask);
}

static struct error *compare_segment(const struct stop *stop, const struct kernel_segment *segment,
                                     struct elfload_view *view)
{
    const struct kernel *kernel = &stop->image->kernel;
    uint64_t to = stop->facts.output.value + (segment->paddr - stop->image->setup.pref_address);
    struct elfload_segment *row = &view->segments[view->count++];
    struct mask mask = {.kernel = kernel, .paddr = segment->paddr};

    *row = (struct elfload_segment){
        .from = segment->offset, .to = to, .size = segment->filesz, .flags = segment->flags};
    return guest_compare(stop, phys(to), kernel->bytes + segment->offset, segment->filesz, 0,
                         view->sites_masked ? mask_piece : NULL, &mask, &row->result);
}

static struct error *compare_whole(const struct stop *stop, struct elfload_view *view)
{
    const struct kernel *kernel = &stop->image->kernel;
    struct elfload_segment *row = &view->segments[view->count++];

    *row = (struct elfload_segment){
        .to = stop->facts.output.value, .size = kernel->size, .flags = PF_R};
    return guest_compare(stop, phys(row->to), kernel->bytes, kernel->size, 0, NULL, NULL,
                         &row->result);
}

static struct error *compare_segments(const struct stop *stop, struct elfload_view *view)
{
    const struct kernel *kernel = &stop->image->kernel;

    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        struct error *err;

        if (kernel->segments[i].type != PT_LOAD)
            continue;
        err = compare_segment(stop, &kernel->segments[i], view);
        if (err)
            return error_context(err, "segment %u of the kernel", i);
    }
    return NULL;
}

struct error *elfload_capture(const struct stop *stop, struct elfload_view *ret)
{
    const char *name = stop->stage ? stop->stage->name : "";
    bool whole = strcmp(name, "decompressed") == 0;
    bool relocated = reloc_applied(stop);
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    if (!stop->image || !stop->image->kernel.bytes || !stop->facts.output.known ||
        !(whole || relocated || strcmp(name, "elf-loaded") == 0))
        return NULL;
    ret->whole = whole;
    ret->sites_masked = relocated && stop->image->kernel.has_relocs;
    err = whole ? compare_whole(stop, ret) : compare_segments(stop, ret);
    ret->present = !err;
    return err;
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
        text_label(text, i ? "" : view->whole ? "payload" : "segments");
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
