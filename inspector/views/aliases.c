/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aliases.h"

static void add(struct aliases_view *view, struct alias alias)
{
    if (view->count < ALIASES_MAX)
        view->list[view->count] = alias;
    view->count++;
}

/* A range is one piece of physical memory, so it has the byte once or not at all. */
static void search(const struct page_ranges *ranges, struct aliases_view *view)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct page_range *range = &ranges->list[i];
        uint64_t offset = view->phys - range->phys;

        if (view->phys >= range->phys && offset < range->size)
            add(view, (struct alias){range->virt + offset, range->page_size, range->flags});
    }
}

struct error *aliases_capture(const struct stop *stop, phys_t address, struct aliases_view *ret)
{
    struct pagetable_view tables;
    struct error *err;

    *ret = (struct aliases_view){
        .enabled = paging_of(&stop->regs).enabled,
        .phys = address.value,
        .is_memory = target_is_memory(stop->target, address, 1),
    };
    if (!ret->enabled) {
        add(ret, (struct alias){.virt = address.value});
        return NULL;
    }
    err = pagetable_capture(stop, &tables);
    if (err)
        return error_context(err, "searching the page tables for %s", text_hex(address.value));
    search(&tables.ranges, ret);
    ret->capped = tables.capped;
    ret->damaged = tables.damaged;
    pagetable_free(&tables);
    return NULL;
}

static void print_notes(const struct aliases_view *view, const struct text *text)
{
    if (view->count > ALIASES_MAX) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "and %s more\n", text_count(view->count - ALIASES_MAX));
    }
    if (view->capped) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "the search was cut: the tables lead on, perhaps in a circle\n");
    }
    if (view->damaged) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%s damaged entr%s not followed: see vmmap\n",
                   text_count(view->damaged), view->damaged == 1 ? "y was" : "ies were");
    }
}

void aliases_text(const struct aliases_view *view, const struct text *text)
{
    char flags[PAGE_FLAGS_TEXT_MAX];

    text_label(text, "p2v");
    text_print(text, TEXT_PLAIN, "physical %s%s, ", text_hex(view->phys),
               view->is_memory ? "" : " (no memory there)");
    if (!view->enabled)
        text_print(text, TEXT_PLAIN, "paging is off: the only address\n");
    else
        text_print(text, TEXT_PLAIN, "%s virtual address%s\n", text_count(view->count),
                   view->count == 1 ? "" : "es");
    for (size_t i = 0; view->enabled && i < view->count && i < ALIASES_MAX; i++) {
        const struct alias *alias = &view->list[i];

        text_label(text, "");
        text_print(text, TEXT_PLAIN, "%-18s  by a %s page, %s\n", text_hex(alias->virt),
                   page_size_text(alias->page_size),
                   page_flags_text(alias->flags, flags, sizeof(flags)));
    }
    print_notes(view, text);
}

json_t *aliases_json(const struct aliases_view *view)
{
    json_t *array = json_array();
    char flags[PAGE_FLAGS_TEXT_MAX];

    for (size_t i = 0; i < view->count && i < ALIASES_MAX; i++) {
        const struct alias *alias = &view->list[i];

        json_array_append_new(
            array,
            json_pack("{s:o, s:o, s:s?}", "virt", json_hex(alias->virt), "page_size",
                      view->enabled ? json_hex(alias->page_size) : json_null(), "flags",
                      view->enabled ? page_flags_text(alias->flags, flags, sizeof(flags)) : NULL));
    }
    return json_pack("{s:o, s:b, s:b, s:I, s:o, s:b, s:I}", "phys", json_hex(view->phys), "enabled",
                     view->enabled, "memory", view->is_memory, "count", (json_int_t)view->count,
                     "aliases", array, "capped", view->capped, "damaged",
                     (json_int_t)view->damaged);
}
