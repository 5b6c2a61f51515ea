/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel's command line says to the choice of a random place. Two readers of that line are
 * known, and they differ in corner cases: Linux's decompressor (arch/x86/boot/compressed/kaslr.c
 * with lib/cmdline.c) and our stub (stub/memavoid.c).
 *
 *      option                Linux                               our stub
 *      nokaslr               no choice, both defaults            the same
 *      mem=nn                the limit; mem=0 ends the reading   the limit; mem=0 says nothing
 *      memmap=nn             the limit                           the limit
 *      memmap=nn#ss  $  !    avoid [ss, ss + nn)                 the same
 *      memmap=nn@ss          nothing                             nothing
 *      memmap=nn%ss..        taken for memmap=nn                 avoid [ss, ss + nn)
 *      a fifth region        no physical choice; ignored when    no physical choice
 *                            it is the first of its memmap=
 *      hugepagesz=1G         hugepages=n keeps n gigantic        nothing
 *                            pages free of slots
 *
 * Not read: efi_fake_mem=, which Linux up to 6.1 reads as memmap= of soft-reserved memory.
 */
#ifndef BOOTSCOPE_VIEWS_KASLR_OPTIONS_H
#define BOOTSCOPE_VIEWS_KASLR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kaslr_search.h"

/* Who chose: a decompressor of Linux, or our stub, which tells by its variables. */
enum kaslr_rules { KASLR_RULES_LINUX, KASLR_RULES_STUB };

struct kaslr_options {
    bool nokaslr;
    uint64_t mem_limit; /* the lowest of the limit that was handed in, mem= and memmap= ... */
    enum mem_limit_reason limit_reason; /* ... and whose it is */
    unsigned int memmap_count;
    struct mem_vector memmaps[MAX_MEMMAP_REGIONS];
    bool memmap_too_large;   /* more than that: physical memory is not searched */
    uint64_t gigantic_pages; /* pages of 1 GiB to keep free of slots */
};

/* line has length bytes, any bytes, with no NUL among them. limit is the processor's. */
void kaslr_options_read(enum kaslr_rules rules, const char *line, size_t length, uint64_t limit,
                        struct kaslr_options *ret);

#endif
