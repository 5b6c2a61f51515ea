/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gdt.h"

#include <inttypes.h>
#include <stdlib.h>

#include "guest.h"
#include "x86.h"

static void decode_table(const uint8_t *bytes, struct gdt_view *view)
{
    size_t at = 0;

    while (view->readable - at >= DESCRIPTOR_BYTES) {
        struct descriptor descriptor;

        /* Slot 0 is never used as a descriptor: boot code likes to keep the table's own limit there. */
        descriptor_decode(bytes + at, view->readable - at, view->long_mode && at > 0, &descriptor);
        view->total++;
        if (descriptor.low != 0 && view->count < GDT_ENTRIES_MAX)
            view->list[view->count++] = (struct gdt_entry){(uint16_t)at, descriptor};
        at += descriptor.size;
    }
}

struct error *gdt_capture(const struct stop *stop, struct gdt_view *ret)
{
    const struct registers *regs = &stop->regs;
    size_t length = (size_t)regs->gdtr.limit + 1;
    uint8_t *bytes;
    struct error *err;

    *ret = (struct gdt_view){
        .known = regs->hidden_known,
        .long_mode = regs->efer & EFER_LMA,
        .base = regs->gdtr.base,
        .limit = regs->gdtr.limit,
    };
    if (!ret->known)
        return NULL;
    bytes = malloc(length);
    if (!bytes)
        return error_new(ERROR_SYSTEM, "gdt: no memory for %zu bytes", length);
    err = guest_try_linear(stop, virt(ret->base), bytes, length, &ret->readable);
    if (!err)
        decode_table(bytes, ret);
    free(bytes);
    return error_context(err, "gdt at %s", text_hex(ret->base));
}

static const char *type_text(const struct gdt_view *view, const struct gdt_entry *entry, char *out,
                             size_t size)
{
    if (entry->selector == 0)
        return "null slot";
    return descriptor_type_text(&entry->descriptor, view->long_mode, out, size);
}

static void print_entry(const struct gdt_view *view, const struct gdt_entry *entry,
                        const struct text *text)
{
    const struct descriptor *d = &entry->descriptor;
    char type[DESCRIPTOR_TEXT_MAX];

    text_label(text, "");
    text_print(text, d->present ? TEXT_PLAIN : TEXT_DIM,
               "%-6s base %-10s limit %-10s %s dpl %u %s\n", text_hex(entry->selector),
               text_hex(d->base), text_hex(d->limit), d->present ? "P" : "-", d->dpl,
               type_text(view, entry, type, sizeof(type)));
}

/* Whether an earlier table, wherever it was, had the same descriptor at the same place. */
static bool is_as_before(const struct gdt_view *before, const struct gdt_entry *entry)
{
    for (size_t i = 0; before && before->known && i < before->count; i++)
        if (before->list[i].selector == entry->selector)
            return before->list[i].descriptor.low == entry->descriptor.low &&
                   before->list[i].descriptor.high == entry->descriptor.high;
    return false;
}

static void print_doubts(const struct gdt_view *view, const struct text *text)
{
    if (view->count == GDT_ENTRIES_MAX && view->total > GDT_ENTRIES_MAX) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "only the first %d that are not null are shown\n",
                   GDT_ENTRIES_MAX);
    }
    if (view->readable < (size_t)view->limit + 1) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "from %s on the table is not in mapped memory\n",
                   text_hex(view->base + view->readable));
    }
}

void gdt_since_text(const struct gdt_view *before, const struct gdt_view *view,
                    const struct text *text)
{
    size_t same = 0;

    if (!view->known)
        return;
    for (size_t i = 0; i < view->count; i++)
        same += is_as_before(before, &view->list[i]);
    text_label(text, "gdt");
    text_print(text, TEXT_PLAIN, "[%s, %s)  limit %s, %zu descriptors", text_hex(view->base),
               text_hex(view->base + view->limit + 1), text_hex(view->limit), view->total);
    if (same)
        text_print(text, TEXT_DIM, ", %s as before",
                   same == view->count ? "all" : "those not listed");
    text_print(text, TEXT_PLAIN, "\n");
    for (size_t i = 0; i < view->count; i++)
        if (!is_as_before(before, &view->list[i]))
            print_entry(view, &view->list[i], text);
    print_doubts(view, text);
}

void gdt_text(const struct gdt_view *view, const struct text *text)
{
    gdt_since_text(NULL, view, text);
}

static json_t *entry_json(const struct gdt_view *view, const struct gdt_entry *entry)
{
    const struct descriptor *d = &entry->descriptor;
    char type[DESCRIPTOR_TEXT_MAX];

    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:i, s:b, s:b, s:b, s:b}", "selector",
                     json_hex(entry->selector), "raw", json_hex(d->low), "base", json_hex(d->base),
                     "limit", json_hex(d->limit), "type",
                     type_text(view, entry, type, sizeof(type)), "dpl", (int)d->dpl, "present",
                     d->present, "g", d->granular, "db", d->big, "l", d->long_code);
}

json_t *gdt_json(const struct gdt_view *view)
{
    json_t *entries;

    if (!view->known)
        return json_null();
    entries = json_array();
    for (size_t i = 0; i < view->count; i++)
        json_array_append_new(entries, entry_json(view, &view->list[i]));
    return json_pack("{s:o, s:o, s:I, s:I, s:o}", "base", json_hex(view->base), "limit",
                     json_hex(view->limit), "readable", (json_int_t)view->readable, "total",
                     (json_int_t)view->total, "entries", entries);
}
