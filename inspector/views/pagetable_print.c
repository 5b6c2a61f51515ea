/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the page tables for people and for programs. */
#include "pagetable.h"

#include <inttypes.h>
#include <string.h>

#include "flow.h"

/* So many ranges are printed; the rest is counted. JSON has them all. */
#define TEXT_RANGES_MAX 24

void page_range_text(const struct page_range *range, enum text_style style, const struct text *text)
{
    char where[48], flags[PAGE_FLAGS_TEXT_MAX];
    uint64_t end = range->virt + range->size;

    snprintf(where, sizeof(where), "[%s, %s)", text_hex(range->virt), end ? text_hex(end) : "2^64");
    text_print(text, style, "%-28s -> %-10s %8s %s %s\n", where, text_hex(range->phys),
               text_size(range->size), page_size_text(range->page_size),
               page_flags_short(range->flags, flags, sizeof(flags)));
}

static void print_ranges(const struct page_ranges *ranges, const char *label, const char *sign,
                         enum text_style style, const struct text *text)
{
    for (size_t i = 0; i < ranges->count && i < TEXT_RANGES_MAX; i++) {
        text_label(text, i == 0 ? label : "");
        text_print(text, style, "%s", sign);
        page_range_text(&ranges->list[i], style, text);
    }
    if (ranges->count > TEXT_RANGES_MAX) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "%s%s more ranges\n", sign,
                   text_count(ranges->count - TEXT_RANGES_MAX));
    }
}

/* How much of what is mapped is mapped to itself; end goes right behind it. */
static void print_identity(const struct pagetable_view *view, const char *end, struct flow *flow)
{
    enum text_style style = view->must_be_identity ? TEXT_BAD : TEXT_PLAIN;
    char words[96];

    if (view->identity) {
        style = TEXT_GOOD;
        snprintf(words, sizeof(words), "identity%s", end);
    } else if (view->first_other.known) {
        snprintf(words, sizeof(words), "not identity from %s on%s%s",
                 text_hex(view->first_other.value), view->must_be_identity ? ", and must be" : "",
                 end);
    } else {
        style = TEXT_BAD;
        snprintf(words, sizeof(words), "%s%s",
                 view->ranges.count ? "not walked to the end" : "nothing is mapped", end);
    }
    flow_words(flow, style, words);
}

/* same: the ranges are those of the capture before. */
static void print_headline(const struct pagetable_view *view, bool same, const struct text *text)
{
    struct flow flow = flow_start(text, "paging");
    char words[128];

    if (view->present) {
        snprintf(words, sizeof(words), "%s%u levels from %s, %s table page%s,",
                 view->enabled ? "" : "off; tables not in use yet: ", view->paging.levels,
                 text_hex(view->paging.root.value), text_count(view->tables),
                 view->tables == 1 ? "" : "s");
        flow_words(&flow, TEXT_PLAIN, words);
        print_identity(view, same ? ";" : "", &flow);
        if (same)
            flow_words(&flow, TEXT_DIM, "ranges as before");
    } else {
        flow_words(&flow, TEXT_PLAIN, "off");
    }
    flow_end(&flow);
}

static void damage_words(const struct pagetable_view *view, const struct page_damage *damage,
                         char *out, size_t size)
{
    const char *what = damage->level > view->paging.levels ? "cr3" : "entry";

    if (damage->kind == DAMAGE_OUTSIDE)
        snprintf(out, size, "%s 0x%" PRIx64 " leads to a table outside memory", what, damage->raw);
    else
        snprintf(out, size, "%s 0x%" PRIx64 " has reserved bits 0x%" PRIx64 " set", what,
                 damage->raw, damage->bits);
}

static void print_damage(const struct pagetable_view *view, const struct text *text)
{
    char words[128];

    for (size_t i = 0; i < view->damaged && i < PAGETABLE_DAMAGE_MAX; i++) {
        const struct page_damage *damage = &view->damage[i];

        damage_words(view, damage, words, sizeof(words));
        text_label(text, i == 0 ? "damage" : "");
        text_print(text, TEXT_BAD, "%s for %s: %s\n",
                   damage->level > view->paging.levels ? "root" : paging_level_name(damage->level),
                   text_hex(damage->virt), words);
    }
    if (view->damaged > PAGETABLE_DAMAGE_MAX) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%s more damaged entries\n",
                   text_count(view->damaged - PAGETABLE_DAMAGE_MAX));
    }
}

