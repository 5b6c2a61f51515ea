/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: how far everything moved, and, at relocations-applied and kernel-entry, whether every
 * relocation site in the kernel holds the value it must have. Addresses come from the timeline's
 * facts; sites are checked in the pass of kernelproof.h.
 */
#ifndef BOOTSCOPE_VIEWS_RELOC_H
#define BOOTSCOPE_VIEWS_RELOC_H

#include "sites.h"
#include "views.h"

#define RELOC_WRONG_MAX 16

struct reloc_wrong_site {
    enum site_kind kind;
    uint64_t site; /* kernel virtual, as linked */
    bool outside;  /* no segment has file bytes for it: nothing to compare */
    uint64_t expected, found;
};

struct reloc_view {
    bool present; /* something is known of where things are */
    struct maybe load, copy, output, virtual;
    struct maybe physical_delta, virtual_delta; /* two's complement */
    bool checked;                /* relocations are applied, and the sites were compared */
    uint64_t counts[SITE_KINDS]; /* sites by kind, right and wrong ones */
    uint64_t wrong;
    struct reloc_wrong_site wrong_list[RELOC_WRONG_MAX]; /* in order of address, the first ones */
};

/* The addresses and deltas alone; kernelproof_capture() fills in the sites. Cannot fail. */
void reloc_addresses(const struct stop *stop, struct reloc_view *ret);
void reloc_text(const struct reloc_view *view, const struct text *text);
/* The counts of sites and the wrong ones alone; view->checked. */
void reloc_sites_text(const struct reloc_view *view, const struct text *text);
/*
 * {"load","copy","output","virtual","physical_delta","virtual_delta",
 *  "sites":{"abs32":n,"inverse32":n,"abs64":n,"wrong":n}}; sites is null where they are not checked.
 * With wrong ones, sites has "list":[{"site","kind","expected","found"}] too.
 */
json_t *reloc_json(const struct reloc_view *view);
/* Wrong sites. */
size_t reloc_wrong(const struct reloc_view *view);

#endif
