/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the teaching kernel's files share. Names are Linux's where Linux has the thing. */
#ifndef BOOTSCOPE_KERNEL_H
#define BOOTSCOPE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bootparams.h"

/*
 * All of physical memory is reachable at PAGE_OFFSET: __va() adds it. Nothing is mapped there
 * until somebody touches it: the page fault handler adds the 2 MiB page (head64.c).
 */
#define PAGE_OFFSET     0xffff888000000000
#define DIRECT_MAP_SIZE (1UL << 46)
#define __va(physical)  ((void *)((uint64_t)(physical) + PAGE_OFFSET))

/* A symbol's address of this very moment, from rip: no relocation can make it wrong. */
#define RIP_ADDRESS(symbol)                                                                        \
    ({                                                                                             \
        uint64_t address_;                                                                         \
        __asm__("leaq " #symbol "(%%rip), %0" : "=r"(address_));                                   \
        address_;                                                                                  \
    })

/* kernel.lds */
extern char _text[], _end[], __bss_start[], __bss_stop[];

/* head_64.S */
extern uint64_t early_top_pgt[512], early_dynamic_pgts[][512];
extern uint64_t phys_base; /* what physical addresses are off from where they were linked */

/* head64.c */
extern struct boot_params boot_params;
extern char boot_command_line[KERNEL_CMDLINE_MAX + 1];
extern uint64_t boot_params_address; /* physical; what the decompressor left in rsi */

/* What clearing .bss found; in .data, for obvious reasons. */
struct bss_record {
    uint64_t words;
    uint64_t dirty_before; /* words that were not zero before the clear, our poison included */
    uint64_t dirty_after;
    uint64_t first_dirty; /* address, when dirty_after is not 0 */
};
extern struct bss_record bss_record;

/* main.c */
void start_kernel(void) __attribute__((noreturn));

/* Ends the guest with TEACHING_PASS or TEACHING_FAIL, or halts when nothing listens. */
void power_off(bool passed) __attribute__((noreturn));

#endif
