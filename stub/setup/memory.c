/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * detect_memory: how much memory is there, and where.
 *
 * For:     choosing a place for the kernel, and then everything. The BIOS is asked in three ways,
 *          from the one that tells all to the one that every BIOS since the AT has:
 *
 *              e820   a list of ranges with types      boot_params.e820_table
 *              e801   KiB at 1 MiB, 64 KiB at 16 MiB   boot_params.alt_mem_k
 *              88     KiB at 1 MiB, at most 64 MiB     boot_params.screen_info.ext_mem_k
 *
 * Handed:  a BIOS.
 * Leaves:  all three answers; the kernel takes the best that is not empty.
 * Skipped: then no memory is known to exist. KASLR finds no slot, and the kernel stops early.
 */
#include "boot.h"

#define BIOS_SYSTEM 0x15
#define SMAP        0x534d4150 /* "SMAP": question and answer carry it */
#define CARRY       1          /* in eflags: the call failed */

/*
 * Each call gives one range, and in ebx where to go on; 0 there means that this was the last. A
 * BIOS that forgets its "SMAP" in the middle is not to be trusted with what it said before.
 */
static void detect_memory_e820(void)
{
    enum { QUERY_MAP = 0xe820 };
    static struct boot_e820_entry entry; /* low in the segment, as BIOSes expect */
    struct bios_registers in, out;
    unsigned int count = 0;

    init_registers(&in);
    do {
        in.eax = QUERY_MAP;
        in.ecx = sizeof(entry);
        in.edx = SMAP;
        in.edi = (uint32_t)&entry;
        bios_call(BIOS_SYSTEM, &in, &out);
        in.ebx = out.ebx;

        if (out.eflags & CARRY)
            break; /* some BIOSes end the list this way */
        if (out.eax != SMAP) {
            count = 0;
            break;
        }
        boot_params.e820_table[count++] = entry;
    } while (in.ebx && count < E820_MAX_ENTRIES_ZEROPAGE);
    boot_params.e820_entries = (uint8_t)count;
}

/*
 * Two numbers, each given twice: in ax and bx, and in cx and dx where a BIOS has "configured"
 * values. The first covers 1 to 16 MiB, the second counts from 16 MiB on; the second only makes
 * sense when the first is full, else there is a hole.
 */
static void detect_memory_e801(void)
{
    enum { QUERY_SIZE = 0xe801, BELOW_16M_K = 15 * 1024 };
    struct bios_registers in, out;
    uint16_t below, above;

    init_registers(&in);
    in.eax = QUERY_SIZE;
    bios_call(BIOS_SYSTEM, &in, &out);
    if (out.eflags & CARRY)
        return;

    below = low16(out.eax);
    above = low16(out.ebx);
    if (low16(out.ecx) || low16(out.edx)) {
        below = low16(out.ecx);
        above = low16(out.edx);
    }
    if (below > BELOW_16M_K)
        return; /* more than there is room for: a broken answer */
    boot_params.alt_mem_k = below;
    if (below == BELOW_16M_K)
        boot_params.alt_mem_k += (uint32_t)above * 64;
}

static void detect_memory_88(void)
{
    enum { QUERY_EXTENDED = 0x8800 };
    struct bios_registers in, out;

    init_registers(&in);
    in.eax = QUERY_EXTENDED;
    bios_call(BIOS_SYSTEM, &in, &out);
    if (!(out.eflags & CARRY))
        boot_params.screen_info.ext_mem_k = low16(out.eax);
}

void detect_memory(void)
{
    detect_memory_e820();
    detect_memory_e801();
    detect_memory_88();
}
