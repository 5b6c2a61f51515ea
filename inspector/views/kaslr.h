/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: how the kernel's place was chosen, from location-chosen on: what the search went through,
 * read from the decompressor's own variables (kaslr_search.h), and counted once more here, another
 * way. The stub cuts a region at the first thing in its way and goes on behind it; here each thing
 * in the way takes out the slots that would touch it:
 *
 *      thing                        [......]
 *      no slot may start in   (-- image_size --      )
 *
 * Absent before a place was chosen, and for a decompressor without these variables.
 */
#ifndef BOOTSCOPE_VIEWS_KASLR_H
#define BOOTSCOPE_VIEWS_KASLR_H

#include "bootparams.h"
#include "boot_done.h"
#include "kaslr_search.h"
#include "views.h"

/* An e820 entry that is RAM. */
struct kaslr_region {
    uint64_t start, end; /* as in e820; physical */
    uint64_t slots;      /* counted here */
    uint64_t stub_slots; /* in the stub's rows that begin in it */
};

struct kaslr_view {
    bool present;
    struct kaslr_choice choice;
    bool searched; /* all that follows has a meaning: no nokaslr, and the search was made */
    struct kaslr_search search; /* counts cut to what the arrays hold */
    unsigned int region_count;
    struct kaslr_region regions[E820_MAX_ENTRIES_ZEROPAGE];
    uint64_t slots;             /* counted here, in all regions */
    bool rows_full;             /* the stub kept no more rows: slots may be more than its own */
    struct maybe slot;          /* the chosen one's number; unknown when it is none of the slots */
    struct maybe virtual_slots; /* counted here */
    struct maybe virtual_slot;
    struct maybe seeded_slot, seeded_virtual_slot;        /* what kaslr_seed= must give */
    struct maybe must_minimum, must_size, must_alignment; /* as image and copy have it */
    unsigned int unlisted; /* things that boot_params names, and the stub did not avoid */
    /* What does not hold, as bits of enum kaslr_proof. */
    unsigned int wrong;
};

enum kaslr_proof {
    KASLR_SLOTS = 1,         /* the stub's count of slots is another */
    KASLR_CHOICE = 2,        /* the chosen place is no slot */
    KASLR_VIRTUAL_SLOTS = 4, /* the same for the virtual place */
    KASLR_VIRTUAL_CHOICE = 8,
    KASLR_SEED = 16,     /* the seed gives another place */
    KASLR_UNLISTED = 32, /* something in use was not avoided */
    KASLR_BOUNDS = 64,   /* it searched from elsewhere, or for another size */
};

/* Errors of target_read_phys; ERROR_PROTOCOL when the variables are not in memory. */
struct error *kaslr_capture(const struct stop *stop, const struct boot_done *done,
                            struct kaslr_view *ret);
void kaslr_text(const struct kaslr_view *view, const struct text *text);
/*
 * {"kaslr":true,"output","virtual","searched":true,"limit","limit_reason","minimum","image_size","alignment","seed":..|null,
 *  "avoided":[{"start","size","why"}],"regions":[{"start","size","slots":n,"stub_slots":n}],
 *  "areas":[{"start","slots":n}],"slots":n,"stub_slots":n,"slot":n|null,"virtual_slots":n,"stub_virtual_slots":n,
 *  "virtual_slot":n|null,"wrong":["slots",..]}
 * Without a search all but the first four are left out.
 */
json_t *kaslr_json(const struct kaslr_view *view);
/* Proofs that do not hold. */
size_t kaslr_wrong(const struct kaslr_view *view);

#endif
