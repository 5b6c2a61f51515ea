/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of KASLR for people and for programs. */
#include "kaslr.h"

#include "flow.h"

static const char *const reasons[] = {
    [MEM_AVOID_DECOMPRESSION] = "decompression",
    [MEM_AVOID_INITRD] = "initrd",
    [MEM_AVOID_COMMAND_LINE] = "command line",
    [MEM_AVOID_BOOT_PARAMS] = "boot_params",
    [MEM_AVOID_SETUP_DATA] = "setup_data",
    [MEM_AVOID_SETUP_INDIRECT] = "setup_indirect",
    [MEM_AVOID_MEMMAP] = "memmap=",
};

static const char *reason_name(uint8_t reason)
{
    const char *name = reason < sizeof(reasons) / sizeof(reasons[0]) ? reasons[reason] : NULL;

    return name ? name : "unknown";
}

static const char *limit_name(uint32_t reason)
{
    static const char *const names[] = {[MEM_LIMIT_PROCESSOR] = "processor",
                                        [MEM_LIMIT_MEM] = "mem=",
                                        [MEM_LIMIT_MEMMAP] = "memmap="};

    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}

/* Why, for somebody who meets the name for the first time. */
static const char *reason_words(uint8_t reason)
{
    switch (reason) {
    case MEM_AVOID_DECOMPRESSION:
        return "input, stub and output buffer";
    case MEM_AVOID_SETUP_DATA:
        return "a node of the setup_data list";
    case MEM_AVOID_SETUP_INDIRECT:
        return "what a setup_data node points to";
    case MEM_AVOID_MEMMAP:
        return "memmap= on the command line";
    }
    return reason_name(reason);
}

static void print_range(uint64_t start, uint64_t end, const struct text *text)
{
    char where[48];

    snprintf(where, sizeof(where), "[%s, %s)", text_hex(start), text_hex(end));
    text_print(text, TEXT_PLAIN, "%-30s %10s  ", where, text_size(end - start));
}

static void print_avoided(const struct mem_avoid *avoid, const struct text *text)
{
    for (unsigned int i = 0; i < avoid->count; i++) {
        const struct mem_vector *region = &avoid->regions[i];

        text_label(text, i ? "" : "avoided");
        print_range(region->start, region->start + region->size, text);
        text_print(text, TEXT_PLAIN, "%s\n", reason_words(avoid->reasons[i]));
    }
}

static void print_bounds(const struct kaslr_view *view, const struct text *text)
{
    const struct kaslr_search *search = &view->search;
    struct flow flow = flow_start(text, "search");

    flow_print(&flow, TEXT_PLAIN, "from %s up to %s (%s)", text_hex(search->minimum),
               text_hex(search->avoid.mem_limit), limit_name(search->avoid.limit_reason));
    flow_print(&flow, TEXT_PLAIN, "room for %s, in steps of %s", text_size(search->image_size),
               text_size(search->alignment));
    flow_end(&flow);
    if (view->wrong & KASLR_BOUNDS) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "wrong: must be from %s, room for %s, in steps of %s\n",
                   text_maybe(view->must_minimum), text_maybe(view->must_size),
                   text_maybe(view->must_alignment));
    }
    if (search->avoid.memmap_too_large) {
        text_label(text, "");
        text_print(text, TEXT_PLAIN, "given up: more than %d memmap= regions\n",
                   MAX_MEMMAP_REGIONS);
    }
}

static void print_regions(const struct kaslr_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->region_count; i++) {
        const struct kaslr_region *region = &view->regions[i];

        text_label(text, i ? "" : "usable");
        print_range(region->start, region->end, text);
        text_print(text, TEXT_PLAIN, "%s slot%s", text_count(region->slots),
                   region->slots == 1 ? "" : "s");
        if (region->stub_slots != region->slots)
            text_print(text, TEXT_DIM, ", the stub's rows: %s", text_count(region->stub_slots));
        text_print(text, TEXT_PLAIN, "\n");
    }
    for (unsigned int i = 0; i < view->search.area_count; i++) {
        const struct slot_area *area = &view->search.areas[i];

        text_label(text, i ? "" : "slots");
        text_print(text, TEXT_PLAIN, "%s", text_hex(area->addr));
        if (area->num > 1)
            text_print(text, TEXT_PLAIN, " .. %s",
                       text_hex(area->addr + (area->num - 1) * view->search.alignment));
        text_print(text, TEXT_PLAIN, ": %s\n", text_count(area->num));
    }
}

/* One place: how many there are by both counts, which it is, and what the seed says. */
static void print_place(const char *label, uint64_t place, uint64_t stub, struct maybe slots,
                        struct maybe slot, struct maybe seeded, bool wrong, const struct text *text)
{
    enum text_style style = wrong ? TEXT_BAD : TEXT_GOOD;

