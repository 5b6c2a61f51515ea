/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The comparison of two boots for people. */
#include "difference.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "pair.h"
#include "views.h"

#define NAME_WIDTH 20
/* Two values beside each other, behind a label. */
#define VALUE_WIDTH ((TEXT_COLUMNS - TEXT_LABEL_COLUMNS - 2) / 2)
#define VALUE_MAX   512
/* Ranges of page tables that are listed without --all. */
#define RANGES_SHOWN 6
/* Gates of interrupt tables that are listed with their values; more are listed by name. */
#define GATES_SHOWN 4

static const struct field *either(const struct difference *difference)
{
    return difference->a ? difference->a : difference->b;
}

static bool is_difference(const struct difference *difference)
{
    return difference->state >= FIELD_DIFFERS;
}

/* The place in words: the symbol, unless both have it and only what it is in differs. */
static void place_words(const struct field *field, const struct field *other, char *out,
                        size_t size)
{
    bool symbol = field->symbol[0] && (!other || strcmp(field->symbol, other->symbol) != 0);

    out[0] = '\0';
    if (field->place.anchor == ANCHOR_NONE)
        return;
    if (symbol)
        snprintf(out, size, "%s", field->symbol);
    else
        snprintf(out, size, "%s+0x%" PRIx64, anchor_name(field->place.anchor), field->place.offset);
}

/* "0x1ac5010 gdt64 limit 0x2f". */
static void value_words(const struct field *field, const struct field *other, char *out,
                        size_t size)
{
    char place[80];

    if (!field) {
        snprintf(out, size, "-");
        return;
    }
    place_words(field, other, place, sizeof(place));
    if (!place[0])
        snprintf(out, size, "%s", field->value);
    else
        snprintf(out, size, "%.*s %s%s", (int)(strlen(field->value) - strlen(field->tail)),
                 field->value, place, field->tail);
}

/* A range of the memory map goes by where it starts, which its value says, too. */
static const char *label_of(const struct field *field)
{
    return strncmp(field->name, "e820 ", 5) == 0 ? "e820" : field->name;
}

static void print_values(const char *label, const char *a, const char *b, enum text_style style,
                         const struct text *text)
{
    text_label(text, label);
    if (strlen(a) <= VALUE_WIDTH && strlen(b) <= VALUE_WIDTH) {
        text_print(text, style, "%-*s  %s\n", VALUE_WIDTH, a, b);
        return;
    }
    text_print(text, style, "A  %.*s\n", TEXT_COLUMNS - TEXT_LABEL_COLUMNS - 3, a);
    text_label(text, "");
    text_print(text, style, "B  %.*s\n", TEXT_COLUMNS - TEXT_LABEL_COLUMNS - 3, b);
}

static void print_field(const struct difference *difference, const struct text *text)
{
    const struct field *field = either(difference);
    char a[VALUE_MAX], b[VALUE_MAX];

    value_words(difference->a, difference->b, a, sizeof(a));
    value_words(difference->b, difference->a, b, sizeof(b));
    if (difference->state == FIELD_SAME) {
        text_label(text, label_of(field));
        text_print(text, TEXT_DIM, "%.*s\n", TEXT_COLUMNS - TEXT_LABEL_COLUMNS, a);
    } else {
        print_values(label_of(field), a, b, is_difference(difference) ? TEXT_CHANGED : TEXT_DIM,
                     text);
    }
}

static bool is_news(const struct difference *difference)
{
    return is_difference(difference) && !difference->as_before && !either(difference)->scratch;
}

/* Of an interrupt table that differs there are rather too many gates for a line each. */
static bool is_gate(const struct difference *difference)
{
    return either(difference)->group == FIELD_IDT;
}

static bool many_gates(const struct compared_stage *stage)
{
    size_t count = 0;

    for (size_t i = 0; i < stage->count; i++)
        count += is_gate(&stage->list[i]) && is_news(&stage->list[i]);
    return count > GATES_SHOWN;
}

static void print_fields(const struct compared_stage *stage, bool all, const struct text *text)
{
    bool skip_gates = !all && many_gates(stage);

    for (size_t i = 0; i < stage->count; i++) {
        const struct difference *difference = &stage->list[i];

        if (all || (is_news(difference) && !(skip_gates && is_gate(difference))))
            print_field(difference, text);
    }
}

