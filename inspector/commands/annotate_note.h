/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an instruction changed: registers and memory before and after it, as values of an entry. */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_NOTE_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_NOTE_H

#include "annotate_code.h"
#include "annotation.h"

/* The machine before an instruction, and what it is about to touch. */
struct moment {
    struct registers regs;
    struct code code;
    struct maybe memory[CODE_MEMORY_MAX]; /* what is at code.memory now */
    struct maybe instructions;
};

/* Looks at the instruction that comes next. */
struct error *moment_take(struct decoder *decoder, const struct stop *stop, struct moment *ret);

/* Registers of stop that differ from before, named as code of that width does. */
void note_registers(struct annotation_entry *entry, const struct registers *before,
                    const struct stop *stop);
/* What the instruction of before read and wrote, as stop has it now. */
struct error *note_memory(struct annotation_entry *entry, const struct moment *before,
                          const struct stop *stop);
/* What size bytes that repetitions of before's instruction wrote, from the lowest address on. */
struct error *note_fill(struct annotation_entry *entry, const struct moment *before,
                        const struct stop *stop, uint64_t times);
/* File and line of an address, and the name of a target. */
void note_source(struct annotation *annotation, struct annotation_entry *entry,
                 const struct stop *stop, uint64_t address);
void note_target(struct annotation_entry *entry, const struct stop *stop, uint64_t target);

#endif
