/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the descriptor table that GDTR points at, as it is in memory now, which may long be
 * overwritten while the CPU still works with what it has loaded.
 */
#ifndef BOOTSCOPE_VIEWS_GDT_H
#define BOOTSCOPE_VIEWS_GDT_H

#include "descriptors.h"
#include "views.h"

/* Entries kept; a table with a limit of 0xffff has 8192. */
#define GDT_ENTRIES_MAX 32

struct gdt_entry {
    uint16_t selector; /* its offset in the table */
    struct descriptor descriptor;
};

struct gdt_view {
    bool known;     /* the CPU told GDTR */
    bool long_mode; /* EFER.LMA: system descriptors have 16 bytes */
    uint64_t base;  /* linear */
    uint16_t limit;
    size_t readable; /* bytes of the table that are in mapped memory */
    size_t total;    /* descriptors in the readable part */
    size_t count;    /* of those, kept in list: the first that are not null */
    struct gdt_entry list[GDT_ENTRIES_MAX];
};

/* Errors of target_read_virt, save "nothing mapped there", which shows as readable. */
struct error *gdt_capture(const struct stop *stop, struct gdt_view *ret);
void gdt_text(const struct gdt_view *view, const struct text *text);
/* Only the descriptors that differ from before's, which may be NULL or not known. */
void gdt_since_text(const struct gdt_view *before, const struct gdt_view *view,
                    const struct text *text);
/*
 * {"base","limit","readable":bytes,"total":n,"entries":[{"selector","raw","base","limit","type",
 * "dpl","present","g","db","l"}]}; null when GDTR is not known.
 */
json_t *gdt_json(const struct gdt_view *view);

#endif
