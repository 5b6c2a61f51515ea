/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of discover() that read 32- and 64-bit code share. */
#ifndef BOOTSCOPE_STAGES_DISCOVER_CODE_H
#define BOOTSCOPE_STAGES_DISCOVER_CODE_H

#include "discover_internal.h"
#include "region.h"

/* The boot protocol's 64-bit entry, behind the 32-bit one. */
#define STARTUP_64 0x200

struct analysis {
    struct finding *finding;
    struct code code32, code64; /* the whole protected-mode code, once for each width */
    struct functions functions32, functions64;

    uint64_t relocated; /* first instruction of the copy, as startup_64 jumps to it */
    uint64_t extract;   /* extract_kernel, when has_extract */
    bool has_extract;
};

/* One part of the boot each; ERROR_SYSTEM: memory. */
struct error *discover_startup_32(struct analysis *analysis);
/*
 * From startup_64 to the jump into the copy. ERROR_INPUT: there is no such jump.
 */
struct error *discover_startup_64(struct analysis *analysis);
/* From the copy's first instruction to the jump to the kernel. */
struct error *discover_relocated(struct analysis *analysis);
/* extract_kernel: where the kernel's place is chosen. */
struct error *discover_choice(struct analysis *analysis);
/* The kernel is unpacked, loaded and relocated. */
struct error *discover_loading(struct analysis *analysis);

/*
 * The stage of a function's entry: at its symbol when the decompressor's ELF file has one, else
 * where the code says that it is; how is that of the code. Also the label.
 */
void discover_function_stage(struct analysis *analysis, const char *stage, const char *name,
                             uint64_t address, enum stage_certainty certainty, const char *how);
/* The label of a 64-bit function, with its size; the symbol's address goes before that of the code. */
void discover_function(struct analysis *analysis, const char *name, uint64_t address);
/* The label of a place that is not a function. */
void discover_label(struct analysis *analysis, const char *name, uint64_t address);
/* The address of a symbol of the decompressor; false when there is none. */
bool discover_symbol(const struct analysis *analysis, const char *name, uint64_t *ret);

/* What to call a function in a sentence: by the symbol that stands there, else by its address. */
struct discover_name {
    char text[64];
};
struct discover_name discover_name(const struct analysis *analysis, uint64_t address);

/* Instructions to look for with code_reaches(); context is not used. */
bool discover_is_lidt(void *context, const struct insn *insn);
bool discover_writes_cr3(void *context, const struct insn *insn);
/* With text as context: the instruction takes the address of exactly that text. */
struct discover_text {
    const struct code *code;
    const char *text;
};
bool discover_uses_text(void *context, const struct insn *insn);

/*
 * insn is an lgdt of a descriptor whose address field was written before, in the same region: *ret is
 * what was written, the table.
 */
bool discover_loads_gdt(const struct region *region, const struct insn *insn, struct value *ret);

/*
 * The first call on every way from first (an instruction) to last (not itself) whose function, or what it calls,
 * has an instruction that visit takes; NULL when there is none.
 */
const struct insn *discover_call(struct analysis *analysis, const struct region *region,
                                 uint64_t first, uint64_t last, insn_visitor visit);

#endif
