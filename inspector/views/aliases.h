/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: every linear address at which one byte of guest-physical memory can be reached: the page
 * tables from cr3 on, searched at all levels (pagetable.h). A search that was cut says so.
 */
#ifndef BOOTSCOPE_VIEWS_ALIASES_H
#define BOOTSCOPE_VIEWS_ALIASES_H

#include "pagetable.h"
#include "views.h"

/* So many are kept; all are counted. */
#define ALIASES_MAX 64

struct alias {
    uint64_t virt; /* of the byte asked for */
    uint64_t page_size;
    unsigned int flags; /* enum page_flag */
};

struct aliases_view {
    bool enabled; /* CR0.PG; else the one alias is the address itself, and nothing is searched */
    uint64_t phys;
    bool is_memory; /* there is RAM or ROM */
    size_t count;
    struct alias list[ALIASES_MAX]; /* ascending */
    bool capped;                    /* the walk was cut: there may be more */
    size_t damaged;                 /* entries that were not followed */
};

/* Errors of pagetable_capture(). */
struct error *aliases_capture(const struct stop *stop, phys_t address, struct aliases_view *ret);
void aliases_text(const struct aliases_view *view, const struct text *text);
/*
 * {"phys","enabled","memory":true,"count":n,"aliases":[{"virt","page_size":..|null,"flags":"rwx"|null}],
 *  "capped":false,"damaged":n}; count may be more than are listed.
 */
json_t *aliases_json(const struct aliases_view *view);

#endif
