/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "gdt.h"
#include "guest.h"
#include "idt.h"
#include "pagetable.h"
#include "x86.h"

static void say(struct explain_view *view, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct explain_view *view, const char *format, ...)
{
    va_list args;

    if (view->count == EXPLAIN_SENTENCES_MAX)
        return;
    va_start(args, format);
    vsnprintf(view->sentences[view->count++], EXPLAIN_SENTENCE_MAX, format, args);
    va_end(args);
}

/* An address that the CPU needs: says whether and how it is mapped, when that is news. */
static struct error *explain_address(const struct stop *stop, const char *what, virt_t address,
                                     struct explain_view *view)
{
    struct translation translation;
    char words[EXPLAIN_SENTENCE_MAX - 64];
    struct error *err = pagetable_translate(stop, address, &translation);
    bool mapped;

    if (err)
        return err;
    mapped = translation.end == TRANSLATION_MAPPED || translation.end == TRANSLATION_OFF;
    translation_text(&translation, words, sizeof(words));
    if (!mapped)
        say(view, "%s 0x%" PRIx64 " is %s", what, address.value, words);
    else if (!target_is_memory(stop->target, phys(translation.phys), 1))
        say(view, "%s 0x%" PRIx64 " is %s, where the guest has no memory", what, address.value,
            words);
    return NULL;
}

static struct error *explain_code(const struct stop *stop, struct explain_view *view)
{
    virt_t pc = registers_pc(&stop->regs);
    const struct disasm_line *line = &view->instruction;
    struct error *err = explain_address(stop, "rip", pc, view);
    char name[96];

    if (err)
        return err;
    if (stop_describe(stop, pc, name, sizeof(name)))
        say(view, "rip 0x%" PRIx64 " is %s", pc.value, name);
    if (!view->instruction_there)
        say(view, "the instruction at rip cannot be read");
    else if (!line->decoded)
        say(view, "the byte 0x%02x at rip begins no instruction: the CPU answers with %s",
            line->bytes[0], vector_name(X86_TRAP_UD));
    else if (strncmp(line->text, "ud", 2) == 0)
        say(view, "%s at rip is there to raise %s: code that must not be reached", line->text,
            vector_name(X86_TRAP_UD));
    else if (line->size == 2 && line->bytes[0] == 0 && line->bytes[1] == 0)
        say(view, "rip stands on zero bytes: nothing was ever put there, or it was cleared");
    return NULL;
}

/* The stack: the next push goes right below it. */
static struct error *explain_stack(const struct stop *stop, struct explain_view *view)
{
    const struct registers *regs = &stop->regs;
    enum cpu_mode mode = registers_mode(regs);
    unsigned int width = mode == CPU_LONG64 ? 8 : cpu_mode_bits(mode) / 8;
    uint64_t top = regs->gpr[RSP];

    if (mode == CPU_LONG64)
        return explain_address(stop, "the stack below rsp,", virt(top - width), view);
    if (!regs->hidden_known)
        return NULL;
    top = cpu_mode_bits(mode) == 16 ? (uint16_t)(top - width) : (uint32_t)(top - width);
    return explain_address(stop, "the stack below esp,", virt(regs->segment[SEG_SS].base + top),
                           view);
}

static struct error *explain_cr2(const struct stop *stop, struct explain_view *view)
{
    if (stop->regs.cr2 == 0 || !(stop->regs.cr0 & X86_CR0_PG))
        return NULL;
    return explain_address(stop, "the last page fault's address cr2", virt(stop->regs.cr2), view);
}

static void explain_gate(const struct idt_view *idt, unsigned int vector, struct explain_view *view)
{
    const struct idt_vector *entry = idt_find(idt, vector);

    if (vector >= idt->vectors)
        say(view, "%s has no gate: the idt's limit 0x%x ends before it", vector_name(vector),
            idt->limit);
    else if (!entry)
        say(view, "%s has no gate that is present in the idt at 0x%" PRIx64, vector_name(vector),
            idt->base);
    else
        say(view, "%s leads to 0x%x:0x%" PRIx64 "%s%s", vector_name(vector), entry->gate.selector,
            entry->gate.offset, entry->where[0] ? " " : "", entry->where);
}

/* A fault that no gate takes becomes a double fault, and one that no gate takes shuts down. */
static struct error *explain_idt(const struct stop *stop, struct explain_view *view)
{
    static const unsigned int vectors[] = {X86_TRAP_PF, X86_TRAP_GP, X86_TRAP_UD, X86_TRAP_DF};
    struct idt_view *idt = malloc(sizeof(*idt));
    struct error *err;

