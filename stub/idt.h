/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interrupt descriptor tables of the two stages, and what the exception entries call.
 *
 * idt_handlers_64.S holds the entries. Each builds a struct pt_regs on the stack, clears the
 * direction flag, and calls its C function with rdi = regs, rsi = error code (0 where the
 * processor pushes none) and, for do_boot_exception, rdx = vector.
 */
#ifndef BOOTSCOPE_STUB_IDT_H
#define BOOTSCOPE_STUB_IDT_H

#include "failure.h"
#include "x86.h"

/* Entries in idt_handlers_64.S: they are never called, only put into gates. */
extern const char boot_page_fault[] __attribute__((visibility("hidden")));
extern const char boot_nmi_trap[] __attribute__((visibility("hidden")));

/*
 * The entries of all 32 exception vectors, boot_exception_entries + vector * BOOT_EXCEPTION_STRIDE
 * each; every one ends in do_boot_exception (those of #PF and NMI are there too, unused).
 */
#define BOOT_EXCEPTION_STRIDE 16
extern const char boot_exception_entries[] __attribute__((visibility("hidden")));

/* Loads a table with no handler at all. Called before .bss is cleared: touches only .data. */
void load_stage1_idt(void);

/* Loads the table with #PF, NMI and all other exceptions. */
void load_stage2_idt(void);

/* The gate of one vector in the table, for checks and tests. */
const struct idt_gate *boot_idt_gate(unsigned int vector);

/*
 * Decides a page fault: maps the 2 MiB around address and returns NULL, or says why not: the page
 * was present, or user mode or reserved bits are involved, or no such physical address can exist.
 */
const struct boot_error *handle_page_fault(uint64_t address, uint64_t error_code, uint64_t ip);

/* What the entries call. The first two return to the interrupted code; the last never returns. */
void do_boot_page_fault(struct pt_regs *regs, unsigned long error_code);
void do_boot_nmi_trap(struct pt_regs *regs, unsigned long error_code);
_Noreturn void do_boot_exception(struct pt_regs *regs, unsigned long error_code,
                                 unsigned long vector);

#endif
