/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fault.h"

#include <string.h>

#include "flow.h"
#include "guest.h"

/* Instructions shown, from the one that the guest stands at. */
#define FAULT_CODE_LINES 6

/*
 * The text of an error stop: stub/abi/checkpoint.h puts its linear address in rdi and its length in
 * rsi, or in edi and ecx where it is 16- or 32-bit code. Both come from the guest: at most
 * FAULT_MESSAGE_MAX bytes are taken, as far as memory goes, control bytes as dots.
 */
static struct error *read_message(struct fault *fault)
{
    const struct registers *regs = &fault->stop->regs;
    bool wide = registers_mode(regs) == CPU_LONG64;
    uint64_t address = wide ? regs->gpr[RDI] : regs->gpr[RDI] & UINT32_MAX;
    uint64_t claimed = wide ? regs->gpr[RSI] : regs->gpr[RCX] & UINT32_MAX;
    size_t length = claimed < FAULT_MESSAGE_MAX ? claimed : FAULT_MESSAGE_MAX - 1;
    struct error *err = guest_try_linear(fault->stop, virt(address), fault->message, length,
                                         &length);

    if (err)
        return error_context(err, "reading the boot code's message");
    fault->message[length] = '\0';
    for (char *byte = fault->message; byte < fault->message + length; byte++)
        if (*byte < ' ' || *byte > '~')
            *byte = '.';
    return NULL;
}

struct error *fault_capture(struct fault *fault)
{
    const struct stop *stop = fault->stop;
    enum cpu_mode mode = registers_mode(&stop->regs);
    virt_t pc = registers_pc(&stop->regs);
    struct error *err = regs_capture(stop, &fault->regs);

    if (!stop_describe(stop, pc, fault->where, sizeof(fault->where)))
        snprintf(fault->where, sizeof(fault->where), "%s", text_hex(pc.value));
    if (!err && fault->event == TIMELINE_ERROR)
        err = read_message(fault);
    /* rip is behind the hlt. */
    if (fault->event == TIMELINE_HALTED)
        pc = virt(pc.value - 1);
    if (!err)
        err = disasm_capture(stop, pc, cpu_mode_bits(mode), FAULT_CODE_LINES, &fault->code);
    if (!err)
        err = explain_fault(stop, fault->event, &fault->why);
    if (!err && fault->event == TIMELINE_HALTED)
        err = halted_capture(stop, &fault->halted);
    if (!err && fault->event == TIMELINE_HALTED)
        snprintf(fault->where, sizeof(fault->where), "%s", fault->halted.where);
    return err;
}

static const char *headline(enum timeline_event event)
{
    switch (event) {
    case TIMELINE_ERROR:
        return "the boot code stopped at an error";
    case TIMELINE_HALTED:
        return "the CPU halted for good: nothing will wake it";
    case TIMELINE_TIMEOUT:
        return "the guest did not get on in time";
    default:
        return "the CPU gave up: triple fault or shutdown";
    }
}

static const char *fault_message(const struct fault *fault)
{
    return fault->event == TIMELINE_HALTED ? fault->halted.message : fault->message;
}

/* Words on as many lines as they need; one that is longer than a line is broken. */
static void print_message(const char *message, const struct text *text)
{
    struct flow flow = flow_start(text, "message");

    flow_words(&flow, TEXT_BAD, message);
    flow_end(&flow);
}

void fault_text(const struct fault *fault, const struct text *text)
{
    text_print(text, TEXT_PLAIN, "\n");
    text_print(text, TEXT_BAD, "%s\n", headline(fault->event));
    text_label(text, "after");
    text_print(text, TEXT_PLAIN, "%s\n", fault->last ? fault->last->name : "no checkpoint at all");
    text_label(text, "where");
    text_print(text, TEXT_PLAIN, "%s, %s code\n", fault->where,
               cpu_mode_name(registers_mode(&fault->stop->regs)));
    print_message(fault_message(fault), text);
    halted_text(&fault->halted, text);
    explain_text(&fault->why, text);
    disasm_text(&fault->code, text);
    regs_text(&fault->regs, text);
}

static const char *event_word(enum timeline_event event)
{
    switch (event) {
    case TIMELINE_ERROR:
        return "error";
    case TIMELINE_HALTED:
        return "halted";
    case TIMELINE_TIMEOUT:
        return "timeout";
    default:
        return "fault";
    }
}

json_t *fault_json(const struct fault *fault)
{
    const char *message = fault_message(fault);

    return json_pack("{s:s,s:o,s:o,s:s,s:o,s:o,s:o,s:o}", "fault", event_word(fault->event),
                     "after", fault->last ? json_string(fault->last->name) : json_null(), "message",
                     message[0] ? json_string(message) : json_null(), "where", fault->where,
                     "callers", halted_json(&fault->halted), "registers", regs_json(&fault->regs),
                     "code", disasm_json(&fault->code), "why", explain_json(&fault->why));
}

static struct error *halted_error(const struct fault *fault, const char *after)
{
    const char *said = fault_message(fault);

    return error_new(ERROR_GUEST, "the CPU halted for good in %s, %s%s%s", fault->where, after,
                     said[0] ? ": " : "", said);
}

struct error *fault_error(const struct fault *fault, int64_t timeout_ms)
{
    char after[CHECKPOINT_NAME_MAX + 32] = "before the first checkpoint";

    if (fault->last)
        snprintf(after, sizeof(after), "after checkpoint %s", fault->last->name);
    switch (fault->event) {
    case TIMELINE_ERROR:
        return error_new(ERROR_GUEST, "the boot code stopped %s: %s", after,
                         fault->message[0] ? fault->message : "it gave no message");
    case TIMELINE_HALTED:
        return halted_error(fault, after);
    case TIMELINE_TIMEOUT:
        return error_new(ERROR_TIMEOUT,
                         "no further checkpoint within %.1f s, %s; the guest is at %s",
                         (double)timeout_ms / 1000, after, fault->where);
    default:
        return error_new(ERROR_GUEST, "triple fault or shutdown %s, at %s", after, fault->where);
    }
}
