/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extract_kernel: from the compressed kernel to the address to jump to. */
#ifndef BOOTSCOPE_STUB_EXTRACT_H
#define BOOTSCOPE_STUB_EXTRACT_H

#include "bootparams.h"
#include "failure.h"
#include "platform.h"

/*
 * Called by relocated.S with rdi = boot_params and rsi = output (where the kernel goes when it is
 * not placed at random; physical). Returns the kernel's entry point, a physical address. Does not
 * return when anything is wrong.
 */
void *extract_kernel(struct boot_params *boot_params, unsigned char *output);

/* Clears the fields of boot_params that a loader left dirty (it says so in the sentinel). */
void sanitize_boot_params(struct boot_params *boot_params);

/*
 * Inflates, loads and relocates the kernel at output, for it to run at virtual_address (the
 * kernel's counting: load_physical_addr means as linked). *ret_entry is the entry's offset from
 * output. The heap must be set up. Any error of those three stages.
 */
const struct boot_error *decompress_kernel(const struct payload *payload, unsigned char *output,
                                           uint64_t virtual_address, uint64_t *ret_entry);

#endif
