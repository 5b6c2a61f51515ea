/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: how the kernel's place was chosen, from location-chosen on. What was avoided and which slots
 * remained is computed here, from boot_params, the memory map, the command line and the image
 * (kaslr_avoid.h, kaslr_options.h, kaslr_slots.h), by the rules of Linux's decompressor or of our
 * stub. The chosen places, physical and virtual, are looked up among the slots.
 *
 * Our stub also gives an account of its own search, in variables (kaslr_search.h): all of that must
 * be what was computed. A decompressor of Linux gives none; there only the choice is seen.
 *
 * Absent before a place was chosen, for 32-bit kernels, and when it is not known what was chosen.
 */
#ifndef BOOTSCOPE_VIEWS_KASLR_H
#define BOOTSCOPE_VIEWS_KASLR_H

#include "boot_done.h"
#include "kaslr_slots.h"
#include "views.h"

/* Why a place is no slot. */
enum kaslr_fault {
    KASLR_FAULT_NONE,
    KASLR_FAULT_UNALIGNED,
    KASLR_FAULT_BELOW,   /* of the minimum */
    KASLR_FAULT_ABOVE,   /* it reaches beyond the limit */
    KASLR_FAULT_AVOIDED, /* it touches avoid.regions[fault_region] */
    KASLR_FAULT_NO_RAM,  /* it is not all in one entry of the map */
    KASLR_FAULT_OTHER,   /* a gigantic page, or a slot that was not kept */
};

struct kaslr_view {
    bool present;
    enum kaslr_rules rules;
    struct kaslr_choice choice;  /* of Linux all but the counts of slots */
    bool nokaslr;                /* on the command line */
    bool has_account;            /* the stub's, in account */
    struct kaslr_search account; /* counts cut to what the arrays hold */

    struct maybe default_output; /* where it would be without KASLR */
    struct maybe default_virtual;
    bool searched; /* all that follows has a meaning: KASLR is on, and all that it needs is known */
    struct kaslr_search search; /* computed here; seed and seeded are the account's */
    enum kaslr_map map;
    bool cut; /* setup_data or the map go on beyond what was looked at */
    unsigned int region_count;
    struct kaslr_region regions[KASLR_REGIONS_MAX];
    unsigned int reserved_count;
    struct mem_vector reserved[E820_MAX_ENTRIES_ZEROPAGE]; /* e820 entries that are not RAM */
    struct maybe slot; /* the chosen one's number; unknown when it is none of the slots */
    enum kaslr_fault fault;
    unsigned int fault_region;
    struct maybe virtual_slots; /* unknown when the image does not fit at all */
    struct maybe virtual_slot;
    struct maybe seeded_slot, seeded_virtual_slot; /* what kaslr_seed= must give */
    unsigned int unlisted;      /* of the account: regions that must be avoided, and are not */
    bool missed[MEM_AVOID_MAX]; /* which of search.avoid they are */
    unsigned int wrong;         /* what does not hold, as bits of enum kaslr_proof */
};

enum kaslr_proof {
    KASLR_SLOTS = 1,         /* the stub's slots are others */
    KASLR_CHOICE = 2,        /* the chosen place is no slot; or not the default, where it must be */
    KASLR_VIRTUAL_SLOTS = 4, /* the same for the virtual place */
    KASLR_VIRTUAL_CHOICE = 8,
    KASLR_SEED = 16,     /* the seed gives another place */
    KASLR_UNLISTED = 32, /* something in use was not avoided */
    KASLR_BOUNDS = 64,  /* the stub searched from elsewhere, up to elsewhere, or for another size */
    KASLR_SWITCH = 128, /* chosen in spite of nokaslr; of the stub: or not chosen without it */
};

/* Errors of target_read_phys; ERROR_PROTOCOL when the variables are not in memory; ERROR_SYSTEM. */
struct error *kaslr_capture(const struct stop *stop, const struct boot_done *done,
                            struct kaslr_view *ret);
void kaslr_text(const struct kaslr_view *view, const struct text *text);
/* The choices alone, in two or three lines. */
void kaslr_short_text(const struct kaslr_view *view, const struct text *text);
/* Physical memory and the virtual range, drawn; nothing without a search. Part of kaslr_text(). */
void kaslr_picture(const struct kaslr_view *view, const struct text *text);
/*
 * {"kaslr":true,"output","virtual","searched":true,"rules":"linux"|"stub","default":{"output","virtual"},
 *  "limit","limit_reason","minimum","image_size","alignment","seed":..|null,"map":"e820"|"efi",
 *  "avoided":[{"start","size","why"}],"regions":[{"start","size","slots":n,"stub_slots":n|null}],
 *  "areas":[{"start","slots":n}],"slots":n,"stub_slots":n|null,"slot":n|null,"virtual_slots":n,"stub_virtual_slots":n|null,
 *  "virtual_slot":n|null,"entropy_bits":{"physical":x|null,"virtual":x|null},"overlaps":why|null,"wrong":["slots",..]}
 * Without a search those from "limit" on are left out, save "wrong".
 */
json_t *kaslr_json(const struct kaslr_view *view);
/* Proofs that do not hold. */
size_t kaslr_wrong(const struct kaslr_view *view);
/* The first of them, as JSON names it; NULL when all hold. */
const char *kaslr_first_wrong(const struct kaslr_view *view);

#endif
