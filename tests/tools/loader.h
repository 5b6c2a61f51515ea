/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between loader.c, which puts these bytes into the guest, and loader_boot.S, which is them. */
#ifndef BOOTSCOPE_TESTS_LOADER_H
#define BOOTSCOPE_TESTS_LOADER_H

#define LOADER_BASE 0x8000 /* where loader_boot runs, in the lowest 64 KiB */
#define LOADER_GDT  0x7000

/* Selectors of the loader's own, beside the protocol's __BOOT_CS and __BOOT_DS. */
#define LOADER_CS          0x28
#define LOADER_DS          0x30
#define LOADER_GDT_ENTRIES 7

/* The protocols promise no stack. Nothing is at these addresses. */
#define LOADER_NO_STACK32 0xe0000000
#define LOADER_NO_STACK64 0xdead00000000

#ifndef __ASSEMBLER__
#include <stdint.h>

struct __attribute__((packed)) loader_parameters {
    uint64_t entry;       /* where to jump to */
    uint64_t boot_params; /* for esi or rsi */
    uint32_t page_tables; /* for cr3 */
    uint32_t cr4;         /* bits of it that paging shall have */
    uint32_t long_mode;   /* not 0: the 64-bit protocol */
    uint32_t data_selector;
    uint32_t far_entry; /* entry once more, for the far jump, and its selector */
    uint16_t far_selector;
};

extern const uint8_t loader_boot[];
extern const uint32_t loader_boot_size, loader_boot_parameters_offset;
#endif

#endif
