/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control registers and EFER alone, every bit by its name. */
#include "regs.h"

#include <string.h>

#include "flags.h"
#include "flow.h"

static const struct flag_set no_flags = {.silent = UINT64_MAX};

/* Those with named bits, and those that have an address or a number. */
static const struct {
    const char *name;
    enum regs_position position;
    const struct flag_set *flags;
} controls[] = {
    {"cr0", REGS_CR0, &flags_cr0},          {"cr2", REGS_CR2, &no_flags},
    {"cr3", REGS_CR3, &no_flags},           {"cr4", REGS_CR4, &flags_cr4},
    {"cr8", REGS_CR8, &no_flags},           {"efer", REGS_EFER, &flags_efer},
    {"rflags", REGS_RFLAGS, &flags_rflags}, {"eflags", REGS_RFLAGS, &flags_rflags},
};

#define CONTROLS 6 /* the rest is known by name only */

static uint64_t control_value(const struct regs_view *view, size_t i)
{
    const char *name;
    uint64_t value;
    bool is_known;

    regs_field(&view->regs, controls[i].position, &name, &value, &is_known);
    return value;
}

void regs_control_text(const struct regs_view *view, const struct text *text)
{
    char names[FLAGS_TEXT_MAX];

    for (size_t i = 0; i < CONTROLS; i++) {
        uint64_t value = control_value(view, i);
        bool changed = regs_changed(view, controls[i].position);
        struct flow flow = flow_start(text, controls[i].name);

        flow_print(&flow, changed ? TEXT_CHANGED : TEXT_PLAIN, "%s%s", text_hex(value),
                   changed && !text->colour ? "*" : "");
        flow_words(&flow, TEXT_GOOD, flags_text(controls[i].flags, value, names, sizeof(names)));
        flow_end(&flow);
        flags_clear_text(controls[i].flags, value, names, sizeof(names));
        if (!names[0])
            continue;
        flow = flow_start(text, "");
        flow_print(&flow, TEXT_DIM, "clear:");
        flow_words(&flow, TEXT_DIM, names);
        flow_end(&flow);
    }
}

json_t *regs_control_json(const struct regs_view *view)
{
    json_t *object = json_object();

    for (size_t i = 0; i < CONTROLS; i++) {
        uint64_t value = control_value(view, i);
        bool named = controls[i].flags->count > 0;

        json_object_set_new(object, controls[i].name,
                            json_pack("{s:o, s:o, s:o}", "value", json_hex(value), "set",
                                      named ? flags_json(controls[i].flags, value) : json_array(),
                                      "clear", flags_clear_json(controls[i].flags, value)));
    }
    return object;
}

void regs_bits_text(const char *name, uint64_t value, const struct text *text)
{
    char names[FLAGS_TEXT_MAX];

    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        if (strcmp(controls[i].name, name) == 0 &&
            *flags_text(controls[i].flags, value, names, sizeof(names)))
            text_print(text, TEXT_PLAIN, "  %s", names);
}