/* Whether both map the same in the same way. */
static bool same_ranges(const struct page_ranges *a, const struct page_ranges *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct page_range *x = &a->list[i], *y = &b->list[i];

        if (x->virt != y->virt || x->phys != y->phys || x->size != y->size ||
            x->page_size != y->page_size || x->flags != y->flags)
            return false;
    }
    return true;
}

void pagetable_since_text(const struct pagetable_view *before, const struct pagetable_view *view,
                          const struct text *text)
{
    bool same = before && before->present && view->present && view->ranges.count > 0 &&
                same_ranges(&before->ranges, &view->ranges);

    print_headline(view, same, text);
    if (!same)
        print_ranges(&view->ranges, "", "", TEXT_PLAIN, text);
    pagetable_damage_text(view, text);
}

void pagetable_headline_text(const struct pagetable_view *view, const struct text *text)
{
    print_headline(view, false, text);
}

void pagetable_damage_text(const struct pagetable_view *view, const struct text *text)
{
    print_damage(view, text);
    if (view->capped) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "cut after %s ranges: the tables lead on, perhaps in a circle\n",
                   text_count(view->ranges.count));
    }
}

void pagetable_text(const struct pagetable_view *view, const struct text *text)
{
    pagetable_since_text(NULL, view, text);
}

json_t *page_ranges_json(const struct page_ranges *ranges)
{
    json_t *array = json_array();
    char flags[PAGE_FLAGS_TEXT_MAX];

    for (size_t i = 0; i < ranges->count; i++) {
        const struct page_range *range = &ranges->list[i];

        json_array_append_new(
            array, json_pack("{s:o, s:o, s:o, s:o, s:s}", "virt", json_hex(range->virt), "phys",
                             json_hex(range->phys), "size", json_hex(range->size), "page_size",
                             json_hex(range->page_size), "flags",
                             page_flags_text(range->flags, flags, sizeof(flags))));
    }
    return array;
}

static json_t *damage_json(const struct pagetable_view *view)
{
    json_t *array = json_array();
    char words[128];

    for (size_t i = 0; i < view->damaged && i < PAGETABLE_DAMAGE_MAX; i++) {
        damage_words(view, &view->damage[i], words, sizeof(words));
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:s}", "virt", json_hex(view->damage[i].virt),
                                        "entry", json_hex(view->damage[i].raw), "what", words));
    }
    return array;
}

json_t *pagetable_json(const struct pagetable_view *view)
{
    if (!view->present)
        return json_pack("{s:b, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "enabled",
                         view->enabled, "levels", "root", "identity", "first_other", "tables",
                         "ranges", "capped", "damaged", "damage");
    return json_pack("{s:b, s:i, s:o, s:b, s:o, s:I, s:o, s:b, s:I, s:o}", "enabled", view->enabled,
                     "levels", (int)view->paging.levels, "root", json_hex(view->paging.root.value),
                     "identity", view->identity, "first_other", json_maybe(view->first_other),
                     "tables", (json_int_t)view->tables, "ranges", page_ranges_json(&view->ranges),
                     "capped", view->capped, "damaged", (json_int_t)view->damaged, "damage",
                     damage_json(view));
}

void pagetable_diff_text(const struct pagetable_diff *diff, const struct text *text)
{
    print_ranges(&diff->removed, "unmapped", "- ", TEXT_CHANGED, text);
    print_ranges(&diff->added, "mapped", "+ ", TEXT_CHANGED, text);
}

json_t *pagetable_diff_json(const struct pagetable_diff *diff)
{
    return json_pack("{s:o, s:o}", "added", page_ranges_json(&diff->added), "removed",
                     page_ranges_json(&diff->removed));
}
