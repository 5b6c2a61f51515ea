/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * go_to_protected_mode: what must be so before real mode is left.
 *
 * For:     in protected mode the BIOS's interrupt handlers are gone. Anything that still asks for
 *          one, a timer tick, a coprocessor's old error, would run through a table that is not
 *          there, and the machine would reset.
 * Handed:  boot_params complete, real mode, interrupts on.
 * Leaves:  protected mode, at hdr.code32_start.
 * Skipped: no part of it can be, except on a machine that happens to have the line open and
 *          nothing pending.
 */
#include "boot.h"

#include "x86.h"

#define NMI_PORT         0x70
#define NMI_DISABLE      0x80
#define FPU_CLEAR_BUSY   0xf0
#define FPU_RESET        0xf1
#define PIC_MASTER_MASK  0x21
#define PIC_SLAVE_MASK   0xa1
#define PIC_MASK_ALL     0xff
#define PIC_CASCADE_OPEN 0xfb /* all but line 2, which the second controller hangs on */

/* What lgdt and lidt read in 16-bit code. */
struct __attribute__((packed)) descriptor_pointer16 {
    uint16_t limit;
    uint32_t base;
};

/* Interrupts off, by the loader's own routine if it has one to do more than that. */
static void realmode_switch_hook(void)
{
    if (boot_params.hdr.realmode_swtch) {
        asm volatile("lcallw *%0"
                     :
                     : "m"(boot_params.hdr.realmode_swtch)
                     : "eax", "ebx", "ecx", "edx", "memory");
        return;
    }
    asm volatile("cli");
    outb(NMI_PORT, NMI_DISABLE);
    io_delay();
}

/* An x87 error of before would come as an interrupt, at a time of its choosing. */
static void reset_coprocessor(void)
{
    outb(FPU_CLEAR_BUSY, 0);
    io_delay();
    outb(FPU_RESET, 0);
    io_delay();
}

/* The stub turns no interrupts on, but the kernel will, before it has seen to the controllers. */
static void mask_all_interrupts(void)
{
    outb(PIC_SLAVE_MASK, PIC_MASK_ALL);
    io_delay();
    outb(PIC_MASTER_MASK, PIC_CASCADE_OPEN);
    io_delay();
}

/* No table: an exception now resets the machine, instead of running code from a BIOS vector. */
static void setup_idt(void)
{
    static const struct descriptor_pointer16 null_idt = {0, 0};

    asm volatile("lidtl %0" : : "m"(null_idt));
}

/*
 * Flat segments: base 0, limit 4 GiB, so that an offset is an address. The pointer to the table is
 * static because processors may read it late.
 */
static void setup_gdt(void)
{
    static const uint64_t boot_gdt[] __attribute__((aligned(16))) = {
        [__BOOT_CS / 8] = GDT_ENTRY_CODE32,
        [__BOOT_DS / 8] = GDT_ENTRY_DATA,
        [__BOOT_TSS / 8] = GDT_ENTRY_TSS,
    };
    static struct descriptor_pointer16 gdt;

    gdt.limit = sizeof(boot_gdt) - 1;
    gdt.base = linear(boot_gdt);
    asm volatile("lgdtl %0" : : "m"(gdt));
}

void go_to_protected_mode(void)
{
    realmode_switch_hook();
    if (!enable_a20())
        setup_stop("a20: line 20 stays closed: bios, keyboard controller and fast gate all failed");
    reset_coprocessor();
    mask_all_interrupts();
    setup_idt();
    setup_gdt();
    protected_mode_jump(boot_params.hdr.code32_start, linear(&boot_params));
}
