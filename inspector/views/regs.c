/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "regs.h"

#include "flags.h"

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

static const char *const special_names[REGS_COUNT] = {
    [REGS_RIP] = "rip",   [REGS_RFLAGS] = "rflags",
    [REGS_CR0] = "cr0",   [REGS_CR2] = "cr2",
    [REGS_CR3] = "cr3",   [REGS_CR4] = "cr4",
    [REGS_CR8] = "cr8",   [REGS_EFER] = "efer",
    [REGS_GDTR] = "gdtr", [REGS_GDTR_LIMIT] = "gdtr.limit",
    [REGS_IDTR] = "idtr", [REGS_IDTR_LIMIT] = "idtr.limit",
};

static uint64_t special_value(const struct registers *regs, enum regs_position field)
{
    switch (field) {
    case REGS_RIP:
        return regs->rip;
    case REGS_RFLAGS:
        return regs->rflags;
    case REGS_CR0:
        return regs->cr0;
    case REGS_CR2:
        return regs->cr2;
    case REGS_CR3:
        return regs->cr3;
    case REGS_CR4:
        return regs->cr4;
    case REGS_CR8:
        return regs->cr8;
    case REGS_EFER:
        return regs->efer;
    case REGS_GDTR:
        return regs->gdtr.base;
    case REGS_GDTR_LIMIT:
        return regs->gdtr.limit;
    case REGS_IDTR:
        return regs->idtr.base;
    case REGS_IDTR_LIMIT:
    case REGS_SEGMENT:
    case REGS_COUNT:
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
    if (position < REGS_RIP) {
        unsigned int segment = position - REGS_SEGMENT;

        *ret_name = segment_name((enum segment_register)segment);
        *ret_value = regs->segment[segment].selector;
        *ret_known = regs->hidden_known || segment < SEG_LDTR;
        return true;
    }
    if (position >= REGS_COUNT)
        return false;
    *ret_name = special_names[position];
    *ret_value = special_value(regs, (enum regs_position)position);
    *ret_known = regs->hidden_known || position < REGS_GDTR;
    return true;
}

bool regs_changed(const struct regs_view *view, unsigned int position)
{
    const char *name;
    uint64_t before, now;
    bool known_before, known_now;

    if (!view->has_before || !regs_field(&view->before, position, &name, &before, &known_before) ||
        !regs_field(&view->regs, position, &name, &now, &known_now))
        return false;
    return known_before && known_now && before != now;
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

json_t *regs_segments_json(const struct regs_view *view)
{
    const struct registers *regs = &view->regs;

    return json_pack("{s:o, s:o, s:o}", "segments", segments_json(regs), "gdtr",
                     table_register_json(regs, &regs->gdtr), "idtr",
                     table_register_json(regs, &regs->idtr));
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
        if (!regs_changed(view, i))
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

    for (unsigned int i = REGS_RIP; i < REGS_GDTR; i++)
        json_object_set_new(object, special_names[i],
                            json_hex(special_value(regs, (enum regs_position)i)));
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
