/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handover.h"

#include <string.h>

#include "claims.h"
#include "flow.h"

static void check(const struct stop *stop, const char *name, enum gpr reg,
                  struct handover_register *ret)
{
    ret->is = stop->regs.gpr[reg];
    ret->checked = claim_value(stop, name, &ret->must);
}

void handover_capture(const struct stop *stop, struct handover_view *ret)
{
    *ret = (struct handover_view){0};
    if (!stop->stage || stop->stage->bits != 64 || stop->marker || stop->marker_expected ||
        strcmp(stop->stage->name, "kernel-jump") != 0)
        return;
    check(stop, "rax", RAX, &ret->entry);
    check(stop, "rsi", RSI, &ret->boot_params);
    ret->present = ret->entry.checked || ret->boot_params.checked;
}

static bool is_wrong(const struct handover_register *reg)
{
    return reg->checked && reg->is != reg->must;
}

static void print(struct flow *flow, const char *name, const struct handover_register *reg,
                  const char *what)
{
    if (!reg->checked)
        return;
    flow_print(flow, TEXT_PLAIN, "%s %s", name, text_hex(reg->is));
    if (is_wrong(reg))
        flow_print(flow, TEXT_BAD, "must be %s, %s", what, text_hex(reg->must));
    else
        flow_print(flow, TEXT_GOOD, "is %s", what);
}

void handover_text(const struct handover_view *view, const struct text *text)
{
    struct flow flow = flow_start(text, "hands over");

    if (!view->present)
        return;
    print(&flow, "rax", &view->entry, "the kernel's entry");
    print(&flow, "rsi", &view->boot_params, "boot_params");
    flow_end(&flow);
}

static json_t *register_json(const struct handover_register *reg)
{
    return reg->checked
               ? json_pack("{s:o, s:o}", "is", json_hex(reg->is), "must", json_hex(reg->must))
               : json_null();
}

json_t *handover_json(const struct handover_view *view)
{
    if (!view->present)
        return json_null();
    return json_pack("{s:o, s:o}", "rax", register_json(&view->entry), "rsi",
                     register_json(&view->boot_params));
}

size_t handover_wrong(const struct handover_view *view)
{
    return (size_t)is_wrong(&view->entry) + (size_t)is_wrong(&view->boot_params);
}