/* Names alone, of the fields that the function wants. */
static void print_names(const struct compared_stage *stage, const char *label,
                        bool (*wanted)(const struct difference *), const struct text *text)
{
    struct flow flow = flow_start(text, label);
    size_t gates = 0;

    for (size_t i = 0; i < stage->count; i++) {
        const struct difference *difference = &stage->list[i];

        if (!wanted(difference))
            continue;
        if (is_gate(difference))
            gates++;
        else
            flow_print(&flow, TEXT_DIM, "%s", either(difference)->name);
    }
    if (gates)
        flow_print(&flow, TEXT_DIM, "idt: %zu gate%s", gates, gates == 1 ? "" : "s");
    flow_end(&flow);
}

static void print_gates(const struct compared_stage *stage, const char *label,
                        enum field_state state, const struct text *text)
{
    struct flow flow = flow_start(text, label);

    for (size_t i = 0; i < stage->count; i++) {
        const struct difference *difference = &stage->list[i];

        if (is_gate(difference) && is_news(difference) && difference->state == state)
            flow_print(&flow, TEXT_CHANGED, "%s", either(difference)->name + strlen("idt "));
    }
    flow_end(&flow);
}

static bool is_elsewhere(const struct difference *difference)
{
    return difference->state == FIELD_MOVED && !difference->elsewhere_before;
}

static bool is_scratch(const struct difference *difference)
{
    return is_difference(difference) && either(difference)->scratch && !difference->as_before;
}

static bool is_over(const struct difference *difference)
{
    return difference->ended && !difference->a->scratch && difference->a->group != FIELD_CODE;
}

static void print_ranges(const struct page_ranges *ranges, const char *label, bool all,
                         const struct text *text)
{
    size_t shown = all || ranges->count <= RANGES_SHOWN ? ranges->count : RANGES_SHOWN - 1;

    for (size_t i = 0; i < shown; i++) {
        text_label(text, i == 0 ? label : "");
        page_range_text(&ranges->list[i], TEXT_CHANGED, text);
    }
    if (shown < ranges->count) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "%s more ranges\n", text_count(ranges->count - shown));
    }
}

static void print_cost(const struct recorded_pair *pair, const struct text *text)
{
    char difference[32], ratio[16];

    pair_difference_text(pair->cost_a, pair->cost_b, difference);
    pair_ratio_text(pair->cost_a, pair->cost_b, ratio);
    text_print(text, TEXT_PLAIN, " %14s %14s", text_count(pair->cost_a), text_count(pair->cost_b));
    text_print(text, pair->cost_a == pair->cost_b ? TEXT_DIM : TEXT_CHANGED, " %15s %8s\n",
               difference, ratio);
}

/* Only one boot passed it: the other's reason. */
static void print_alone(const struct comparison *comparison, const struct recorded_pair *pair,
                        const struct text *text)
{
    char why[256];

    text_print(text, TEXT_CHANGED, " only %s%s\n", pair->a ? "A" : "B",
               pair->elsewhere ? ": the other passes it at another place in the order" : "");
    if (pair->elsewhere)
        return;
    recording_why_not(pair->a ? comparison->b : comparison->a, pair->stage->name, why, sizeof(why));
    struct flow flow = flow_start(text, pair->a ? "B" : "A");
    flow_words(&flow, TEXT_DIM, why);
    flow_end(&flow);
}

static bool is_worth_showing(const struct compared_stage *stage)
{
    if (!stage->pair.a || !stage->pair.b || stage->pair.cost_a != stage->pair.cost_b ||
        !stage->ranges_as_before)
        return true;
    for (size_t i = 0; i < stage->count; i++)
        if (is_news(&stage->list[i]) || is_scratch(&stage->list[i]) ||
            is_elsewhere(&stage->list[i]) || is_over(&stage->list[i]))
            return true;
    return false;
}

/* Whether it is only likely to be there. */
static bool print_stage(const struct comparison *comparison, const struct compared_stage *stage,
                        bool all, const struct text *text)
{
    const struct recorded_pair *pair = &stage->pair;

    bool likely = pair_stage_text(pair->a, pair->b, text);

    if (!pair->a || !pair->b) {
        print_alone(comparison, pair, text);
        return likely;
    }
    print_cost(pair, text);
    print_fields(stage, all, text);
    if (all || !stage->ranges_as_before) {
        print_ranges(&stage->ranges.removed, "only A maps", all, text);
        print_ranges(&stage->ranges.added, "only B maps", all, text);
    }
    if (all)
        return likely;
    if (many_gates(stage)) {
        print_gates(stage, "idt differs", FIELD_DIFFERS, text);
        print_gates(stage, "idt only A", FIELD_ONLY_A, text);
        print_gates(stage, "idt only B", FIELD_ONLY_B, text);
    }
    print_names(stage, "same place", is_elsewhere, text);
    print_names(stage, "also differ", is_scratch, text);
    print_names(stage, "now equal", is_over, text);
    return likely;
}

