/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the page tables from cr3 on, as ranges of equal mapping. The tables are the guest's and may
 * be anything: entries that lead out of memory or have reserved bits set are reported as damage,
 * and tables that point at each other end the walk at PAGETABLE_VISITS_MAX, which is said.
 */
#ifndef BOOTSCOPE_VIEWS_PAGETABLE_H
#define BOOTSCOPE_VIEWS_PAGETABLE_H

#include "paging.h"
#include "views.h"

/* Tables read in one walk, ranges kept, and pieces of damage described (all are counted). */
#define PAGETABLE_VISITS_MAX 8192
#define PAGETABLE_RANGES_MAX 16384
#define PAGETABLE_DAMAGE_MAX 8

/* [virt, virt + size) -> [phys, phys + size), in pages of page_size with the same effective rights.
 */
struct page_range {
    uint64_t virt, phys;
    uint64_t size; /* in bytes */
    uint64_t page_size;
    unsigned int flags; /* enum page_flag */
};

/* Ranges in ascending order of virt; owns list. */
struct page_ranges {
    struct page_range *list;
    size_t count, room;
};

enum damage_kind {
    DAMAGE_RESERVED, /* bits holds the reserved bits that are set */
    DAMAGE_OUTSIDE,  /* the table that the entry leads to is not in memory */
};

struct page_damage {
    enum damage_kind kind;
    unsigned int level; /* of the entry's table; one above the top for cr3 itself */
    uint64_t virt;      /* the first virtual address it would map */
    uint64_t raw;       /* the entry, or cr3 */
    uint64_t bits;
};

struct pagetable_view {
    bool enabled; /* CR0.PG */
    bool present; /* there are tables to show: all that follows has a meaning */
    struct paging paging;
    struct page_ranges ranges;
    size_t tables;            /* distinct table pages */
    bool identity;            /* something is mapped, and every address to itself */
    struct maybe first_other; /* virtual: the first address that is not mapped to itself */
    size_t damaged;           /* entries */
    struct page_damage damage[PAGETABLE_DAMAGE_MAX];
    bool capped;           /* the walk was cut: there is more than is shown */
    bool must_be_identity; /* these are the boot code's own tables */
};

/* Errors of target_read_phys save "no memory there", which is damage. ERROR_SYSTEM: no memory. */
struct error *pagetable_capture(const struct stop *stop, struct pagetable_view *ret);
void pagetable_text(const struct pagetable_view *view, const struct text *text);
/* Its parts: the line about the tables, and what is wrong with them or was cut. */
void pagetable_headline_text(const struct pagetable_view *view, const struct text *text);
void pagetable_damage_text(const struct pagetable_view *view, const struct text *text);
/* The same, with the ranges only where they differ from before's (which may be NULL or absent). */
void pagetable_since_text(const struct pagetable_view *before, const struct pagetable_view *view,
                          const struct text *text);
/*
 * {"enabled","levels","root","identity","first_other","tables","ranges":[{"virt","phys","size",
 * "page_size","flags"}],"capped","damaged","damage":[...]}; only enabled is not null without
 * tables.
 */
json_t *pagetable_json(const struct pagetable_view *view);
void pagetable_free(struct pagetable_view *view);
/* Damaged entries, and 1 more when tables that must be identity are not. */
size_t pagetable_wrong(const struct pagetable_view *view);

/* What two captures map differently, by address; owns both. */
struct pagetable_diff {
    struct page_ranges added, removed;
};

/* ERROR_SYSTEM when there is no memory. An absent view counts as mapping nothing. */
struct error *pagetable_diff(const struct pagetable_view *before, const struct pagetable_view *now,
                             struct pagetable_diff *ret);
/* Prints nothing when nothing differs. */
void pagetable_diff_text(const struct pagetable_diff *diff, const struct text *text);
/* {"added":[range...],"removed":[range...]} */
json_t *pagetable_diff_json(const struct pagetable_diff *diff);
void pagetable_diff_free(struct pagetable_diff *diff);

/* Appends a range, merging it with the last one where they continue each other. False: no room. */
bool page_ranges_add(struct page_ranges *ranges, const struct page_range *range);
json_t *page_ranges_json(const struct page_ranges *ranges);
/* "[0x0, 0x1000) -> 0x0  4 KiB 4K rwx" on a line of its own: range, target, size, page, flags. */
void page_range_text(const struct page_range *range, enum text_style style,
                     const struct text *text);

/* One step of a translation: the entry that the address selects at a level. */
struct translation_step {
    unsigned int level, index;
    phys_t table;
    uint64_t raw;
    struct paging_entry entry;
};

enum translation_end {
    TRANSLATION_MAPPED,
    TRANSLATION_OFF,           /* paging is off: virtual is physical */
    TRANSLATION_NOT_PRESENT,   /* the last step's entry */
    TRANSLATION_RESERVED,      /* the last step's entry has reserved bits set */
    TRANSLATION_OUTSIDE,       /* the table after the last step is not in memory */
    TRANSLATION_NOT_CANONICAL, /* the address itself */
};

struct translation {
    enum translation_end end;
    uint64_t virt;
    uint64_t phys;      /* MAPPED and OFF */
    uint64_t page_size; /* MAPPED */
    unsigned int flags; /* MAPPED: effective rights */
    struct paging paging;
    unsigned int step_count;
    struct translation_step steps[PAGING_LEVELS_MAX];
};

/* Translates one linear address as the CPU would with the stop's registers. Errors as capture. */
struct error *pagetable_translate(const struct stop *stop, virt_t address, struct translation *ret);
/* "not mapped: PD[3] of the table at 0x2000 is not present (0x0)"; returns out. */
const char *translation_text(const struct translation *translation, char *out, size_t size);

#endif
