/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: one relocation site of the kernel, found by any address of it: as linked (virtual or
 * physical), or where it is now (virtual or physical). What must be there follows from the file and
 * from how far the boot has got; what is there is read from the guest.
 */
#ifndef BOOTSCOPE_VIEWS_SITE_H
#define BOOTSCOPE_VIEWS_SITE_H

#include "boot_done.h"
#include "sites.h"
#include "views.h"

/* How the address that was given names the site. */
enum site_address {
    SITE_LINKED_VIRTUAL,
    SITE_VIRTUAL,
    SITE_PHYSICAL,
    SITE_LINKED_PHYSICAL,
    SITE_ADDRESSES
};

struct site_match {
    enum site_address named_as;
    enum site_kind kind;
    uint64_t linked;                      /* kernel virtual, as linked */
    struct maybe phys, virtual;           /* where it is now, once that is known */
    const struct kernel_segment *segment; /* of the image; NULL: it lies in none */
    uint64_t value;                       /* in the file */
    struct maybe expected, found;         /* now; unknown before the segments are in place */
    bool changing; /* relocations are being applied: value and moved value are both right */
    bool foreign;  /* the kernel runs, and may have changed it */
};

struct site_view {
    uint64_t address;
    unsigned int
        count; /* one address can mean several sites: as linked one, as it is now another */
    struct site_match list[SITE_ADDRESSES];
    struct maybe below, above; /* without a match: the nearest sites, as linked, around address */
};

/* ERROR_INPUT: no image, or its kernel has no relocation table. Else errors of target_read_phys. */
struct error *site_capture(const struct stop *stop, const struct boot_done *done, uint64_t address,
                           struct site_view *ret);
void site_text(const struct site_view *view, const struct text *text);
/*
 * {"address","sites":[{"named_as":"linked virtual"|"virtual"|"physical"|"linked physical","kind","linked","phys","virtual",
 *  "segment":n|null (its p_offset),"file_value","expected","found","right":true|false|null}],"below","above"}
 */
json_t *site_json(const struct site_view *view);
/* Sites that hold what they must not. */
size_t site_wrong(const struct site_view *view);

#endif
