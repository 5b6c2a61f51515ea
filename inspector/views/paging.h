/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the CPU reads page tables (SDM vol. 3, chapter 4): the format that the control registers
 * select, and one entry at a time. Nothing here follows a table; pagetable.h does.
 *
 *   4 levels:  63..48 sign | 47..39 PML4 | 38..30 PDPT | 29..21 PD | 20..12 PT | 11..0 offset
 *   5 levels:  63..57 sign | 56..48 PML5 | then as with 4
 *   PAE:       31..30 PDPT (4 entries)   | 29..21 PD   | 20..12 PT | 11..0
 *   32-bit:    31..22 PD (4-byte entries)              | 21..12 PT | 11..0
 */
#ifndef BOOTSCOPE_VIEWS_PAGING_H
#define BOOTSCOPE_VIEWS_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "timeline.h"

#define PAGING_LEVELS_MAX  5
#define PAGING_ENTRIES_MAX 1024

enum paging_kind { PAGING_NONE, PAGING_32BIT, PAGING_PAE, PAGING_4LEVEL, PAGING_5LEVEL };

struct paging {
    enum paging_kind kind; /* PAGING_NONE: no tables that anything is known about */
    bool enabled;          /* CR0.PG: the CPU uses them */
    unsigned int levels;
    phys_t root;
    bool no_execute; /* EFER.NXE: bit 63 forbids execution, and is reserved otherwise */
    bool big_pages;  /* CR4.PSE, for 32-bit paging only */
};

/*
 * The format in force, or, while paging is off, the one in preparation: with CR4.PAE set and cr3
 * not zero the tables are read in the long mode format, which is what 64-bit boot code prepares
 * (the CPU itself decides only when EFER.LME and CR0.PG are set).
 */
struct paging paging_of(const struct registers *regs);

/* Number of entries in a table of that level (1: the lowest), and how many bytes it has. */
unsigned int paging_entries(const struct paging *paging, unsigned int level);
size_t paging_table_bytes(const struct paging *paging, unsigned int level);
/* The lowest bit of a virtual address that selects an entry at that level. */
unsigned int paging_shift(const struct paging *paging, unsigned int level);
/* Which entry of a table of that level a virtual address selects. */
unsigned int paging_index(const struct paging *paging, unsigned int level, uint64_t address);
/* The address with the bits above its highest translated bit made equal to that one. */
uint64_t paging_canonical(const struct paging *paging, uint64_t address);
/* "PT", "PD", "PDPT", "PML4", "PML5". */
const char *paging_level_name(unsigned int level);

enum page_flag {
    PAGE_WRITE = 1,
    PAGE_USER = 2,
    PAGE_EXEC = 4,
    PAGE_GLOBAL = 8,
    PAGE_PWT = 16,
    PAGE_PCD = 32,
};
/* Rights that every level must grant. */
#define PAGE_RIGHTS         (PAGE_WRITE | PAGE_USER | PAGE_EXEC)
#define PAGE_FLAGS_TEXT_MAX 40

/* "rwx", "r-x user global pwt pcd"; returns out. */
const char *page_flags_text(unsigned int flags, char *out, size_t size);
/* The same by the bits' names, where a line is short of room: "r-x US G PWT PCD". */
const char *page_flags_short(unsigned int flags, char *out, size_t size);
/* "4K", "2M", "4M", "1G". */
const char *page_size_text(uint64_t size);

enum entry_kind { ENTRY_ABSENT, ENTRY_TABLE, ENTRY_PAGE };

struct paging_entry {
    enum entry_kind kind;
    phys_t phys;        /* of the table or page */
    uint64_t page_size; /* ENTRY_PAGE */
    unsigned int flags; /* what this entry alone grants; leaf flags for pages */
    uint64_t reserved;  /* reserved bits that are set: the CPU would fault */
};

struct paging_entry paging_decode(const struct paging *paging, unsigned int level, uint64_t raw);

/*
 * Reads a whole table into entries (PAGING_ENTRIES_MAX of them). *ret_there is false when it is not
 * in guest memory.
 */
struct error *paging_read_table(const struct stop *stop, const struct paging *paging,
                                unsigned int level, phys_t table, uint64_t *entries,
                                bool *ret_there);

#endif