struct shown {
    size_t left_out;
    bool likely; /* one of them */
};

static struct shown print_stages(const struct comparison *comparison, bool all,
                                 const struct text *text)
{
    struct shown shown = {0};

    text_print(text, TEXT_DIM, "\n   %-*s %14s %14s %15s %8s\n", NAME_WIDTH, "instructions", "A",
               "B", "B - A", "B / A");
    for (size_t i = 0; i < comparison->count; i++) {
        if (all || is_worth_showing(&comparison->stages[i]))
            shown.likely = print_stage(comparison, &comparison->stages[i], all, text) ||
                           shown.likely;
        else
            shown.left_out++;
    }
    return shown;
}

/* A delta may be below zero. */
static void value_of(struct maybe value, char out[32])
{
    bool negative = value.known && value.value > INT64_MAX;

    snprintf(out, 32, "%s%s", negative ? "-" : "",
             negative ? text_hex(-value.value) : text_maybe(value));
}

static void print_table(const char *title, const struct compared_value *values, size_t count,
                        bool all, const struct text *text)
{
    bool begun = false;
    char a[32], b[32];

    for (size_t i = 0; i < count; i++) {
        bool differs = compared_value_differs(&values[i]);

        if (values[i].heading || (!differs && !all))
            continue;
        if (!begun)
            text_print(text, TEXT_DIM, "\n%s\n", title);
        begun = true;
        text_print(text, TEXT_LABEL, "  %-*s ", NAME_WIDTH, values[i].name);
        value_of(values[i].a, a);
        value_of(values[i].b, b);
        text_print(text, differs ? TEXT_CHANGED : TEXT_DIM, "%14s %14s\n", a, b);
    }
}

static void print_total(const struct comparison *comparison, const struct text *text)
{
    struct recorded_pair whole = {0};

    if (!recording_total(comparison->a, &whole.cost_a) ||
        !recording_total(comparison->b, &whole.cost_b))
        return;
    text_print(text, TEXT_PLAIN, "   %-*s", NAME_WIDTH, "startup-32 to entry");
    print_cost(&whole, text);
}

static void print_counts(const struct comparison *comparison, const struct text *text)
{
    size_t both = 0, only_a = 0, only_b = 0;

    for (size_t i = 0; i < comparison->count; i++) {
        const struct recorded_pair *pair = &comparison->stages[i].pair;

        both += pair->a && pair->b;
        only_a += !pair->b;
        only_b += !pair->a;
    }
    text_print(text, TEXT_PLAIN, "\n%zu stages in both", both);
    if (only_a)
        text_print(text, TEXT_PLAIN, ", %zu only in A", only_a);
    if (only_b)
        text_print(text, TEXT_PLAIN, ", %zu only in B", only_b);
}

static void print_summary(const struct comparison *comparison, bool all, struct shown shown,
                          const struct text *text)
{
    print_counts(comparison, text);
    if (comparison->same) {
        text_print(text, TEXT_GOOD, "; the two boots are the same\n");
        return;
    }
    if (shown.left_out)
        text_print(text, TEXT_PLAIN, "; %zu not shown, equal or as different as before",
                   shown.left_out);
    text_print(text, TEXT_PLAIN, "\n");
    if (shown.likely)
        pair_likely_text(text);
    if (all)
        return;
    text_print(text, TEXT_DIM,
               "same place: another address, but as far into the image, its copy or the kernel\n"
               "also differ: registers of computations; --all has their values, and all else\n");
}

void comparison_text(const struct comparison *comparison, bool all, const struct text *text)
{
    pair_boot_text("A", comparison->a, &comparison->guest_a, text);
    pair_boot_text("B", comparison->b, &comparison->guest_b, text);
    print_table("image", comparison->image, comparison->image_count, all, text);
    print_table("placement", comparison->placement, comparison->placement_count, all, text);
    struct shown shown = print_stages(comparison, all, text);
    print_total(comparison, text);
    print_summary(comparison, all, shown, text);
}
