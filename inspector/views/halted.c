/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "halted.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bootparams.h"
#include "callers.h"
#include "guest.h"

#define STACK_BYTES 0x1000

#define NO_LONG_MODE                                                                               \
    "this CPU lacks what 64-bit code needs (long mode, SSE2); give the guest another with --cpu"

/* The boot code that runs, as the image has it, and where it is. */
struct running {
    struct code code;
    uint64_t base;    /* linear address of link address 0 */
    uint64_t cs_base; /* what is added to a return address to give a linear one */
    const char *name; /* for places without a symbol */
};

/* False when the CPU is in no code that the image has. */
static bool find_code(const struct stop *stop, enum module module, struct running *ret)
{
    const struct image *image = stop->image;
    struct maybe base = stop_base(stop, module);
    uint64_t pc = registers_pc(&stop->regs).value;
    bool setup = module == MODULE_SETUP;

    if (!image || !base.known || pc < base.value)
        return false;
    ret->code.bytes = image->bytes + (setup ? 0 : image->protected_offset);
    ret->code.size = setup ? image->protected_offset : image->protected_size;
    ret->base = base.value;
    ret->name = setup ? "setup code" : "decompressor";
    return pc - base.value < ret->code.size;
}

static struct error *open_code(const struct stop *stop, struct running *ret, bool *ret_there)
{
    unsigned int bits = cpu_mode_bits(registers_mode(&stop->regs));

    *ret_there = find_code(stop, MODULE_STUB, ret) || find_code(stop, MODULE_SETUP, ret);
    if (!*ret_there)
        return NULL;
    if (bits == 64 || !registers_base(&stop->regs, SEG_CS, &ret->cs_base))
        ret->cs_base = 0;
    return code_open(ret->code.bytes, 0, ret->code.size, bits, &ret->code);
}

static void name_place(const struct stop *stop, const struct running *running, uint64_t address,
                       char *out, size_t size)
{
    if (stop_describe(stop, virt(address), out, size))
        return;
    if (running && address - running->base < running->code.size)
        snprintf(out, size, "%s+0x%" PRIx64, running->name, address - running->base);
    else
        snprintf(out, size, "0x%" PRIx64, address);
}

/* A text of the boot code's as one line: true when it is one. */
static bool take_message(const struct stop *stop, uint64_t address, struct halted_view *view)
{
    char text[HALTED_MESSAGE_MAX];
    size_t length = 0, used = 0;
    struct error *err = guest_try_linear(stop, virt(address), text, sizeof(text), &length);

    if (err) {
        error_free(err);
        return false;
    }
    const char *end = memchr(text, '\0', length);
    if (!end)
        return false;
    for (const char *at = text; at < end; at++) {
        bool blank = *at == '\n' || *at == '\r' || *at == '\t' || *at == ' ';

        if (!blank && (*at < ' ' || *at > '~'))
            return false;
        if (!blank)
            view->message[used++] = *at;
        else if (used > 0 && view->message[used - 1] != ' ')
            view->message[used++] = ' ';
    }
    while (used > 0 && view->message[used - 1] == ' ')
        used--;
    view->message[used] = '\0';
    return used > 0;
}

static uint64_t value_of(const struct registers *regs, x86_reg reg)
{
    switch (reg) {
    case X86_REG_RBX:
        return regs->gpr[RBX];
    case X86_REG_RBP:
        return regs->gpr[RBP];
    case X86_REG_R12:
        return regs->gpr[R12];
    case X86_REG_R13:
        return regs->gpr[R13];
    case X86_REG_R14:
        return regs->gpr[R14];
    default:
        return regs->gpr[R15];
    }
}

/* What the caller of the halting function gave it, or printed just before. */
static void find_message(const struct stop *stop, const struct running *running,
                         const struct call_found *first, struct halted_view *view)
{
    unsigned int bits = running->code.bits;
    uint64_t address = 0, base = running->base;
    x86_reg saved;

    if (bits == 16 && !registers_base(&stop->regs, SEG_DS, &base))
        return;
    if (caller_text_address(&running->code, first->call, &address) &&
        take_message(stop, base + address, view))
        return;
    if (bits == 64 && saved_argument(&running->code, first->target,
                                     registers_pc(&stop->regs).value - running->base, &saved))
        take_message(stop, value_of(&stop->regs, saved), view);
}

static struct error *walk(const struct stop *stop, const struct running *running,
                          struct halted_view *view)
{
    unsigned int bits = running->code.bits;
    size_t width = bits == 64 ? 8 : 4, length = 0;
    uint8_t stack[STACK_BYTES];
    struct call_found found = {0}, first = {0};
    uint64_t inner = registers_pc(&stop->regs).value - running->base - 1; /* the hlt */
    struct error *err = guest_try_linear(stop, registers_stack(&stop->regs), stack, sizeof(stack),
                                         &length);

    for (size_t at = 0; !err && at + width <= length && view->count < HALTED_CALLERS_MAX;
         at += bits == 16 ? 2 : width) {
        uint64_t word = 0;

        memcpy(&word, stack + at, width);
        word += running->cs_base - running->base;
        if (!call_leads_to(&running->code, word, inner, view->count ? &first : NULL, &found))
            continue;
        struct halted_caller *caller = &view->callers[view->count++];
        if (view->count == 1)
            first = found;
        inner = found.call;
        caller->call = virt(found.call + running->base);
        name_place(stop, running, caller->call.value, caller->where, sizeof(caller->where));
    }
    if (!err && view->count)
        find_message(stop, running, &first, view);
    return err;
}

/* 32-bit code of a 64-bit decompressor halts for one reason only, and says nothing. */
static bool lacks_long_mode(const struct stop *stop, const struct running *running)
{
    return running->code.bits == 32 && running->code.bytes != stop->image->bytes &&
           stop->image->setup.xloadflags & XLF_KERNEL_64;
}

struct error *halted_capture(const struct stop *stop, struct halted_view *ret)
{
    struct running running;
    bool there;

    memset(ret, 0, sizeof(*ret));
    struct error *err = open_code(stop, &running, &there);
    if (err)
        return err;
    name_place(stop, there ? &running : NULL, registers_pc(&stop->regs).value - 1, ret->where,
               sizeof(ret->where));
    if (!there)
        return NULL;
    err = walk(stop, &running, ret);
    if (!err && !ret->message[0] && lacks_long_mode(stop, &running))
        snprintf(ret->message, sizeof(ret->message), "%s", NO_LONG_MODE);
    code_close(&running.code);
    return err;
}

void halted_text(const struct halted_view *view, const struct text *text)
{
    for (size_t i = 0; i < view->count; i++) {
        text_label(text, i ? "" : "called from");
        text_print(text, TEXT_PLAIN, "%s\n", view->callers[i].where);
    }
}

json_t *halted_json(const struct halted_view *view)
{
    json_t *callers = json_array();

    for (size_t i = 0; i < view->count; i++)
        json_array_append_new(callers,
                              json_pack("{s:s,s:s}", "call", text_hex(view->callers[i].call.value),
                                        "where", view->callers[i].where));
    return callers;
}
