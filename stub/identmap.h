/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identity maps: page tables in which virtual and physical address are the same number. */
#ifndef BOOTSCOPE_STUB_IDENTMAP_H
#define BOOTSCOPE_STUB_IDENTMAP_H

#include <stdint.h>

#include "bootparams.h"
#include "failure.h"

/*
 * Called by relocated.S: takes over the page tables (extends ours when cr3 is _pgtable, else builds
 * new ones there), maps the image, boot_params and the command line, and loads cr3. Stops the boot
 * when that cannot be done.
 */
void initialize_identity_maps(struct boot_params *boot_params);

/* The same, returning the error instead of stopping. */
const struct boot_error *setup_identity_maps(struct boot_params *boot_params);

/*
 * Identity-maps [start, end), physical addresses, rounded outwards to 2 MiB; what is mapped
 * already stays as it is. Fails when the range wraps or is beyond the physical limit, and when
 * the room for page tables is used up. *ret_added (may be NULL) is the number of 2 MiB pages that
 * were not there before.
 */
const struct boot_error *kernel_add_identity_map(uint64_t start, uint64_t end,
                                                 unsigned long *ret_added);

/* Page-table pages in use, the six of startup_32 included when they were taken over. */
unsigned long identity_tables_used(void);

#endif
