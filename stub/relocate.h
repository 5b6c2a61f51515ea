/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relocation table behind the kernel's ELF file, found and applied. */
#ifndef BOOTSCOPE_STUB_RELOCATE_H
#define BOOTSCOPE_STUB_RELOCATE_H

#include <stdint.h>

#include "failure.h"

/* Sites changed, by kind. */
struct relocation_counts {
    uint64_t abs32;
    uint64_t inverse32;
    uint64_t abs64;
};

/* Where the kernel is, and where it will run. */
struct relocation_request {
    uint64_t output_len; /* bytes at output that were inflated; the table ends there */
    uint64_t image_len;  /* bytes at output that the loaded segments span: sites lie there */
    uint64_t load_physical_addr; /* as linked */
    uint64_t virtual_address;    /* as chosen, in the same counting */
};

/*
 * Finds the table at the end of the output_len bytes at output: *ret_offset is where it starts,
 * counted from output. Error: fewer than three lists with an end.
 */
const struct boot_error *find_relocations(const unsigned char *output, uint64_t output_len,
                                          uint64_t *ret_offset);

/*
 * Adds the virtual delta to every site (subtracts it, for the inverse ones) and counts them. Does
 * nothing when the delta is 0. Errors: a site outside of the image; no end to a list.
 */
const struct boot_error *handle_relocations(unsigned char *output,
                                            const struct relocation_request *request,
                                            struct relocation_counts *ret);

#endif
