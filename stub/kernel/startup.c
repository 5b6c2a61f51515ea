/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * __startup_64: makes the kernel's first page tables true for where it was loaded.
 *
 * It runs at physical addresses, before the kernel's own are mapped, so nothing in it may use a
 * linked address: this file alone is compiled position-independent (see kernel.mk).
 *
 * Handed:  where _text is, and where the relocations say it will run.
 * Leaves:  early_top_pgt usable: the image mapped at its high address, and once more 1:1, so that
 *          the instruction after the write to cr3 exists.
 * Skipped: the high mapping would show the memory at 16 MiB, whatever is there: with KASLR, or
 *          under a loader that chose another place, that is not the kernel.
 */
#include <stdint.h>

#include "layout.h"
#include "pgtable.h"
#include "x86.h"

#pragma GCC visibility push(hidden)
extern char _end[], _text[];
extern uint64_t early_top_pgt[PTRS_PER_PAGE], early_dynamic_pgts[][PTRS_PER_PAGE];
extern uint64_t level3_kernel_pgt[PTRS_PER_PAGE], level2_kernel_pgt[PTRS_PER_PAGE];
extern uint64_t phys_base;

int __startup_64(uint64_t physical, uint64_t virtual);
#pragma GCC visibility pop

#define LARGE_FLAGS (_PAGE_TABLE | _PAGE_PSE)

static uint64_t table_index(uint64_t address, unsigned int shift)
{
    return (address >> shift) % PTRS_PER_PAGE;
}

/*
 * Maps the image where it lies, with two tables. It may cross a 1 GiB or a 512 GiB boundary: then
 * the next entry must lead to a table as well. The same one serves, because the entries wrap
 * around in it:
 *
 *      PUD n ----.--> PMD: [..., 510: first page, 511: second, 0: third, ...]
 *      PUD n+1 --'
 */
static void map_identity(uint64_t physical, uint64_t size)
{
    uint64_t *pud = early_dynamic_pgts[0], *pmd = early_dynamic_pgts[1];
    uint64_t top = table_index(physical, PGDIR_SHIFT), upper = table_index(physical, PUD_SHIFT);

    early_top_pgt[top] = (uint64_t)pud + _PAGE_TABLE;
    if (top + 1 < PGD_KERNEL)
        early_top_pgt[top + 1] = (uint64_t)pud + _PAGE_TABLE;
    pud[upper] = (uint64_t)pmd + _PAGE_TABLE;
    pud[(upper + 1) % PTRS_PER_PAGE] = (uint64_t)pmd + _PAGE_TABLE;
    for (uint64_t at = 0; at < size; at += PMD_SIZE)
        pmd[table_index(physical + at, PMD_SHIFT)] = (physical + at) + LARGE_FLAGS;
}

/*
 * As linked, entry n of level2_kernel_pgt maps physical page n. Only the pages of the image are
 * kept: what lies beside it is not ours, and speculative reads there can reach memory that must
 * not be touched.
 */
static void fix_high_mapping(uint64_t virtual, uint64_t size, uint64_t delta)
{
    uint64_t first = table_index(virtual, PMD_SHIFT);
    uint64_t last = table_index(virtual + size - 1, PMD_SHIFT);

    early_top_pgt[PGD_KERNEL] += delta;
    level3_kernel_pgt[PUD_KERNEL] += delta;
    for (uint64_t i = 0; i < PTRS_PER_PAGE; i++) {
        if (i >= first && i <= last)
            level2_kernel_pgt[i] += delta;
        else
            level2_kernel_pgt[i] = 0;
    }
}

/* Returns 0, or 1 when the image is where no 2 MiB page can map it. */
int __startup_64(uint64_t physical, uint64_t virtual)
{
    uint64_t delta = physical - (virtual - START_KERNEL_MAP);
    uint64_t size = (uint64_t)_end - (uint64_t)_text;

    if (delta & ~PMD_MASK)
        return 1;
    map_identity(physical, size);
    fix_high_mapping(virtual, size, delta);
    phys_base += delta;
    return 0;
}
