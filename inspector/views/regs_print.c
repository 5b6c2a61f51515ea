/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the registers for people. */
#include "regs.h"

#include <string.h>

#include "descriptors.h"
#include "flags.h"
#include "flow.h"
#include "x86.h"

#define GRID_COLUMNS 4 /* three where values are too wide for four */
#define GRID_NAME    4 /* "rax " */
#define GRID_GAP     2
/* Of the widest 32-bit value and a mark: columns stay where they are from checkpoint to checkpoint. */
#define GRID_WIDTH 11

/* Behind a value that changed, for those who see no colours. */
static const char *mark(const struct regs_view *view, unsigned int position,
                        const struct text *text)
{
    return !text->colour && regs_changed(view, position) ? "*" : "";
}

static enum text_style style_of(const struct regs_view *view, unsigned int position, uint64_t value)
{
    if (regs_changed(view, position))
        return TEXT_CHANGED;
    return value ? TEXT_PLAIN : TEXT_DIM;
}

struct grid {
    unsigned int count, columns;
    size_t width[GRID_COLUMNS]; /* of values and marks */
};

/* Fits the values into the given number of columns; false when the line is too long. */
static bool fit(const struct regs_view *view, const struct text *text, unsigned int columns,
                struct grid *grid)
{
    size_t total = TEXT_LABEL_COLUMNS + (columns - 1) * GRID_GAP;

    grid->columns = columns;
    for (unsigned int i = 0; i < columns; i++)
        grid->width[i] = GRID_WIDTH;
    for (unsigned int i = 0; i < grid->count; i++) {
        size_t width = strlen(text_hex(view->regs.gpr[i])) + strlen(mark(view, i, text));

        if (width > grid->width[i % columns])
            grid->width[i % columns] = width;
    }
    for (unsigned int i = 0; i < columns; i++)
        total += GRID_NAME + grid->width[i];
    return total <= TEXT_COLUMNS;
}

/* Outside 64-bit code r8-r15 cannot be seen. */
static void print_general(const struct regs_view *view, const struct text *text)
{
    struct grid grid = {.count = registers_mode(&view->regs) == CPU_LONG64 ? GPR_COUNT : R8};

    if (!fit(view, text, GRID_COLUMNS, &grid))
        fit(view, text, GRID_COLUMNS - 1, &grid);
    for (unsigned int i = 0; i < grid.count; i++) {
        uint64_t value = view->regs.gpr[i];
        unsigned int column = i % grid.columns;
        size_t used = strlen(text_hex(value)) + strlen(mark(view, i, text));
        bool last = column == grid.columns - 1 || i == grid.count - 1;

        if (column == 0)
            text_label(text, i == 0 ? "registers" : "");
        text_print(text, TEXT_DIM, "%-*s", GRID_NAME, gpr_name((enum gpr)i));
        text_print(text, style_of(view, i, value), "%s%s", text_hex(value), mark(view, i, text));
        if (last)
            text_print(text, TEXT_PLAIN, "\n");
        else
            text_print(text, TEXT_PLAIN, "%*s", (int)(grid.width[column] - used) + GRID_GAP, "");
    }
}

/* One of the registers that are shown with their bits. The first of a line is its label. */
static void print_special(const struct regs_view *view, struct flow *flow, unsigned int position,
                          const struct flag_set *set)
{
    bool first = flow->column == 0;
    char names[FLAGS_TEXT_MAX] = "";
    const char *name;
    uint64_t value;
    bool is_known;
    size_t width;

    regs_field(&view->regs, position, &name, &value, &is_known);
    if (set)
        flags_text(set, value, names, sizeof(names));
    width = strlen(text_hex(value)) + strlen(mark(view, position, flow->text)) +
            (first ? 0 : strlen(name) + 1);
    /* Keep the bits beside their register, unless they need lines of their own. */
    if (flow->column + GRID_GAP + width + 1 + strlen(names) > TEXT_COLUMNS && !first)
        flow_end(flow);
    flow_room(flow, GRID_GAP, width);
    if (!first)
        text_print(flow->text, TEXT_DIM, "%s ", name);
    text_print(flow->text, style_of(view, position, value), "%s%s", text_hex(value),
               mark(view, position, flow->text));
    flow_words(flow, TEXT_PLAIN, names);
}

static void print_specials(const struct regs_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "rip");

    print_special(view, &flow, REGS_RIP, NULL);
    flow.label = "";
    print_special(view, &flow, REGS_RFLAGS, &flags_rflags);
    print_special(view, &flow, REGS_CR2, NULL);
    print_special(view, &flow, REGS_CR3, NULL);
    flow_end(&flow);
    flow.label = "cr0";
    print_special(view, &flow, REGS_CR0, &flags_cr0);
    flow.label = "";
    print_special(view, &flow, REGS_CR4, &flags_cr4);
    print_special(view, &flow, REGS_EFER, &flags_efer);
    flow_end(&flow);
}

/* "es ds": the segment registers from first on that agree with it. */
#define SEGMENT_NAMES_MAX 32

typedef bool (*segments_agree)(const struct regs_view *view, unsigned int a, unsigned int b);

/* Names all that agree with the first, and marks them as done. */
static const char *gather(const struct regs_view *view, unsigned int first, segments_agree agree,
                          bool *done, char *out)
{
    size_t used = 0;

    for (unsigned int i = first; i < SEG_COUNT; i++) {
        /* ldtr and tr are of another kind, whatever they hold. */
        if (i != first && (done[i] || i >= SEG_LDTR || !agree(view, first, i)))
            continue;
        done[i] = true;
        used += (size_t)snprintf(out + used, SEGMENT_NAMES_MAX - used, "%s%s", used ? " " : "",
                                 segment_name((enum segment_register)i));
    }
    return out;
}

