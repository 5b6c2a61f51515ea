/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first C at high addresses: drop the identity map, clear .bss, catch exceptions, and bring
 * what the boot loader said into the kernel's own memory.
 *
 * In this order: .bss holds whatever the decompressor left there (the ELF image was unpacked over
 * it), so no variable in it may be relied on before the clear; and the copies of boot_params and
 * the command line are in .bss, so copying them first would lose them.
 */
#include "kernel.h"

#include "console.h"
#include "io.h"
#include "layout.h"
#include "pgtable.h"
#include "x86.h"

#define POISON 0x5045534f4e4f4953 /* any word that is not zero */

void x86_64_start_kernel(uint64_t real_mode_data) __attribute__((noreturn));
void do_early_exception(struct pt_regs *regs, uint64_t vector);

extern char early_idt_handler_array[][16];

struct boot_params boot_params;
char boot_command_line[KERNEL_CMDLINE_MAX + 1];
uint64_t boot_params_address;

/* In .data: .bss is what they are about. */
struct bss_record bss_record __attribute__((section(".data")));

static unsigned int next_early_pgt;
static struct idt_gate idt_table[X86_EXCEPTION_VECTORS] __attribute__((aligned(16)));

/* Takes all maps but the kernel's own away, and the tables they used back. */
static void reset_early_page_tables(void)
{
    memset(early_top_pgt, 0, PGD_KERNEL * sizeof(early_top_pgt[0]));
    next_early_pgt = 0;
    write_cr3(read_cr3());
}

static uint64_t table_index(uint64_t address, unsigned int shift)
{
    return (address >> shift) % PTRS_PER_PAGE;
}

/* The table that an entry leads to, made if there is none; NULL when no table is left. */
static uint64_t *next_table(uint64_t *entry)
{
    if (!*entry) {
        if (next_early_pgt == EARLY_DYNAMIC_PAGE_TABLES)
            return NULL;
        uint64_t *table = early_dynamic_pgts[next_early_pgt++];
        memset(table, 0, PAGE_SIZE);
        *entry = (uint64_t)table - START_KERNEL_MAP + phys_base + _PAGE_TABLE;
    }
    return (uint64_t *)((*entry & PTE_ADDR_MASK) - phys_base + START_KERNEL_MAP);
}

/*
 * Maps the 2 MiB page around an address of the direct map:
 *
 *      PAGE_OFFSET + p  ->  p      early_top_pgt -> PUD -> PMD entry
 */
static bool early_make_pgtable(uint64_t address)
{
    uint64_t physical = address - PAGE_OFFSET;
    if (physical >= DIRECT_MAP_SIZE)
        return false;
    for (int attempt = 0; attempt < 2; attempt++) {
        uint64_t *pud = next_table(&early_top_pgt[table_index(address, PGDIR_SHIFT)]);
        uint64_t *pmd = pud ? next_table(&pud[table_index(address, PUD_SHIFT)]) : NULL;
        if (pmd) {
            pmd[table_index(address, PMD_SHIFT)] = (physical & PMD_MASK) | _PAGE_TABLE | _PAGE_PSE;
            return true;
        }
        /* Out of tables: forget what was mapped; what is still needed will fault again. */
        reset_early_page_tables();
    }
    return false;
}

void do_early_exception(struct pt_regs *regs, uint64_t vector)
{
    if (vector == X86_TRAP_PF && early_make_pgtable(read_cr2()))
        return;
    printk("exception: vector %lu, error code 0x%lx, rip 0x%lx, cr2 0x%lx, rsp 0x%lx\n", vector,
           regs->orig_ax, regs->ip, read_cr2(), regs->sp);
    power_off(false);
}

static void idt_setup_early_handler(void)
{
    struct descriptor_pointer pointer = {sizeof(idt_table) - 1, (uint64_t)idt_table};
    for (size_t i = 0; i < X86_EXCEPTION_VECTORS; i++) {
        uint64_t handler = (uint64_t)early_idt_handler_array[i];
        idt_table[i] = (struct idt_gate){
            .offset_low = (uint16_t)handler,
            .selector = __KERNEL_CS,
            .type = IDT_GATE_INTERRUPT,
            .offset_middle = (uint16_t)(handler >> 16),
            .offset_high = (uint32_t)(handler >> 32),
        };
    }
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

static uint64_t count_dirty_bss(uint64_t *ret_first)
{
    uint64_t dirty = 0;
    *ret_first = 0;
    for (uint64_t at = (uint64_t)__bss_start; at < (uint64_t)__bss_stop; at += sizeof(uint64_t))
        if (*(const uint64_t *)at && !dirty++)
            *ret_first = at;
    return dirty;
}

/*
 * Clears .bss and keeps a record of it. One word of each page is made dirty first: memory that a
 * loader happened to leave zero would otherwise hide a clear that does nothing.
 */
static void clear_bss(void)
{
    uint64_t ignored;
    uint64_t start = (uint64_t)__bss_start, size = (uint64_t)__bss_stop - start;
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        *(volatile uint64_t *)(start + at) = POISON;
    bss_record.words = size / sizeof(uint64_t);
    bss_record.dirty_before = count_dirty_bss(&ignored);
    memset(__bss_start, 0, size);
    bss_record.dirty_after = count_dirty_bss(&bss_record.first_dirty);
}

/* boot_params and the command line lie in memory that is free for the taking: copy them. */
static void copy_bootdata(uint64_t real_mode_data)
{
    boot_params_address = real_mode_data;
    memcpy(&boot_params, __va(real_mode_data), sizeof(boot_params));
    uint64_t line = boot_params.hdr.cmd_line_ptr | (uint64_t)boot_params.ext_cmd_line_ptr << 32;
    if (line)
        memcpy(boot_command_line, __va(line), KERNEL_CMDLINE_MAX);
}

void x86_64_start_kernel(uint64_t real_mode_data)
{
    reset_early_page_tables();
    clear_bss();
    console_init();
    idt_setup_early_handler();
    copy_bootdata(real_mode_data);
    start_kernel();
}