    if (!idt)
        return error_new(ERROR_SYSTEM, "idt: no memory");
    err = idt_capture(stop, idt);
    if (!err && idt->known && idt->format != IDT_REAL) {
        say(view, "the idt at 0x%" PRIx64 " with limit 0x%x has %zu gates present%s", idt->base,
            idt->limit, idt->present, idt->present ? "" : ": any exception shuts the CPU down");
        if (idt->readable < idt->vectors * gate_size(idt->format))
            say(view, "the idt cannot be read from 0x%" PRIx64 " on: not mapped",
                idt->base + idt->readable);
        for (size_t i = 0; idt->present && i < sizeof(vectors) / sizeof(vectors[0]); i++)
            explain_gate(idt, vectors[i], view);
    }
    free(idt);
    return err;
}

/* Loaded selectors that the table no longer has: any exception or return would reload them. */
static struct error *explain_gdt(const struct stop *stop, struct explain_view *view)
{
    static const enum segment_register loaded[] = {SEG_CS, SEG_SS, SEG_DS, SEG_ES};
    const struct registers *regs = &stop->regs;
    struct gdt_view *gdt;
    struct error *err;

    if (!regs->hidden_known || !(regs->cr0 & X86_CR0_PE))
        return NULL;
    gdt = malloc(sizeof(*gdt));
    if (!gdt)
        return error_new(ERROR_SYSTEM, "gdt: no memory");
    err = gdt_capture(stop, gdt);
    if (!err && gdt->readable < (size_t)gdt->limit + 1)
        say(view, "the gdt at 0x%" PRIx64 " cannot be read from 0x%" PRIx64 " on: not mapped",
            gdt->base, gdt->base + gdt->readable);
    for (size_t i = 0; !err && i < sizeof(loaded) / sizeof(loaded[0]); i++) {
        unsigned int selector = regs->segment[loaded[i]].selector;

        if ((selector | 7) > gdt->limit && (selector & ~3u) != 0)
            say(view, "%s holds 0x%x, beyond the gdt's limit 0x%x", segment_name(loaded[i]),
                selector, gdt->limit);
    }
    free(gdt);
    return err;
}

static void explain_hang(const struct stop *stop, struct explain_view *view)
{
    const struct disasm_line *line = &view->instruction;
    bool interrupts = stop->regs.rflags & X86_EFLAGS_IF;

    if (!view->instruction_there)
        return;
    if (line->size == 2 && line->bytes[0] == 0xeb && line->bytes[1] == 0xfe)
        say(view, "the instruction at rip jumps to itself: this loop has no end%s",
            interrupts ? "" : ", and interrupts are off");
    else if (!interrupts)
        say(view, "interrupts are off (rflags.IF is 0)%s",
            line->bytes[0] == 0xf4 ? ": no interrupt will end this hlt" : "");
}

struct error *explain_fault(const struct stop *stop, enum timeline_event event,
                            struct explain_view *ret)
{
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    err = disasm_one(stop, &ret->instruction, &ret->instruction_there);
    if (err || event == TIMELINE_ERROR)
        return err;
    err = explain_code(stop, ret);
    if (!err && event != TIMELINE_FAULT)
        explain_hang(stop, ret);
    if (!err)
        err = explain_stack(stop, ret);
    if (!err)
        err = explain_cr2(stop, ret);
    if (!err)
        err = explain_gdt(stop, ret);
    if (!err && event == TIMELINE_FAULT)
        err = explain_idt(stop, ret);
    return err;
}

static void print_sentence(const char *label, const char *sentence, const struct text *text)
{
    struct flow flow = flow_start(text, label);

    flow_words(&flow, TEXT_PLAIN, sentence);
    flow_end(&flow);
}

void explain_text(const struct explain_view *view, const struct text *text)
{
    text_label(text, "instruction");
    if (view->instruction_there)
        disasm_line_text(&view->instruction, text);
    else
        text_print(text, TEXT_BAD, "cannot be read\n");
    for (unsigned int i = 0; i < view->count; i++)
        print_sentence(i ? "" : "because", view->sentences[i], text);
}

json_t *explain_json(const struct explain_view *view)
{
    json_t *facts = json_array();
    json_t *instruction = json_null();

    for (unsigned int i = 0; i < view->count; i++)
        json_array_append_new(facts, json_string(view->sentences[i]));
    if (view->instruction_there)
        instruction = disasm_line_json(&view->instruction);
    return json_pack("{s:o, s:o}", "instruction", instruction, "facts", facts);
}
