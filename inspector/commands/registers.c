/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look at the CPU and its descriptor tables. */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "gdt.h"
#include "idt.h"
#include "memory.h"
#include "regs.h"
#include "write.h"

/* The registers, with what changed since the checkpoint before. */
static struct error *capture(const struct environment *environment, struct regs_view *ret)
{
    const struct snapshot *before = debugger_before(environment->debugger);
    const struct stop *stop;
    struct error *err = command_stop(environment, &stop);

    if (!err)
        err = regs_capture(stop, ret);
    if (!err && before)
        regs_diff(&before->regs, ret);
    return err;
}

/* "$rax" and "rax" are the same here. */
static struct error *show_one(struct environment *environment, const struct regs_view *view,
                              const char *name)
{
    const struct text *text = environment->text;
    const struct stop *stop;
    unsigned int width;
    uint64_t value;
    char where[96];
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    name += *name == '$';
    if (!registers_get(&view->regs, name, &value, &width))
        return error_new(ERROR_INPUT, "%s: no such register", name);
    if (environment->json) {
        command_print_json(environment, json_pack("{s:o}", name, json_hex(value)));
        return NULL;
    }
    text_print(text, TEXT_PLAIN, "%-6s %s  %" PRIu64, name, text_hex(value), value);
    regs_bits_text(name, value, text);
    if (width == 8 && *symbol_text(stop, value, where, sizeof(where)))
        text_print(text, TEXT_DIM, "  %s", where);
    text_print(text, TEXT_PLAIN, "\n");
    return NULL;
}

static struct error *run_regs(struct environment *environment, const struct command_line *line)
{
    struct regs_view view;
    struct error *err = command_usage(line, 0, 1);

    if (!err)
        err = capture(environment, &view);
    if (err)
        return err;
    if (line->count == 1)
        return show_one(environment, &view, line->words[0]);
    if (environment->json)
        command_print_json(environment, regs_json(&view));
    else
        regs_text(&view, environment->text);
    return NULL;
}

static struct error *run_creg(struct environment *environment, const struct command_line *line)
{
    struct regs_view view;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = capture(environment, &view);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, regs_control_json(&view));
    else
        regs_control_text(&view, environment->text);
    return NULL;
}

static struct error *run_sreg(struct environment *environment, const struct command_line *line)
{
    struct regs_view view;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = capture(environment, &view);
    if (err)
        return err;
    if (environment->json) {
        command_print_json(environment, regs_segments_json(&view));
        return NULL;
    }
    regs_segments_text(&view, environment->text);
    regs_tables_text(&view, "", environment->text);
    return NULL;
}

static struct error *run_gdt(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct gdt_view view;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (!err)
        err = gdt_capture(stop, &view);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, gdt_json(&view));
    else if (view.known)
        gdt_text(&view, environment->text);
    else
        return error_new(ERROR_INPUT, "gdtr is not known: the debug stub does not tell it");
    return NULL;
}

static struct error *run_idt(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct idt_view *view;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    view = malloc(sizeof(*view));
    if (!view)
        return error_new(ERROR_SYSTEM, "idt: no memory");
    err = idt_capture(stop, view);
    if (!err && environment->json)
        command_print_json(environment, idt_json(view));
    else if (!err && view->known)
        idt_text(view, environment->text);
    else if (!err)
        err = error_new(ERROR_INPUT, "idtr is not known: the debug stub does not tell it");
    free(view);
    return err;
}

const struct command commands_registers[] = {
    {.name = "regs",
     .aliases = "info registers",
     .arguments = "[REGISTER]",
     .summary = "the registers, what changed since the checkpoint before marked",
     .example = "regs cr0",
     .help = "With a name (rax, eax, ax, cr0, gdtr ...) only that one.",
     .group = GROUP_REGISTERS,
     .completes = ARGUMENT_REGISTER,
     .has_json = true,
     .run = run_regs},
    {.name = "creg",
     .arguments = "",
     .summary = "cr0 cr2 cr3 cr4 cr8 and efer, every bit named",
     .example = "creg",
     .help = "The bits that are set, then those that are clear.",
     .group = GROUP_REGISTERS,
     .has_json = true,
     .run = run_creg},
    {.name = "sreg",
     .arguments = "",
     .summary = "segment registers with their hidden parts, and where gdt and idt are",
     .example = "sreg",
     .group = GROUP_REGISTERS,
     .has_json = true,
     .run = run_sreg},
    {.name = "info gdt",
     .aliases = "gdt",
     .arguments = "",
     .summary = "the descriptor table that gdtr points at, decoded",
     .example = "info gdt",
     .group = GROUP_REGISTERS,
     .has_json = true,
     .run = run_gdt},
    {.name = "info idt",
     .aliases = "idt",
     .arguments = "",
     .summary = "where interrupts and exceptions lead",
     .example = "info idt",
     .group = GROUP_REGISTERS,
     .has_json = true,
     .run = run_idt},
    {.name = "set",
     .arguments = "$REGISTER|MEMORY = EXPR",
     .summary = "write a register or guest memory",
     .example = "set u32[rsp] = 0x1234",
     .help = "MEMORY is u8[ADDR] u16[] u32[] u64[], or physical: phys8[] phys16[] phys32[]\n"
             "phys64[]. What was seen of later checkpoints is forgotten: it is another boot now.\n"
             "Going back before a write undoes it, and going on again does not repeat it.",
     .group = GROUP_REGISTERS,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_set},
    {.name = NULL},
};
