/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a decompressor has before it when it chooses a place for the kernel, read from the guest, and
 * what it must avoid because of it, computed here.
 *
 *      0                                                                        mem_limit
 *      |------[bp]--[cmdline]---[==== decompression ====]-----[initrd]---[setup_data]--| . . .
 *                               ^                       ^
 *                             input                 output + init_size
 *
 * input is the compressed payload in the decompressor's copy, output the place that it would unpack to
 * without KASLR; both are the caller's to say. Everything else is in boot_params, which the guest's
 * loader wrote: nothing of it is trusted. Sizes that would wrap end at the top of the address space.
 *
 * The map is e820, or for Linux (CONFIG_EFI, which is taken to be on) the EFI memory map where
 * boot_params has one: conventional memory, without soft-reserved one (EFI_MEMORY_SP), and where any
 * entry is mirrored (EFI_MEMORY_MORE_RELIABLE) only what is. What is not known from outside, and not
 * looked at: memory that ACPI's SRAT calls hot-pluggable (CONFIG_MEMORY_HOTREMOVE), unaccepted memory
 * (in 6.12, not in 6.1), the scratch areas of a kexec handover (in 7.2, not in 6.12).
 */
#ifndef BOOTSCOPE_VIEWS_KASLR_AVOID_H
#define BOOTSCOPE_VIEWS_KASLR_AVOID_H

#include "bootparams.h"
#include "kaslr_options.h"
#include "params.h"

/* Entries of the map that are looked at; an EFI map can have more than e820. */
#define KASLR_REGIONS_MAX 1024

enum kaslr_map { KASLR_MAP_E820, KASLR_MAP_EFI };

struct kaslr_inputs {
    enum kaslr_rules rules;
    /* Read from the guest. All addresses are guest-physical. */
    uint64_t address; /* of boot_params */
    struct boot_params params;
    uint64_t cmdline_address; /* 0: none */
    struct params_cmdline cmdline;
    unsigned int setup_data_count;
    struct mem_vector setup_data[2 * MAX_SETUP_DATA]; /* nodes, and what they point to */
    uint8_t setup_data_reasons[2 * MAX_SETUP_DATA];   /* enum mem_avoid_reason */
    bool setup_data_cut;                              /* the list goes on, or leads out of memory */
    enum kaslr_map map;
    bool mirrored;          /* of the EFI map only mirrored memory counts */
    unsigned int ram_count; /* entries in which the kernel may go, in the map's order */
    struct mem_vector ram[KASLR_REGIONS_MAX];
    bool map_cut; /* the map has more, or part of it is not in memory */
    /* Said by the caller. */
    uint64_t input, output;
    uint64_t image_size; /* bytes that must be free from a slot on; not 0 */
    uint64_t alignment;  /* a power of two */
};

/*
 * Reads boot_params at that address, and what it points to, into all but the caller's part of *ret. Errors of target_read_phys; what
 * boot_params points to may be missing.
 */
struct error *kaslr_inputs_capture(const struct stop *stop, enum kaslr_rules rules,
                                   uint64_t address, struct kaslr_inputs *ret);

/* What must be avoided, in Linux's order, e820's entries that are not RAM left aside. */
void kaslr_avoid(const struct kaslr_inputs *inputs, const struct kaslr_options *options,
                 struct mem_avoid *ret);

/* One past the last byte; UINT64_MAX when that would wrap. */
uint64_t kaslr_end(struct mem_vector range);

#endif
