/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the CPU's registers with their bits by name, and what changed since an earlier stop. The
 * tables that GDTR and IDTR point at have views of their own (gdt.h, idt.h).
 */
#ifndef BOOTSCOPE_VIEWS_REGS_H
#define BOOTSCOPE_VIEWS_REGS_H

#include "views.h"

struct regs_view {
    struct registers regs;
    bool has_before;
    struct registers before; /* as they were at the earlier stop */
};

/* Only copies what the stop holds: cannot fail. */
struct error *regs_capture(const struct stop *stop, struct regs_view *ret);

/* Makes now show what changed since before: in regs_text and as "changed" in regs_json. */
void regs_diff(const struct regs_view *before, struct regs_view *now);

/*
 * The general registers in a grid, those that steer the CPU with their bits by name, what of the
 * latter changed, and the segments where they are new. A value that changed is highlighted, or has
 * a * behind it where there is no colour.
 */
void regs_state_text(const struct regs_view *view, const struct text *text);
/* Where GDT and IDT are, on one line, with a note behind it (or ""). */
void regs_tables_text(const struct regs_view *view, const char *note, const struct text *text);
/* Both. */
void regs_text(const struct regs_view *view, const struct text *text);

/*
 * {"rip":"0x..","rflags":..,"rax":..,...,"cr0":..,"cr2":..,"cr3":..,"cr4":..,"cr8":..,"efer":..,
 *  "gdtr":{"base","limit"}, "idtr":{...}, "segments":{"cs":{"selector","base","limit",
 *  "attributes"},...}, "bits":{"cr0":["PE",...],...}, "changed":{"cr0":{"before","now"},...}}.
 * Hidden parts that are not known are null; changed is null without an earlier stop.
 */
json_t *regs_json(const struct regs_view *view);

/* Every segment register with its hidden part, on a line of its own. */
void regs_segments_text(const struct regs_view *view, const struct text *text);
/* {"segments":{..},"gdtr":..,"idtr":..} as in regs_json(). */
json_t *regs_segments_json(const struct regs_view *view);

/* cr0 cr2 cr3 cr4 cr8 and efer with every bit by its name, those that are set first. */
void regs_control_text(const struct regs_view *view, const struct text *text);
/*
 * {"cr0":{"value":"0x..","set":["PE",..],"clear":["MP",..]},"cr2":{..},..}: registers without named
 * bits have empty lists.
 */
json_t *regs_control_json(const struct regs_view *view);

/* Behind a value: the names of its set bits, for a register that has them by its name. */
void regs_bits_text(const char *name, uint64_t value, const struct text *text);

/* Positions of the registers: the general ones first, by enum gpr, then these. */
enum regs_position {
    REGS_SEGMENT = GPR_COUNT, /* the selectors, by enum segment_register */
    REGS_RIP = REGS_SEGMENT + SEG_COUNT,
    REGS_RFLAGS,
    REGS_CR0,
    REGS_CR2,
    REGS_CR3,
    REGS_CR4,
    REGS_CR8,
    REGS_EFER,
    REGS_GDTR,
    REGS_GDTR_LIMIT,
    REGS_IDTR,
    REGS_IDTR_LIMIT,
    REGS_COUNT
};

/*
 * A register by position, for comparing and listing: its name and value. False from REGS_COUNT on.
 * Positions are the same for every CPU; *ret_known is false for hidden parts that are not known.
 */
bool regs_field(const struct registers *regs, unsigned int position, const char **ret_name,
                uint64_t *ret_value, bool *ret_known);
/* Whether it has another value than at the earlier stop; false when either is not known. */
bool regs_changed(const struct regs_view *view, unsigned int position);

#endif
