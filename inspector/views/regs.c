/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "regs.h"

#include <inttypes.h>
#include <string.h>

#include "descriptors.h"
#include "flags.h"
#include "x86.h"

struct error *regs_capture(const struct stop *stop, struct regs_view *ret)
{
    *ret = (struct regs_view){.regs = stop->regs};
    return NULL;
}

void regs_diff(const struct regs_view *before, struct regs_view *now)
{
    now->has_before = true;
    now->before = before->regs;
}

/* The registers after the general ones and the segment selectors, in the order they are shown. */
enum special {
    FIELD_RIP,
    FIELD_RFLAGS,
    FIELD_CR0,
    FIELD_CR2,
    FIELD_CR3,
    FIELD_CR4,
    FIELD_CR8,
    FIELD_EFER,
    FIELD_GDTR,
    FIELD_GDTR_LIMIT,
    FIELD_IDTR,
    FIELD_IDTR_LIMIT,
    FIELD_COUNT
};

static const char *const special_names[FIELD_COUNT] = {
    [FIELD_RIP] = "rip",   [FIELD_RFLAGS] = "rflags",
    [FIELD_CR0] = "cr0",   [FIELD_CR2] = "cr2",
    [FIELD_CR3] = "cr3",   [FIELD_CR4] = "cr4",
    [FIELD_CR8] = "cr8",   [FIELD_EFER] = "efer",
    [FIELD_GDTR] = "gdtr", [FIELD_GDTR_LIMIT] = "gdtr.limit",
    [FIELD_IDTR] = "idtr", [FIELD_IDTR_LIMIT] = "idtr.limit",
};

static uint64_t special_value(const struct registers *regs, enum special field)
{
    switch (field) {
    case FIELD_RIP:
        return regs->rip;
    case FIELD_RFLAGS:
        return regs->rflags;
    case FIELD_CR0:
        return regs->cr0;
    case FIELD_CR2:
        return regs->cr2;
    case FIELD_CR3:
        return regs->cr3;
    case FIELD_CR4:
        return regs->cr4;
    case FIELD_CR8:
        return regs->cr8;
    case FIELD_EFER:
        return regs->efer;
    case FIELD_GDTR:
        return regs->gdtr.base;
    case FIELD_GDTR_LIMIT:
        return regs->gdtr.limit;
    case FIELD_IDTR:
        return regs->idtr.base;
    case FIELD_IDTR_LIMIT:
    case FIELD_COUNT:
        break;
    }
    return regs->idtr.limit;
}

bool regs_field(const struct registers *regs, unsigned int position, const char **ret_name,
                uint64_t *ret_value, bool *ret_known)
{
    *ret_known = true;
    if (position < GPR_COUNT) {
        *ret_name = gpr_name((enum gpr)position);
        *ret_value = regs->gpr[position];
        return true;
    }
    position -= GPR_COUNT;
    if (position < SEG_COUNT) {
        *ret_name = segment_name((enum segment_register)position);
        *ret_value = regs->segment[position].selector;
        *ret_known = regs->hidden_known || position < SEG_LDTR;
        return true;
    }
    position -= SEG_COUNT;
    if (position >= FIELD_COUNT)
        return false;
    *ret_name = special_names[position];
    *ret_value = special_value(regs, (enum special)position);
    *ret_known = regs->hidden_known || position < FIELD_GDTR;
    return true;
}

static bool field_changed(const struct regs_view *view, unsigned int position)
{
    const char *name;
    uint64_t before, now;
    bool known_before, known_now;

    if (!view->has_before || !regs_field(&view->before, position, &name, &before, &known_before) ||
        !regs_field(&view->regs, position, &name, &now, &known_now))
        return false;
    return known_before && known_now && before != now;
}

static enum text_style field_style(const struct regs_view *view, unsigned int position)
{
    return field_changed(view, position) ? TEXT_CHANGED : TEXT_PLAIN;
}

