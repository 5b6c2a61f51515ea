/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * idt.c: what happens when the processor raises an exception.
 *
 * What for:   first, to have a table that is ours at all; then, to map memory when it is touched
 *             and to say what went wrong when anything else happens.
 * Handed:     the IDT register as the boot loader left it: null, or into the loader's memory.
 * Leaves:     stage 1: a table with no entry. stage 2: #PF maps on demand, NMI is ignored, all
 *             other exceptions stop the boot with vector, rip, cr2 and error code.
 * If skipped: without stage 1, an exception jumps through the loader's table into memory that may
 *             be anything by now. Without stage 2, any exception is a triple fault: a reset
 *             without a word. An empty table gives the same reset, but it gives it reliably.
 *
 * Why two stages? A gate holds an absolute address, and the image is about to copy itself:
 *
 *      load_stage1_idt                    load_stage2_idt
 *        |                                  |
 *      [image as loaded]  -- copied -->  [image at its final place]
 *        boot_idt here: handlers would      boot_idt here: handlers stay where
 *        be overwritten by the kernel       they are until the kernel runs
 */
#include "idt.h"

#include "identmap.h"
#include "platform.h"
#include "stub_string.h"

#define IDT_TABLE_ENTRIES X86_EXCEPTION_VECTORS

/*
 * In .data, not .bss: stage 1 comes before .bss is cleared, and an entry of garbage would be worse
 * than none.
 */
static struct idt_gate boot_idt[IDT_TABLE_ENTRIES] __attribute__((section(".data"), aligned(16)));

static void load_boot_idt(void)
{
    struct descriptor_pointer idt = {sizeof(boot_idt) - 1, (uint64_t)(uintptr_t)boot_idt};

    platform_load_idt(&idt);
}

const struct idt_gate *boot_idt_gate(unsigned int vector)
{
    return &boot_idt[vector];
}

/*
 * An address in a gate comes in three pieces, since the 64-bit gate grew out of the 16-bit one. The
 * stack field makes the handler run on a stack of its own: zlib uses memory below its stack pointer.
 */
static void set_idt_entry(unsigned int vector, const char *handler)
{
    uint64_t address = (uint64_t)(uintptr_t)handler;

    boot_idt[vector] = (struct idt_gate){
        .offset_low = address & 0xffff,
        .selector = __KERNEL_CS,
        .ist = vector == X86_TRAP_NMI ? BOOT_IST_NMI : BOOT_IST_EXCEPTION,
        .type = IDT_GATE_INTERRUPT,
        .offset_middle = address >> 16 & 0xffff,
        .offset_high = address >> 32,
    };
}

void load_stage1_idt(void)
{
    load_boot_idt();
}

void load_stage2_idt(void)
{
    for (unsigned int vector = 0; vector < IDT_TABLE_ENTRIES; vector++)
        set_idt_entry(vector, boot_exception_entries + vector * BOOT_EXCEPTION_STRIDE);
    set_idt_entry(X86_TRAP_PF, boot_page_fault);
    set_idt_entry(X86_TRAP_NMI, boot_nmi_trap);
    load_boot_idt();
}

static const struct boot_error *page_fault_error(const char *why, uint64_t address,
                                                 uint64_t error_code, uint64_t ip)
{
    return boot_error("page fault: %s: vector 14, rip %#lx, cr2 %#lx, error code %#lx", why, ip,
                      address, error_code);
}

/*
 * Only one kind of fault is expected: nothing is mapped there yet. If the page was present, a
 * right is missing, which no mapping of ours causes; user mode and reserved bits point at tables
 * that are broken. And a fault that mapping does not cure would come back for ever: when nothing
 * was added, it is an error as well.
 */
const struct boot_error *handle_page_fault(uint64_t address, uint64_t error_code, uint64_t ip)
{
    uint64_t start = address & PMD_MASK;
    const struct boot_error *error;
    unsigned long added;

    if (error_code & (X86_PF_PROT | X86_PF_USER | X86_PF_RSVD))
        return page_fault_error("unexpected", address, error_code, ip);
    if (address >= platform_physical_limit())
        return page_fault_error("no such memory", address, error_code, ip);
    error = kernel_add_identity_map(start, start + PMD_SIZE, &added);
    if (!error && !added)
        error = page_fault_error("mapped, yet not present", address, error_code, ip);
    return error;
}

void do_boot_page_fault(struct pt_regs *regs, unsigned long error_code)
{
    boot_stop_if(handle_page_fault(platform_read_cr2(), error_code, regs->ip));
}

/* Nothing to do but return: an NMI that waited across a kexec arrives at the first iretq. */
void do_boot_nmi_trap(struct pt_regs *regs, unsigned long error_code)
{
    (void)regs;
    (void)error_code;
}

/* The manual's name of a vector. A switch, since a table of strings would be one of pointers. */
static const char *exception_name(unsigned long vector)
{
    switch (vector) {
    case X86_TRAP_DE:
        return "divide error";
    case X86_TRAP_DB:
        return "debug";
    case X86_TRAP_BP:
        return "breakpoint";
    case X86_TRAP_UD:
        return "invalid opcode";
    case X86_TRAP_NM:
        return "no coprocessor";
    case X86_TRAP_DF:
        return "double fault";
    case X86_TRAP_GP:
        return "general protection";
    case X86_TRAP_SS:
        return "stack segment";
    case X86_TRAP_MC:
        return "machine check";
    default:
        return "unexpected";
    }
}

void do_boot_exception(struct pt_regs *regs, unsigned long error_code, unsigned long vector)
{
    boot_stop(boot_error("exception: %s: vector %lu, rip %#lx, cr2 %#lx, error code %#lx",
                         exception_name(vector), vector, regs->ip, platform_read_cr2(),
                         error_code));
}
