/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the kernel in memory held against the payload, captured by kernelproof_capture(). At
 * checkpoint decompressed the unpacked bytes lie at output as they are in the file; at elf-loaded,
 * relocations-applied and kernel-entry every PT_LOAD lies at output + (p_paddr - pref_address).
 * Once relocations are applied their sites are left out here: reloc.h has each of them.
 */
#ifndef BOOTSCOPE_VIEWS_ELFLOAD_H
#define BOOTSCOPE_VIEWS_ELFLOAD_H

#include "guest.h"
#include "views.h"

struct elfload_segment {
    uint64_t from;            /* offset in the unpacked payload */
    uint64_t to;              /* guest-physical */
    uint64_t size;            /* file bytes */
    uint32_t flags;           /* p_flags */
    struct comparison result; /* offsets count from the segment's start */
};

struct elfload_view {
    bool present;
    bool whole;        /* at decompressed: one row for the whole payload */
    bool sites_masked; /* relocation sites were left out */
    unsigned int count;
    struct elfload_segment segments[KERNEL_SEGMENTS_MAX];
};

void elfload_text(const struct elfload_view *view, const struct text *text);
/*
 * {"whole":false,"sites_masked":true,"segments":[{"offset","to","size","flags":"r-x",
 *  "compared":n,"different":n,"first":"0x.."|null}]}; first is the guest-physical address.
 */
json_t *elfload_json(const struct elfload_view *view);
/* Segments that differ. */
size_t elfload_wrong(const struct elfload_view *view);

#endif
