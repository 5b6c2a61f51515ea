/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "halted.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bootparams.h"
#include "callers.h"
#include "guest.h"
#include "halted_cpu.h"

#define STACK_BYTES 0x1000

#define NO_LONG_MODE                                                                               \
    "this CPU lacks what 64-bit code needs (long mode, SSE2); give the guest another with --cpu"

/* The boot code that runs, as the image has it, and where it is. */
struct running {
    struct code code;
    struct functions functions;
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
    ret->functions = (struct functions){.code = &ret->code};
    return code_open(ret->code.bytes, 0, ret->code.size, bits, &ret->code);
}

/*
 * Names a place of a function; the start is unknown of the outermost. A name that begins before the
 * function is that of another: boot code without symbols has only a few.
 */
static void name_place(const struct stop *stop, const struct running *running, uint64_t address,
                       struct maybe function, char out[HALTED_WHERE_MAX])
{
    const char *symbol = NULL;
    enum module module;
    uint64_t link, offset = 0;

    if (stop_place(stop, virt(address), &module, &link))
        symbol = symbols_name(stop_symbols(stop, module), link, &offset);
    if (symbol && (!function.known || address - offset >= function.value) &&
        stop_describe(stop, virt(address), out, HALTED_WHERE_MAX))
        return;
    if (running && address - running->base < running->code.size)
        snprintf(out, HALTED_WHERE_MAX, "%s+0x%" PRIx64, running->name, address - running->base);
    else
        snprintf(out, HALTED_WHERE_MAX, "0x%" PRIx64, address);
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

static uint64_t value_of(const struct registers *regs, enum insn_gpr gpr)
{
    static const enum gpr names[INSN_GPR_COUNT] = {RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
                                                   R8,  R9,  R10, R11, R12, R13, R14, R15};

    return regs->gpr[names[gpr]];
}

/* What the caller of the halting function gave it, or printed just before. */
static void find_message(const struct stop *stop, const struct running *running,
                         const struct call_found *first, struct halted_view *view)
{
    unsigned int bits = running->code.bits;
    uint64_t address = 0, base = running->base;
    enum insn_gpr saved;

    if (bits == 16 && !registers_base(&stop->regs, SEG_DS, &base))
        return;
    if (caller_text_address(&running->code, first->call, &address) &&
        take_message(stop, base + address, view))
        return;
    if (bits == 64 && saved_argument(&running->code, first->target,
                                     registers_pc(&stop->regs).value - running->base, &saved))
        take_message(stop, value_of(&stop->regs, saved), view);
}

/* Only by its caller it is known where the function of the place below begins. */
static void add_caller(const struct stop *stop, const struct running *running,
                       const struct call_found *found, uint64_t inner, struct halted_view *view)
{
    char *below = view->count ? view->callers[view->count - 1].where : view->where;
    struct halted_caller *caller = &view->callers[view->count++];

    if (found->direct)
        name_place(stop, running, inner + running->base, known(found->target + running->base),
                   below);
    caller->call = virt(found->call + running->base);
    name_place(stop, running, caller->call.value, (struct maybe){0}, caller->where);
}

static struct error *walk(const struct stop *stop, struct running *running,
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
        if (!call_leads_to(&running->functions, word, inner, &found))
            continue;
        if (!view->count)
            first = found;
        add_caller(stop, running, &found, inner, view);
        inner = found.call;
    }
    if (!err && view->count)
        find_message(stop, running, &first, view);
    return err;
}

static bool lacks_long_mode(const struct stop *stop, struct running *running)
{
    return running->code.bits == 32 && running->code.bytes != stop->image->bytes &&
           stop->image->setup.xloadflags & XLF_KERNEL_64 &&
           halted_for_cpu(&running->functions, registers_pc(&stop->regs).value - running->base - 1);
}

struct error *halted_capture(const struct stop *stop, struct halted_view *ret)
{
    struct running running;
    bool there;

    memset(ret, 0, sizeof(*ret));
    struct error *err = open_code(stop, &running, &there);
    if (err)
        return err;
    uint64_t pc = registers_pc(&stop->regs).value - 1;
    name_place(stop, there ? &running : NULL, pc, (struct maybe){0}, ret->where);
    if (!there)
        return NULL;
    err = walk(stop, &running, ret);
    if (!err && !ret->message[0] && lacks_long_mode(stop, &running))
        snprintf(ret->message, sizeof(ret->message), "%s", NO_LONG_MODE);
    functions_close(&running.functions);
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
