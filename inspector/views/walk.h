/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the way of one linear address through the page tables, entry by entry, with the bits of the
 * address that each level takes and every flag of every entry by name. While paging is off but
 * tables are prepared (cr3 loaded, as at early-page-tables), it shows what they would do.
 */
#ifndef BOOTSCOPE_VIEWS_WALK_H
#define BOOTSCOPE_VIEWS_WALK_H

#include "pagetable.h"
#include "views.h"

struct walk_view {
    bool enabled;                   /* CR0.PG: the CPU goes this way */
    bool tables;                    /* there are tables; else translation is TRANSLATION_OFF */
    struct translation translation; /* through them, in use or not */
};

/* Errors of pagetable_translate(). An address that is not mapped is no error. */
struct error *walk_capture(const struct stop *stop, virt_t address, struct walk_view *ret);
void walk_text(const struct walk_view *view, const struct text *text);
/*
 * {"address","enabled","levels":n|null,"root":..|null,"end":"mapped"|"paging off"|"not present"|"reserved bits"|
 *  "outside memory"|"not canonical","why":"..","phys":..|null,"page_size":..|null,"flags":"rwx"|null,
 *  "steps":[{"level":"PML4","index":n,"table","entry_address","entry","flags":["P",..],
 *  "kind":"table"|"page"|"absent","phys":..|null,"reserved":"0x.."}]}
 * enabled is false for what prepared tables would do.
 */
json_t *walk_json(const struct walk_view *view);

/*
 * Where the address leads for the CPU as it is now: unknown when it is not mapped; with paging off
 * the address itself.
 */
struct maybe walk_phys(const struct walk_view *view);

#define ENTRY_FLAGS_TEXT_MAX 160
/*
 * The set bits of an entry by their names in the SDM, address bits aside, lowest first: "P RW A D
 * PS". Bits that the CPU ignores there are SWn, n the bit. Returns out.
 */
const char *paging_entry_flags(const struct paging *paging, unsigned int level, uint64_t raw,
                               char *out, size_t size);

#endif
