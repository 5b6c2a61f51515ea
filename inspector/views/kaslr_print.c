/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of KASLR for people and for programs. */
#include "flow.h"
#include "kaslr_names.h"

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
    return kaslr_reason_name(reason);
}

static void print_range(uint64_t start, uint64_t end, const struct text *text)
{
    char where[48];

    snprintf(where, sizeof(where), "[%s, %s)", text_hex(start), text_hex(end));
    text_print(text, TEXT_PLAIN, "%-30s %10s  ", where, text_size(end - start));
}

static void print_avoided(const struct kaslr_view *view, const struct text *text)
{
    const struct mem_avoid *avoid = &view->search.avoid;

    for (unsigned int i = 0; i < avoid->count; i++) {
        const struct mem_vector *region = &avoid->regions[i];

        text_label(text, i ? "" : "avoided");
        print_range(region->start, kaslr_end(*region), text);
        text_print(text, TEXT_PLAIN, "%s", reason_words(avoid->reasons[i]));
        text_print(text, TEXT_BAD, "%s\n", view->missed[i] ? ": missed" : "");
    }
}

static void print_search(const char *label, const struct kaslr_view *view,
                         const struct kaslr_search *search, enum text_style style,
                         const struct text *text)
{
    const char *limit = kaslr_limit_name(search->avoid.limit_reason);
    struct flow flow = flow_start(text, label);

    if (view->rules == KASLR_RULES_LINUX && search->avoid.limit_reason == MEM_LIMIT_PROCESSOR)
        limit = "MAXMEM";
    flow_print(&flow, style, "from %s up to %s (%s)", text_hex(search->minimum),
               text_hex(search->avoid.mem_limit), limit);
    flow_print(&flow, style, "room for %s, in steps of %s", text_size(search->image_size),
               text_size(search->alignment));
    flow_end(&flow);
}

static void print_note(const char *words, const struct text *text)
{
    text_label(text, "");
    text_print(text, TEXT_PLAIN, "%s\n", words);
}

static void print_bounds(const struct kaslr_view *view, const struct text *text)
{
    const struct kaslr_search *search = &view->search;

    print_search("search", view, search, TEXT_PLAIN, text);
    if (view->wrong & KASLR_BOUNDS && view->has_account) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "wrong, the stub does otherwise:\n");
        print_search("", view, &view->account, TEXT_BAD, text);
    }
    if (search->avoid.memmap_too_large)
        print_note("given up: more than 4 memmap= regions", text);
    if (search->area_count == MAX_SLOT_AREA)
        print_note("ended early: 100 rows of slots are all that is kept", text);
    if (view->map == KASLR_MAP_EFI)
        print_note("by the EFI memory map, not by e820", text);
    if (view->cut)
        print_note("setup_data or the map go on further than is followed here", text);
}

/* An entry of RAM, and its slots; one that has the stub's own count beside it is wrong. */
static void print_region(const struct kaslr_view *view, const struct kaslr_region *region,
                         bool first, const struct text *text)
{
    text_label(text, first ? "usable" : "");
    print_range(region->start, region->end, text);
    text_print(text, TEXT_PLAIN, "%s slot%s", text_count(region->slots),
               region->slots == 1 ? "" : "s");
    if (view->has_account && region->stub_slots != region->slots)
        text_print(text, TEXT_BAD, ", the stub's rows: %s", text_count(region->stub_slots));
    text_print(text, TEXT_PLAIN, "\n");
}

/* Of a long map, or of many rows, the first are enough: the picture and --json have all. */
#define LIST_MAX 24u

static void print_regions(const struct kaslr_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->region_count && i < LIST_MAX; i++)
        print_region(view, &view->regions[i], i == 0, text);
    if (view->region_count > LIST_MAX) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "and %u more\n", view->region_count - LIST_MAX);
    }
}

static void print_rows(const struct kaslr_search *search, const struct text *text)
{
    for (unsigned int i = 0; i < search->area_count && i < LIST_MAX; i++) {
        const struct slot_area *area = &search->areas[i];

        text_label(text, i ? "" : "slots");
        text_print(text, TEXT_PLAIN, "%s", text_hex(area->addr));
        if (area->num > 1)
            text_print(text, TEXT_PLAIN, " .. %s",
                       text_hex(area->addr + (area->num - 1) * search->alignment));
        text_print(text, TEXT_PLAIN, ": %s\n", text_count(area->num));
    }
    if (search->area_count > LIST_MAX) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "and %u more rows\n", search->area_count - LIST_MAX);
    }
}

static const char *fault_words(enum kaslr_fault fault)
{
    static const char *const words[] = {
        [KASLR_FAULT_NONE] = "",
        [KASLR_FAULT_UNALIGNED] = "it is not aligned",
        [KASLR_FAULT_BELOW] = "it begins below the minimum",
        [KASLR_FAULT_ABOVE] = "it reaches beyond the limit",
        [KASLR_FAULT_AVOIDED] = "it overlaps what must be avoided: ",
        [KASLR_FAULT_NO_RAM] = "it is not all in one entry of RAM",
        [KASLR_FAULT_OTHER] = "it is in none of the rows",
    };

    return words[fault];
}

/* One side: how many slots there are, which it is, and what the seed says. */
struct side {
    const char *label;
    uint64_t place, slots;
    struct maybe slot, seeded;
    struct maybe account; /* the stub's count */
    bool wrong;
    bool faulty; /* the view tells why it is no slot */
};

