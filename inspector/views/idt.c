/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "idt.h"

#include <string.h>

#include "flow.h"
#include "guest.h"
#include "x86.h"

#define TEXT_GATES_MAX 12

static enum idt_format format_of(const struct registers *regs)
{
    if (!(regs->cr0 & X86_CR0_PE))
        return IDT_REAL;
    return regs->efer & EFER_LMA ? IDT_GATES64 : IDT_GATES32;
}

/* The handler's linear address; outside long mode its segment is taken to be flat. */
static virt_t handler_of(const struct idt_view *view, const struct gate *gate)
{
    if (view->format == IDT_REAL)
        return virt(((uint64_t)gate->selector << 4) + gate->offset);
    return virt(gate->offset);
}

static void decode_table(const struct stop *stop, const uint8_t *bytes, struct idt_view *view)
{
    unsigned int size = gate_size(view->format);

    for (unsigned int i = 0; i < view->readable / size; i++) {
        struct idt_vector *entry = &view->list[view->present];

        gate_decode(bytes + (size_t)i * size, view->format, &entry->gate);
        if (!entry->gate.present)
            continue;
        entry->vector = i;
        if (!stop_describe(stop, handler_of(view, &entry->gate), entry->where,
                           sizeof(entry->where)))
            entry->where[0] = '\0';
        view->present++;
    }
}

struct error *idt_capture(const struct stop *stop, struct idt_view *ret)
{
    const struct registers *regs = &stop->regs;
    uint8_t bytes[IDT_VECTORS * DESCRIPTOR_LONG_BYTES];
    struct error *err;
    size_t size;

    memset(ret, 0, sizeof(*ret));
    ret->known = regs->hidden_known;
    ret->format = format_of(regs);
    ret->base = regs->idtr.base;
    ret->limit = regs->idtr.limit;
    if (!ret->known)
        return NULL;
    size = gate_size(ret->format);
    ret->vectors = ((size_t)ret->limit + 1) / size;
    if (ret->vectors > IDT_VECTORS)
        ret->vectors = IDT_VECTORS;
    err = guest_try_linear(stop, virt(ret->base), bytes, ret->vectors * size, &ret->readable);
    if (err)
        return error_context(err, "idt at %s", text_hex(ret->base));
    decode_table(stop, bytes, ret);
    return NULL;
}

const struct idt_vector *idt_find(const struct idt_view *view, unsigned int vector)
{
    for (size_t i = 0; i < view->present; i++)
        if (view->list[i].vector == vector)
            return &view->list[i];
    return NULL;
}

/* Whether b goes on where a is: the next vector, of the same kind, in the same piece of code. */
static bool continues(const struct idt_vector *a, const struct idt_vector *b)
{
    size_t length = strcspn(a->where, "+ ");

    return b->vector == a->vector + 1 && a->gate.selector == b->gate.selector &&
           a->gate.type == b->gate.type && a->gate.dpl == b->gate.dpl &&
           a->gate.ist == b->gate.ist && strcspn(b->where, "+ ") == length &&
           strncmp(a->where, b->where, length) == 0;
}

/* One line for the vectors from first to last. */
static void print_gates(const struct idt_vector *first, const struct idt_vector *last,
                        const struct text *text)
{
    /* Without file and line, which JSON has, it fits beside the rest. */
    int name_length = (int)strcspn(first->where, first == last ? " " : "+ ");
    const char *name = vector_name(first->vector);
    struct flow flow = flow_start(text, "");
    char type[DESCRIPTOR_TEXT_MAX], vectors[16], where[64];

    if (first == last) {
        snprintf(vectors, sizeof(vectors), "%u %s", first->vector, name ? name : "");
        snprintf(where, sizeof(where), "%s:%s", text_hex(first->gate.selector),
                 text_hex(first->gate.offset));
    } else {
        snprintf(vectors, sizeof(vectors), "%u-%u", first->vector, last->vector);
        snprintf(where, sizeof(where), "%s:%s - %s", text_hex(first->gate.selector),
                 text_hex(first->gate.offset), text_hex(last->gate.offset));
    }
    flow_print(&flow, TEXT_PLAIN, "%-7s %-26s", vectors, where);
    flow_print(&flow, TEXT_PLAIN, "%s dpl %u ist %u",
               gate_type_text(&first->gate, type, sizeof(type)), first->gate.dpl, first->gate.ist);
    if (name_length)
        flow_print(&flow, TEXT_PLAIN, "%.*s", name_length, first->where);
    flow_end(&flow);
}

/* Handlers that are made alike and follow each other are one line. */
static void print_all_gates(const struct idt_view *view, const struct text *text)
{
    size_t lines = 0;

    for (size_t i = 0, last; i < view->present; i = last + 1) {
        for (last = i; last + 1 < view->present; last++)
            if (!continues(&view->list[last], &view->list[last + 1]))
                break;
        if (lines++ == TEXT_GATES_MAX) {
            text_label(text, "");
            text_print(text, TEXT_DIM, "%zu more gates\n", view->present - i);
            return;
        }
        print_gates(&view->list[i], &view->list[last], text);
    }
}

void idt_text(const struct idt_view *view, const struct text *text)
{
    static const char *const titles[] = {"real-mode vectors", "32-bit gates", "64-bit gates"};
    size_t bytes = view->vectors * gate_size(view->format);

    if (!view->known)
        return;
    text_label(text, "idt");
    text_print(text, TEXT_PLAIN, "[%s, %s)  limit %s, %zu %s, %zu present\n", text_hex(view->base),
               text_hex(view->base + view->limit + 1), text_hex(view->limit), view->vectors,
               titles[view->format], view->present);
    if (view->readable < bytes) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "from %s on the table is not in mapped memory\n",
                   text_hex(view->base + view->readable));
    }
    if (view->format != IDT_REAL)
        print_all_gates(view, text);
}

static json_t *gate_json(const struct idt_vector *entry)
{
    const char *name = vector_name(entry->vector);
    char type[DESCRIPTOR_TEXT_MAX];

    return json_pack("{s:i, s:s?, s:o, s:o, s:s, s:i, s:i, s:s?}", "vector", (int)entry->vector,
                     "name", name, "offset", json_hex(entry->gate.offset), "selector",
                     json_hex(entry->gate.selector), "type",
                     gate_type_text(&entry->gate, type, sizeof(type)), "dpl", (int)entry->gate.dpl,
                     "ist", (int)entry->gate.ist, "handler", entry->where[0] ? entry->where : NULL);
}

json_t *idt_json(const struct idt_view *view)
{
    static const char *const formats[] = {"real", "gates32", "gates64"};
    json_t *gates;

    if (!view->known)
        return json_null();
    gates = json_array();
    for (size_t i = 0; view->format != IDT_REAL && i < view->present; i++)
        json_array_append_new(gates, gate_json(&view->list[i]));
    return json_pack("{s:o, s:o, s:s, s:I, s:I, s:I, s:o}", "base", json_hex(view->base), "limit",
                     json_hex(view->limit), "format", formats[view->format], "vectors",
                     (json_int_t)view->vectors, "readable", (json_int_t)view->readable, "present",
                     (json_int_t)view->present, "gates", gates);
}
