/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Page tables made entry by entry. In each test they stand at
 *
 *     0x1000 PML4   0x2000 PDPT   0x3000 PD   0x4000 PT   0x5000 and on: others
 *
 * and memory is [0, 0x20000). Entry bits: P 1, RW 2, US 4, PWT 8, PCD 0x10, PS 0x80, G 0x100.
 */
#ifndef BOOTSCOPE_TESTS_FAKE_TABLES_H
#define BOOTSCOPE_TESTS_FAKE_TABLES_H

#include "view_test.h"

#define NX    (UINT64_C(1) << 63)
#define TABLE 0x3 /* present, writable */
#define PAGE  0x3
#define BIG   0x83 /* present, writable, PS */

#define PML4 0x1000
#define PDPT 0x2000
#define PD   0x3000
#define PT   0x4000
#define MORE 0x5000

static inline void entry(struct stop *stop, uint64_t table, unsigned int index, uint64_t value)
{
    fake_target_poke64(stop->target, table + index * sizeof(value), value);
}

/* Long mode, the top three tables linked by their entries 0, nothing mapped. */
static inline struct stop linked(void)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, 0x20000);
    stop.regs.cr3 = PML4;
    entry(&stop, PML4, 0, PDPT | TABLE | 4);
    entry(&stop, PDPT, 0, PD | TABLE | 4);
    return stop;
}

#endif