static void print_slot(const struct side *side, const struct text *text)
{
    enum text_style style = side->wrong ? TEXT_BAD : TEXT_GOOD;

    if (side->slots == 0)
        text_print(text, style, "%s, no slot is free",
                   side->wrong ? "not the default" : "the default");
    else if (side->slot.known)
        text_print(text, style, "slot %s of %s", text_count(side->slot.value),
                   text_count(side->slots));
    else
        text_print(text, style, "none of the %s slots", text_count(side->slots));
    if (side->seeded.known)
        text_print(text, style, ", kaslr_seed= gives %s", text_count(side->seeded.value));
}

static struct side physical_side(const struct kaslr_view *view)
{
    return (struct side){
        .label = "physical",
        .place = view->choice.output,
        .slots = view->search.slot_max,
        .slot = view->slot,
        .seeded = view->seeded_slot,
        .account = {view->has_account, view->account.slot_max},
        .faulty = view->fault != KASLR_FAULT_NONE,
        .wrong = view->wrong & (KASLR_SLOTS | KASLR_CHOICE) ||
                 (view->wrong & KASLR_SEED && view->seeded_slot.known &&
                  kaslr_slot_place(&view->search, view->seeded_slot.value) != view->choice.output),
    };
}

static struct side virtual_side(const struct kaslr_view *view)
{
    return (struct side){
        .label = "virtual",
        .place = view->choice.virtual_address,
        .slots = view->virtual_slots.known ? view->virtual_slots.value : 0,
        .slot = view->virtual_slot,
        .seeded = view->seeded_virtual_slot,
        .account = {view->has_account, view->choice.virtual_slots},
        .wrong = view->wrong & (KASLR_VIRTUAL_SLOTS | KASLR_VIRTUAL_CHOICE) ||
                 (view->seeded_virtual_slot.known &&
                  view->seeded_virtual_slot.value != view->virtual_slot.value),
    };
}

static void print_side(const struct kaslr_view *view, const struct side *side,
                       const struct text *text)
{
    text_label(text, side->label);
    text_print(text, TEXT_PLAIN, "%s, ", text_hex(side->place));
    print_slot(side, text);
    text_print(text, side->wrong ? TEXT_BAD : TEXT_GOOD, side->wrong ? ": wrong\n" : ": right\n");
    if (side->faulty) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "no slot: %s%s\n", fault_words(view->fault),
                   view->fault == KASLR_FAULT_AVOIDED
                       ? kaslr_reason_name(view->search.avoid.reasons[view->fault_region])
                       : "");
    }
    if (side->account.known && side->account.value != side->slots) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "the stub counts %s slots\n", text_count(side->account.value));
    }
}

static void print_entropy(const struct kaslr_view *view, const struct text *text)
{
    struct maybe slots = {view->search.slot_max != 0, view->search.slot_max};
    struct flow flow = flow_start(text, "entropy");

    if (slots.known)
        flow_print(&flow, TEXT_PLAIN, "physical %.2f bits", kaslr_bits(slots.value));
    else
        flow_print(&flow, TEXT_PLAIN, "physical none: the place is always the default");
    if (view->virtual_slots.known)
        flow_print(&flow, TEXT_PLAIN, "virtual %.2f bits", kaslr_bits(view->virtual_slots.value));
    flow_end(&flow);
}

static void print_choice(const struct kaslr_view *view, const struct text *text)
{
    struct side physical = physical_side(view), virtual = virtual_side(view);

    print_side(view, &physical, text);
    print_side(view, &virtual, text);
    print_entropy(view, text);
}

/* Off, or not to be computed: only the places themselves. */
static void print_places(const struct kaslr_view *view, const struct text *text)
{
    const char *why = "off (nokaslr)";

    if (view->choice.kaslr)
        why = "on, but what the search needs is not known";
    else if (!view->nokaslr)
        why = "off, without nokaslr on the command line";
    text_label(text, "kaslr");
    text_print(text, view->wrong & KASLR_SWITCH ? TEXT_BAD : TEXT_PLAIN, "%s: ", why);
    text_print(text, TEXT_PLAIN, "physical %s, virtual %s\n", text_hex(view->choice.output),
               text_hex(view->choice.virtual_address));
    if (!(view->wrong & (KASLR_CHOICE | KASLR_VIRTUAL_CHOICE)))
        return;
    text_label(text, "");
    text_print(text, TEXT_BAD, "wrong: the default is physical %s, virtual %s\n",
               text_maybe(view->default_output), text_maybe(view->default_virtual));
}

static void print_head(const struct kaslr_view *view, const struct text *text)
{
    text_label(text, "kaslr");
    if (view->wrong & KASLR_SWITCH)
        text_print(text, TEXT_BAD, "on, in spite of nokaslr: wrong\n");
    else if (view->search.seeded)
        text_print(text, TEXT_PLAIN, "on, kaslr_seed=%s\n", text_hex(view->search.seed));
    else
        text_print(text, TEXT_PLAIN, "on, by random numbers\n");
}

void kaslr_text(const struct kaslr_view *view, const struct text *text)
{
    if (!view->present)
        return;
    if (!view->searched) {
        print_places(view, text);
        return;
    }
    print_head(view, text);
    print_bounds(view, text);
    print_avoided(view, text);
    print_regions(view, text);
    print_rows(&view->search, text);
    print_choice(view, text);
    kaslr_picture(view, text);
}

void kaslr_short_text(const struct kaslr_view *view, const struct text *text)
{
    if (!view->present)
        return;
    if (!view->searched) {
        print_places(view, text);
        return;
    }
    if (view->wrong & KASLR_SWITCH)
        print_head(view, text);
    if (view->wrong & KASLR_BOUNDS)
        print_bounds(view, text);
    print_choice(view, text);
}