    text_label(text, label);
    text_print(text, TEXT_PLAIN, "%s, ", text_hex(place));
    if (stub == 0) {
        text_print(text, style, "the default: no slot was found%s\n",
                   wrong ? ", and there are some" : "");
        return;
    }
    if (slot.known)
        text_print(text, style, "slot %s of %s", text_count(slot.value), text_count(stub));
    else
        text_print(text, style, "none of the %s slots", text_count(stub));
    if (slots.known && slots.value != stub)
        text_print(text, style, ", counted here %s", text_count(slots.value));
    if (seeded.known)
        text_print(text, style, ", kaslr_seed= gives %s", text_count(seeded.value));
    text_print(text, style, wrong ? ": wrong\n" : ": right\n");
}

static void print_choice(const struct kaslr_view *view, const struct text *text)
{
    const unsigned int physical = KASLR_SLOTS | KASLR_CHOICE;
    const unsigned int virtual = KASLR_VIRTUAL_SLOTS | KASLR_VIRTUAL_CHOICE;
    struct maybe slots = {!view->rows_full, view->slots};

    /* A seed that gives another place is wrong where it does. */
    print_place("physical", view->choice.output, view->search.slot_max, slots, view->slot,
                view->seeded_slot,
                view->wrong & physical || (view->seeded_slot.known && !view->rows_full &&
                                           view->seeded_slot.value != view->slot.value),
                text);
    print_place("virtual", view->choice.virtual_address, view->choice.virtual_slots,
                view->virtual_slots, view->virtual_slot, view->seeded_virtual_slot,
                view->wrong & virtual ||
                    (view->seeded_virtual_slot.known &&
                     view->seeded_virtual_slot.value != view->virtual_slot.value),
                text);
    if (view->unlisted) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%u thing%s in use by boot_params not avoided\n", view->unlisted,
                   view->unlisted == 1 ? "" : "s");
    }
}

void kaslr_text(const struct kaslr_view *view, const struct text *text)
{
    if (!view->present)
        return;
    text_label(text, "kaslr");
    if (!view->searched) {
        text_print(text, TEXT_PLAIN, "%s: physical %s, virtual %s\n",
                   view->choice.kaslr ? "no account of the search" : "off (nokaslr)",
                   text_hex(view->choice.output), text_hex(view->choice.virtual_address));
        return;
    }
    if (view->search.seeded)
        text_print(text, TEXT_PLAIN, "on, kaslr_seed=%s\n", text_hex(view->search.seed));
    else
        text_print(text, TEXT_PLAIN, "on, by random numbers\n");
    print_bounds(view, text);
    print_avoided(&view->search.avoid, text);
    print_regions(view, text);
    print_choice(view, text);
}

static json_t *count_json(struct maybe count)
{
    return count.known ? json_integer((json_int_t)count.value) : json_null();
}

static json_t *avoided_json(const struct mem_avoid *avoid)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < avoid->count; i++)
        json_array_append_new(array, json_pack("{s:o, s:o, s:s}", "start",
                                               json_hex(avoid->regions[i].start), "size",
                                               json_hex(avoid->regions[i].size), "why",
                                               reason_name(avoid->reasons[i])));
    return array;
}

static json_t *regions_json(const struct kaslr_view *view)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->region_count; i++) {
        const struct kaslr_region *region = &view->regions[i];

        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:I, s:I}", "start", json_hex(region->start),
                                        "size", json_hex(region->end - region->start), "slots",
                                        (json_int_t)region->slots, "stub_slots",
                                        (json_int_t)region->stub_slots));
    }
    return array;
}

static json_t *areas_json(const struct kaslr_search *search)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < search->area_count; i++)
        json_array_append_new(array,
                              json_pack("{s:o, s:I}", "start", json_hex(search->areas[i].addr),
                                        "slots", (json_int_t)search->areas[i].num));
    return array;
}

static json_t *wrong_json(unsigned int wrong)
{
    static const char *const names[] = {"slots", "choice",   "virtual slots", "virtual choice",
                                        "seed",  "unlisted", "bounds"};
    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (wrong >> i & 1)
            json_array_append_new(array, json_string(names[i]));
    return array;
}

static json_t *search_json(const struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;

    return json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:o, s:o}", "limit",
        json_hex(search->avoid.mem_limit), "limit_reason", limit_name(search->avoid.limit_reason),
        "minimum", json_hex(search->minimum), "image_size", json_hex(search->image_size),
        "alignment", json_hex(search->alignment), "seed",
        search->seeded ? json_hex(search->seed) : json_null(), "avoided",
        avoided_json(&search->avoid), "regions", regions_json(view), "areas", areas_json(search),
        "slots", (json_int_t)view->slots, "stub_slots", (json_int_t)search->slot_max, "slot",
        count_json(view->slot), "virtual_slots", count_json(view->virtual_slots),
        "stub_virtual_slots", (json_int_t)view->choice.virtual_slots, "virtual_slot",
        count_json(view->virtual_slot), "wrong", wrong_json(view->wrong));
}

json_t *kaslr_json(const struct kaslr_view *view)
{
    json_t *object;

    if (!view->present)
        return json_null();
    object = json_pack("{s:b, s:o, s:o, s:b}", "kaslr", view->choice.kaslr, "output",
                       json_hex(view->choice.output), "virtual",
                       json_hex(view->choice.virtual_address), "searched", view->searched);
    if (view->searched)
        json_object_update_new(object, search_json(view));
    return object;
}
