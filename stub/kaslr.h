/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in memory, and where in virtual memory, the kernel goes. */
#ifndef BOOTSCOPE_STUB_KASLR_H
#define BOOTSCOPE_STUB_KASLR_H

#include <stdbool.h>
#include <stdint.h>

#include "bootparams.h"
#include "failure.h"
#include "kaslr_search.h"

/* MIN_KERNEL_ALIGN: the kernel maps itself with 2 MiB pages and cannot be at odds with them. */
#define MIN_KERNEL_ALIGN 0x200000

/* What the choice depends on, boot_params apart. Addresses are physical. */
struct kaslr_request {
    uint64_t input;              /* the compressed kernel: decompression's lower end */
    uint64_t output;             /* where the kernel goes if nothing is chosen */
    uint64_t output_size;        /* bytes it needs there, a multiple of MIN_KERNEL_ALIGN */
    uint64_t load_physical_addr; /* the virtual choice starts here, in the kernel's counting */
};

/* What the last search worked on: for debuggers and tests, nothing else reads it. */
extern struct kaslr_search kaslr_search;

/*
 * Chooses both addresses, or keeps the defaults for "nokaslr". Clears KASLR_FLAG in loadflags and
 * sets it when the choice is random. When no physical slot is found, warns and keeps the default
 * if that is RAM below mem=. Errors: that it is not; kaslr_seed= without a number; kernel_alignment that is
 * none; a kernel too large for its virtual range; those of mem_avoid_init().
 */
const struct boot_error *choose_random_location(struct boot_params *boot_params,
                                                const struct kaslr_request *request,
                                                struct kaslr_choice *ret);

#endif