static bool agree_in_change(const struct regs_view *view, unsigned int a, unsigned int b)
{
    return regs_changed(view, REGS_SEGMENT + b) &&
           view->regs.segment[a].selector == view->regs.segment[b].selector &&
           view->before.segment[a].selector == view->before.segment[b].selector;
}

/* Registers of tables that nothing refers to carry no news; in real mode there are none. */
static bool is_of_use(const struct registers *regs, unsigned int index)
{
    if (index == SEG_LDTR || index == SEG_TR)
        return regs->hidden_known && (regs->cr0 & X86_CR0_PE) &&
               (index == SEG_TR || regs->segment[index].selector != 0);
    return true;
}

static void print_segment_row(const struct regs_view *view, const char *label, const char *names,
                              const struct segment *seg, const struct text *text)
{
    struct flow flow = flow_start(text, label);
    char type[DESCRIPTOR_TEXT_MAX];

    flow_room(&flow, 0, 14);
    text_print(text, TEXT_DIM, "%-14s", names);
    if (!view->regs.hidden_known) {
        flow_print(&flow, TEXT_PLAIN, "%s", text_hex(seg->selector));
        flow_end(&flow);
        return;
    }
    flow_print(&flow, TEXT_PLAIN, "%-6s base %-9s limit %-10s", text_hex(seg->selector),
               text_hex(seg->base), text_hex(seg->limit));
    flow_print(&flow, TEXT_PLAIN, "%s",
               segment_type_text(seg, view->regs.efer & EFER_LMA, type, sizeof(type)));
    flow_end(&flow);
}

static bool segment_changed(const struct regs_view *view, unsigned int index)
{
    const struct segment *now = &view->regs.segment[index], *before = &view->before.segment[index];

    return !view->has_before || view->regs.hidden_known != view->before.hidden_known ||
           now->selector != before->selector || now->base != before->base ||
           now->limit != before->limit || now->attributes != before->attributes;
}

static bool agree_now(const struct regs_view *view, unsigned int a, unsigned int b)
{
    const struct segment *x = &view->regs.segment[a], *y = &view->regs.segment[b];

    return segment_changed(view, b) && x->selector == y->selector && x->base == y->base &&
           x->limit == y->limit && x->attributes == y->attributes;
}

/* A row for each set of segment registers that changed and are loaded alike now. */
static void print_segments(const struct regs_view *view, const struct text *text)
{
    bool done[SEG_COUNT] = {false}, first = true;
    char names[SEGMENT_NAMES_MAX];

    for (unsigned int i = 0; i < SEG_COUNT; i++) {
        if (done[i] || !is_of_use(&view->regs, i) || !segment_changed(view, i))
            continue;
        gather(view, i, agree_now, done, names);
        print_segment_row(view, first ? "segments" : "", names, &view->regs.segment[i], text);
        first = false;
    }
}

void regs_segments_text(const struct regs_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < SEG_COUNT; i++)
        if (i < SEG_LDTR || view->regs.hidden_known)
            print_segment_row(view, i == 0 ? "segments" : "",
                              segment_name((enum segment_register)i), &view->regs.segment[i], text);
}

/* The marks tell of rip and rflags, and the decoded table of its limit, when that has moved, too. */
static bool is_worth_a_line(const struct regs_view *view, unsigned int position)
{
    if (position == REGS_GDTR_LIMIT || position == REGS_IDTR_LIMIT)
        return !regs_changed(view, position - 1);
    return position != REGS_RIP && position != REGS_RFLAGS;
}

/*
 * Before and now of what steers the CPU. The general registers change all the time: for them the
 * mark at the value is enough.
 */
static void print_changes(const struct regs_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "changed");
    bool done[SEG_COUNT] = {false};
    char names[SEGMENT_NAMES_MAX];
    const char *name;
    uint64_t before, now;
    bool is_known;

    for (unsigned int i = REGS_SEGMENT; regs_field(&view->regs, i, &name, &now, &is_known); i++) {
        if (!regs_changed(view, i) || !is_worth_a_line(view, i))
            continue;
        regs_field(&view->before, i, &name, &before, &is_known);
        if (i < REGS_SEGMENT + SEG_COUNT) {
            if (done[i - REGS_SEGMENT])
                continue;
            name = gather(view, i - REGS_SEGMENT, agree_in_change, done, names);
        }
        flow_print(&flow, TEXT_CHANGED, "%s %s -> %s", name, text_hex(before), text_hex(now));
    }
    flow_end(&flow);
}

void regs_state_text(const struct regs_view *view, const struct text *text)
{
    print_general(view, text);
    print_specials(view, text);
    print_changes(view, text);
    print_segments(view, text);
}

void regs_tables_text(const struct regs_view *view, const char *note, const struct text *text)
{
    const struct table_register *gdtr = &view->regs.gdtr, *idtr = &view->regs.idtr;
    struct flow flow = flow_start(text, "tables");

    if (!view->regs.hidden_known) {
        flow_print(&flow, TEXT_DIM, "the debug stub does not tell gdtr and idtr");
    } else {
        flow_print(&flow, TEXT_PLAIN, "gdt [%s, %s)", text_hex(gdtr->base),
                   text_hex(gdtr->base + gdtr->limit + 1));
        flow_print(&flow, TEXT_PLAIN, "idt [%s, %s)", text_hex(idtr->base),
                   text_hex(idtr->base + idtr->limit + 1));
        if (note[0])
            flow_print(&flow, TEXT_DIM, "%s", note);
    }
    flow_end(&flow);
}

void regs_text(const struct regs_view *view, const struct text *text)
{
    regs_state_text(view, text);
    regs_tables_text(view, "", text);
}
