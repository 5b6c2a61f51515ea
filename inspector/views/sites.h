/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's relocation sites, from the three lists of its table, by where they lie in a segment.
 *
 *   site, u32 in the table -> sign-extended: 0xffffffff81000010   as linked, virtual
 *   less kernel_map()      ->                0x1000010            as linked, physical
 *   plus (output - pref)   ->                                     where it is in memory now
 *
 * The bytes a site has in the file are those of the PT_LOAD whose physical range covers it. That
 * holds for per-CPU data too: it is linked at virtual 0, but its sites are listed by where it is
 * loaded. Nothing here needs the lists to be sorted.
 */
#ifndef BOOTSCOPE_VIEWS_SITES_H
#define BOOTSCOPE_VIEWS_SITES_H

#include "image.h"

enum site_kind { SITE_ABS32, SITE_INVERSE32, SITE_ABS64, SITE_KINDS };

/* "abs32", "inverse32", "abs64". */
const char *site_kind_name(enum site_kind kind);
/* 4 or 8 bytes. */
unsigned int site_size(enum site_kind kind);
const struct reloc_list *site_list(const struct kernel *kernel, enum site_kind kind);
/* The value a site must hold: what was linked, moved by the virtual delta; cut to its size. */
uint64_t site_moved(enum site_kind kind, uint64_t linked, uint64_t virtual_delta);
/* size (4 or 8) little-endian bytes. */
uint64_t site_load(const uint8_t *bytes, unsigned int size);

/*
 * The first PT_LOAD that has the file bytes for length bytes at a linked physical address; NULL
 * when there is none.
 */
const struct kernel_segment *sites_segment(const struct kernel *kernel, uint64_t paddr,
                                           unsigned int length);

/*
 * Called for a site: offset is where its first byte lies in the area, and is negative for one that
 * begins before the area and reaches into it.
 */
typedef void (*site_visitor)(void *context, enum site_kind kind, virt_t site, int64_t offset);

/* Visits all sites that have a byte in [paddr, paddr + length) (linked physical addresses). */
void sites_visit(const struct kernel *kernel, uint64_t paddr, uint64_t length, site_visitor visitor,
                 void *context);

/*
 * Bytes from pref (a linked physical address) to the end of the highest PT_LOAD, .bss included: what the
 * kernel takes up in memory. 0 when none lies there.
 */
uint64_t kernel_extent(const struct kernel *kernel, uint64_t pref);

#endif