#define SPECIAL(field) ((unsigned int)(GPR_COUNT + SEG_COUNT + (field)))

/* Blanks between a value and the next column. */
static int pad(uint64_t value, bool wide)
{
    return (wide ? 20 : 12) - (int)strlen(text_hex(value));
}

/* Outside 64-bit code the upper halves and r8-r15 cannot be seen, so more fit in a line. */
static void print_general(const struct regs_view *view, const struct text *text)
{
    bool wide = registers_mode(&view->regs) == CPU_LONG64;
    unsigned int count = wide ? GPR_COUNT : R8;
    unsigned int columns = wide ? 3 : 4;

    for (unsigned int i = 0; i < count; i++) {
        if (i % columns == 0)
            text_label(text, i == 0 ? "registers" : "");
        text_print(text, TEXT_DIM, "%-4s", gpr_name((enum gpr)i));
        text_print(text, field_style(view, i), "%s", text_hex(view->regs.gpr[i]));
        if (i % columns == columns - 1 || i == count - 1)
            fputc('\n', text->stream);
        else
            text_print(text, TEXT_PLAIN, "%*s", pad(view->regs.gpr[i], wide), "");
    }
}

static void print_special(const struct regs_view *view, const struct text *text, enum special field,
                          const struct flag_set *set)
{
    uint64_t value = special_value(&view->regs, field);
    char names[FLAGS_TEXT_MAX];

    text_label(text, special_names[field]);
    text_print(text, field_style(view, SPECIAL(field)), "%s", text_hex(value));
    if (set && flags_text(set, value, names, sizeof(names))[0])
        text_print(text, TEXT_PLAIN, "  %s", names);
    fputc('\n', text->stream);
}

static void print_segments(const struct regs_view *view, const struct text *text)
{
    bool long_mode = view->regs.efer & EFER_LMA;
    char type[DESCRIPTOR_TEXT_MAX];

    for (unsigned int i = 0; i < SEG_COUNT; i++) {
        const struct segment *seg = &view->regs.segment[i];

        if (i >= SEG_LDTR && !view->regs.hidden_known)
            break;
        text_label(text, i == 0 ? "segments" : "");
        text_print(text, TEXT_DIM, "%-5s", segment_name((enum segment_register)i));
        text_print(text, field_style(view, GPR_COUNT + i), "%s", text_hex(seg->selector));
        if (view->regs.hidden_known)
            text_print(text, TEXT_PLAIN, "%*s base %-11s limit %-11s %s",
                       6 - (int)strlen(text_hex(seg->selector)), "", text_hex(seg->base),
                       text_hex(seg->limit), segment_type_text(seg, long_mode, type, sizeof(type)));
        fputc('\n', text->stream);
    }
}

static void print_table_register(const struct regs_view *view, const struct text *text,
                                 enum special field, const struct table_register *table)
{
    text_label(text, special_names[field]);
    if (!view->regs.hidden_known) {
        text_print(text, TEXT_DIM, "-  (the debug stub does not tell)\n");
        return;
    }
    text_print(text, field_style(view, SPECIAL(field)), "[%s, %s)", text_hex(table->base),
               text_hex(table->base + table->limit + 1));
    text_print(text, field_style(view, SPECIAL(field + 1)), "  limit %s\n", text_hex(table->limit));
}

/* One list of "name before -> now", for those who see no colours. */
static void print_changes(const struct regs_view *view, const struct text *text)
{
    size_t column = 0; /* 0: nothing was printed yet */
    const char *name;
    uint64_t before, now;
    bool is_known;

    for (unsigned int i = 0; regs_field(&view->regs, i, &name, &now, &is_known); i++) {
        char item[80];

        if (!field_changed(view, i))
            continue;
        regs_field(&view->before, i, &name, &before, &is_known);
        snprintf(item, sizeof(item), "%s 0x%" PRIx64 " -> 0x%" PRIx64, name, before, now);
        if (column == 0 || column + 2 + strlen(item) > TEXT_COLUMNS) {
            if (column)
                fputc('\n', text->stream);
            text_label(text, column ? "" : "changed");
            column = TEXT_LABEL_COLUMNS;
        } else {
            column += 2;
            text_print(text, TEXT_PLAIN, "  ");
        }
        text_print(text, TEXT_CHANGED, "%s", item);
        column += strlen(item);
    }
    if (column)
        fputc('\n', text->stream);
}

