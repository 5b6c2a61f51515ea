/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flags.h"
#include "guest.h"
#include "regs.h"
#include "x86.h"

#define PATH_BYTES 4096
/* Small numbers are counts and flags, whatever is linked there. */
#define NAMED_FROM 0x1000

static struct error *peek(const struct stop *stop, uint64_t address, uint64_t size,
                          struct maybe *ret)
{
    size_t wanted = size < sizeof(ret->value) ? size : sizeof(ret->value), length;
    uint64_t value = 0;
    struct error *err = guest_try_linear(stop, virt(address), &value, wanted, &length);

    if (!err)
        *ret = length == wanted ? known(value) : (struct maybe){0};
    return err;
}

struct error *moment_take(struct decoder *decoder, const struct stop *stop, struct moment *ret)
{
    struct error *err;

    ret->regs = stop->regs;
    ret->instructions = stop->instructions;
    err = decoder_here(decoder, stop, &ret->code);
    for (unsigned int i = 0; !err && i < ret->code.memory_count; i++)
        err = peek(stop, ret->code.memory[i].address, ret->code.memory[i].size, &ret->memory[i]);
    return err;
}

static void name_value(const struct stop *stop, struct annotation_value *value)
{
    char where[256];

    if (!value->now.known || value->now.value < NAMED_FROM ||
        !stop_describe(stop, virt(value->now.value), where, sizeof(where)))
        return;
    where[strcspn(where, " ")] = '\0'; /* the line would be too much here */
    snprintf(value->note, sizeof(value->note), "%.*s", (int)sizeof(value->note) - 1, where);
}

/* rax is eax in code of 32 bits and less. */
static void name_register(struct annotation_value *value, const char *name, unsigned int position,
                          const struct registers *regs)
{
    bool narrow = registers_mode(regs) != CPU_LONG64 && (position < R8 || position == REGS_RFLAGS);

    snprintf(value->name, sizeof(value->name), "%s%s", narrow ? "e" : "", narrow ? name + 1 : name);
}

static const struct flag_set *flags_of(unsigned int position)
{
    switch (position) {
    case REGS_RFLAGS:
        return &flags_rflags;
    case REGS_CR0:
        return &flags_cr0;
    case REGS_CR4:
        return &flags_cr4;
    case REGS_EFER:
        return &flags_efer;
    default:
        return NULL;
    }
}

void note_registers(struct annotation_entry *entry, const struct registers *before,
                    const struct stop *stop)
{
    struct regs_view view = {.regs = stop->regs, .has_before = true, .before = *before};
    const char *name;
    uint64_t now, then;
    bool is_known;

    for (unsigned int i = 0; regs_field(&view.regs, i, &name, &now, &is_known); i++) {
        const struct flag_set *flags = flags_of(i);
        struct annotation_value value = {.what = i == REGS_RFLAGS ? ANNOTATED_FLAGS
                                                                  : ANNOTATED_REGISTER};

        if (i == REGS_RIP || !regs_changed(&view, i))
            continue;
        regs_field(before, i, &name, &then, &is_known);
        name_register(&value, name, i, &stop->regs);
        value.before = known(then);
        value.now = known(now);
        if (flags)
            flags_text(flags, now, value.note, sizeof(value.note));
        else if ((i < GPR_COUNT && i != RSP) || i == REGS_CR3 || i == REGS_GDTR || i == REGS_IDTR)
            name_value(stop, &value);
        annotation_value(entry, &value);
    }
}

static struct error *note_push(struct annotation_entry *entry, const struct moment *before,
                               const struct stop *stop)
{
    uint64_t size = before->regs.gpr[RSP] - stop->regs.gpr[RSP];
    bool flat = registers_mode(&before->regs) == CPU_LONG64 || !stop->regs.hidden_known;
    struct annotation_value value = {.what = ANNOTATED_WRITE, .size = size};

    /* pusha writes more than a value; a call through a gate may change the stack altogether */
    if (size != 2 && size != 4 && size != 8)
        return NULL;
    value.address = stop->regs.gpr[RSP] + (flat ? 0 : stop->regs.segment[SEG_SS].base);
    struct error *err = peek(stop, value.address, size, &value.now);
    name_value(stop, &value);
    if (!err)
        annotation_value(entry, &value);
    return err;
}

struct error *note_memory(struct annotation_entry *entry, const struct moment *before,
                          const struct stop *stop)
{
    struct error *err = NULL;

    for (unsigned int i = 0; !err && i < before->code.memory_count; i++) {
        const struct code_memory *memory = &before->code.memory[i];
        struct annotation_value value = {.what = memory->writes ? ANNOTATED_WRITE : ANNOTATED_READ,
                                         .address = memory->address,
                                         .size = memory->size,
                                         .before = before->memory[i],
                                         .now = before->memory[i]};

        if (!memory->reads && !memory->writes)
            continue;
        if (memory->writes)
            err = peek(stop, memory->address, memory->size, &value.now);
        name_value(stop, &value);
        if (!err)
            annotation_value(entry, &value);
    }
    return err || !before->code.pushes ? err : note_push(entry, before, stop);
}

struct error *note_fill(struct annotation_entry *entry, const struct moment *before,
                        const struct stop *stop, uint64_t times)
{
    bool down = before->regs.rflags & X86_EFLAGS_DF;
    struct error *err = NULL;

    for (unsigned int i = 0; !err && i < before->code.memory_count; i++) {
        const struct code_memory *memory = &before->code.memory[i];
        struct annotation_value value = {
            .what = ANNOTATED_FILL, .address = memory->address, .size = times * memory->size};

        if (!memory->writes)
            continue;
        if (down)
            value.address -= (times - 1) * memory->size;
        err = peek(stop, value.address, memory->size, &value.now);
        if (!err)
            annotation_value(entry, &value);
    }
    return err;
}

void note_source(struct annotation *annotation, struct annotation_entry *entry,
                 const struct stop *stop, uint64_t address)
{
    const char *file;
    char path[PATH_BYTES];
    enum module module;
    uint64_t link;

    if (!annotation->sources || !stop_place(stop, virt(address), &module, &link) ||
        !symbols_line(stop_symbols(stop, module), link, &file, &entry->line) ||
        !symbols_source(stop_symbols(stop, module), link, path, sizeof(path), &entry->line))
        return;
    sources_line(annotation->sources, path, file, entry->line, &entry->file, &entry->source);
}

void note_target(struct annotation_entry *entry, const struct stop *stop, uint64_t target)
{
    char where[256];

    if (stop_describe(stop, virt(target), where, sizeof(where))) {
        where[strcspn(where, " ")] = '\0';
        snprintf(entry->target, sizeof(entry->target), "%.*s", (int)sizeof(entry->target) - 1,
                 where);
    } else {
        snprintf(entry->target, sizeof(entry->target), "0x%" PRIx64, target);
    }
}
