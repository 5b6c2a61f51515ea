/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identmap.c: page tables that map memory to itself, made piece by piece.
 *
 * What for:   long mode cannot run without paging, so every byte the stub touches must be in a
 *             page table, virtual address = physical address.
 * Handed:     cr3. Two cases. From startup_32 it is _pgtable, our own six pages that map the first
 *             4 GiB. From a 64-bit boot loader it is the loader's table, somewhere in memory that
 *             we may be about to unpack a kernel over.
 * Leaves:     cr3 = a table inside _pgtable in both cases, with the image, boot_params and the
 *             command line mapped for sure. Other memory is added when it is first touched, by
 *             the page-fault handler (idt.c).
 * If skipped: with a kernel placed above 4 GiB, the first byte inflate writes faults; after a
 *             64-bit loader, inflate sooner or later overwrites the tables it runs on.
 *
 * One virtual address through four tables of 512 entries; we stop at the third and map 2 MiB:
 *
 *      63        48 47      39 38      30 29      21 20                     0
 *     +------------+----------+----------+----------+------------------------+
 *     | copy of 47 |   PGD    |   PUD    |   PMD    |  offset in 2 MiB page  |
 *     +------------+----------+----------+----------+------------------------+
 *
 * Where the tables are (BOOT_PGT_SIZE in all):
 *
 *      _pgtable                          ours extended                 built new
 *     +---------------------+  0        +----------------------+      +----------------------+
 *     | PGD, PUD, 4 x PMD   |           | startup_32's, kept   |      | new PGD              |
 *     +---------------------+  6 pages  +----------------------+      | new PUDs, PMDs ...   |
 *     |                     |           | new PUDs, PMDs ...   |      |                      |
 *     |                     |           |          (free)      |      |          (free)      |
 *     +---------------------+  32 pages +----------------------+      +----------------------+
 */
#include "identmap.h"

#include <stdbool.h>

#include "cmdline.h"
#include "layout.h"
#include "platform.h"
#include "stub_string.h"

/*
 * The pages that tables are made of. They are handed out from the front and never come back. All
 * of this is set at run time: the image has no relocations, so static data may hold no pointers.
 */
static struct {
    unsigned char *base;
    uint64_t size;
    uint64_t used;
    uint64_t *top_level;
} tables;

static const struct boot_error *out_of_tables(void)
{
    return boot_error("identity maps: all %lu page-table pages are used up",
                      (unsigned long)(tables.size / PAGE_SIZE));
}

/* A zeroed page for a table, or NULL when there is none left. */
static uint64_t *alloc_pgt_page(void)
{
    unsigned char *page = tables.base + tables.used;

    if (tables.used >= tables.size)
        return NULL;
    tables.used += PAGE_SIZE;
    memset(page, 0, PAGE_SIZE);
    return (uint64_t *)(uintptr_t)page;
}

unsigned long identity_tables_used(void)
{
    return tables.used / PAGE_SIZE;
}

/* Which of a table's 512 entries an address selects, at the level whose entries span 1 << shift. */
static unsigned int table_index(uint64_t address, unsigned int shift)
{
    return (address >> shift) & (PTRS_PER_PAGE - 1);
}

/*
 * The table that an entry leads to, made if there is none. An entry that maps a large page itself
 * leads nowhere: *ret is NULL then, and the address is mapped already.
 */
static const struct boot_error *next_table(uint64_t *entry, uint64_t **ret)
{
    *ret = NULL;
    if (!(*entry & _PAGE_PRESENT)) {
        uint64_t *page = alloc_pgt_page();

        if (!page)
            return out_of_tables();
        *entry = (uint64_t)(uintptr_t)page | _PAGE_TABLE;
    }
    if (!(*entry & _PAGE_PSE))
        *ret = (uint64_t *)(uintptr_t)(*entry & PTE_ADDR_MASK);
    return NULL;
}

/* Maps the 2 MiB page at address unless something is there; *added says whether it did. */
static const struct boot_error *map_2m(uint64_t address, bool *added)
{
    const struct boot_error *error;
    uint64_t *pud, *pmd;
    uint64_t *entry;

    *added = false;
    error = next_table(&tables.top_level[table_index(address, PGDIR_SHIFT)], &pud);
    if (error)
        return error;
    if (!pud) /* the reserved bit of a PGD entry: not ours to repair */
        return boot_error("identity maps: top-level entry for %#lx is malformed", address);
    error = next_table(&pud[table_index(address, PUD_SHIFT)], &pmd);
    if (error || !pmd)
        return error;
    entry = &pmd[table_index(address, PMD_SHIFT)];
    if (!(*entry & _PAGE_PRESENT)) {
        *entry = address | _PAGE_TABLE | _PAGE_PSE;
        *added = true;
    }
    return NULL;
}

const struct boot_error *kernel_add_identity_map(uint64_t start, uint64_t end,
                                                 unsigned long *ret_added)
{
    const struct boot_error *error = NULL;
    unsigned long count = 0;
    bool added;

    if (end < start || end > platform_physical_limit())
        return boot_error("identity maps: range %#lx to %#lx is beyond the physical limit %#lx",
                          start, end, platform_physical_limit());
    for (uint64_t at = start & PMD_MASK; at < end && !error; at += PMD_SIZE) {
        error = map_2m(at, &added);
        count += added;
    }
    if (ret_added)
        *ret_added = count;
    return error;
}

/*
 * Takes the tables over. Extending counts startup_32's pages as used; they must not be cleared,
 * we are running on them. A new table starts with an empty top level, and is live only once cr3
 * is loaded with it.
 */
static const struct boot_error *take_tables(void)
{
    uint64_t current = platform_read_cr3() & X86_CR3_ADDR_MASK;

    if (platform_read_cr4() & X86_CR4_LA57)
        return boot_error("identity maps: 5-level paging is on (cr4 %#lx), 4 levels are supported",
                          platform_read_cr4());
    tables.base = platform_page_tables();
    tables.size = BOOT_PGT_SIZE;
    tables.used = 0;
    if (current == (uint64_t)(uintptr_t)tables.base) {
        tables.used = BOOT_INIT_PGT_SIZE;
        tables.top_level = (uint64_t *)(uintptr_t)current;
    } else {
        tables.top_level = alloc_pgt_page();
    }
    return NULL;
}

/* The line may be anywhere, and the kernel reads all of COMMAND_LINE_SIZE. */
static const struct boot_error *map_command_line(const struct boot_params *boot_params)
{
    uint64_t line = get_cmd_line_ptr(boot_params);

    if (!line)
        return NULL;
    return kernel_add_identity_map(line, line + COMMAND_LINE_SIZE, NULL);
}

/*
 * What must be mapped whether or not we touch it: the image, since the next instruction after the
 * cr3 load comes from it; boot_params and the command line, since the kernel reads them through
 * this very table before it has handlers of its own.
 */
const struct boot_error *setup_identity_maps(struct boot_params *boot_params)
{
    uint64_t params = (uint64_t)(uintptr_t)boot_params;
    const struct boot_error *error = take_tables();

    if (!error)
        error = kernel_add_identity_map(platform_image_start(), platform_image_end(), NULL);
    if (!error)
        error = kernel_add_identity_map(params, params + sizeof(*boot_params), NULL);
    if (!error)
        error = map_command_line(boot_params);
    if (!error)
        platform_write_cr3((uint64_t)(uintptr_t)tables.top_level);
    return error;
}

void initialize_identity_maps(struct boot_params *boot_params)
{
    boot_stop_if(setup_identity_maps(boot_params));
}