void regs_text(const struct regs_view *view, const struct text *text)
{
    print_general(view, text);
    print_special(view, text, FIELD_RIP, NULL);
    print_special(view, text, FIELD_RFLAGS, &flags_rflags);
    print_special(view, text, FIELD_CR0, &flags_cr0);
    print_special(view, text, FIELD_CR2, NULL);
    print_special(view, text, FIELD_CR3, NULL);
    print_special(view, text, FIELD_CR4, &flags_cr4);
    print_special(view, text, FIELD_EFER, &flags_efer);
    print_segments(view, text);
    print_table_register(view, text, FIELD_GDTR, &view->regs.gdtr);
    print_table_register(view, text, FIELD_IDTR, &view->regs.idtr);
    print_changes(view, text);
}

static json_t *table_register_json(const struct registers *regs, const struct table_register *table)
{
    if (!regs->hidden_known)
        return json_null();
    return json_pack("{s:o, s:o}", "base", json_hex(table->base), "limit", json_hex(table->limit));
}

static json_t *segments_json(const struct registers *regs)
{
    json_t *object = json_object();

    for (unsigned int i = 0; i < SEG_COUNT; i++) {
        const struct segment *seg = &regs->segment[i];
        bool hidden = regs->hidden_known;

        if (i >= SEG_LDTR && !hidden)
            break;
        json_object_set_new(object, segment_name((enum segment_register)i),
                            json_pack("{s:o, s:o, s:o, s:o}", "selector", json_hex(seg->selector),
                                      "base", hidden ? json_hex(seg->base) : json_null(), "limit",
                                      hidden ? json_hex(seg->limit) : json_null(), "attributes",
                                      hidden ? json_hex(seg->attributes) : json_null()));
    }
    return object;
}

static json_t *changes_json(const struct regs_view *view)
{
    json_t *object;
    const char *name;
    uint64_t before, now;
    bool is_known;

    if (!view->has_before)
        return json_null();
    object = json_object();
    for (unsigned int i = 0; regs_field(&view->regs, i, &name, &now, &is_known); i++) {
        if (!field_changed(view, i))
            continue;
        regs_field(&view->before, i, &name, &before, &is_known);
        json_object_set_new(
            object, name,
            json_pack("{s:o, s:o}", "before", json_hex(before), "now", json_hex(now)));
    }
    return object;
}

json_t *regs_json(const struct regs_view *view)
{
    const struct registers *regs = &view->regs;
    json_t *object = json_object();

    for (unsigned int i = FIELD_RIP; i < FIELD_GDTR; i++)
        json_object_set_new(object, special_names[i],
                            json_hex(special_value(regs, (enum special)i)));
    for (unsigned int i = 0; i < GPR_COUNT; i++)
        json_object_set_new(object, gpr_name((enum gpr)i), json_hex(regs->gpr[i]));
    json_object_set_new(object, "gdtr", table_register_json(regs, &regs->gdtr));
    json_object_set_new(object, "idtr", table_register_json(regs, &regs->idtr));
    json_object_set_new(object, "segments", segments_json(regs));
    json_object_set_new(
        object, "bits",
        json_pack("{s:o, s:o, s:o, s:o}", "rflags", flags_json(&flags_rflags, regs->rflags), "cr0",
                  flags_json(&flags_cr0, regs->cr0), "cr4", flags_json(&flags_cr4, regs->cr4),
                  "efer", flags_json(&flags_efer, regs->efer)));
    json_object_set_new(object, "changed", changes_json(view));
    return object;
}
