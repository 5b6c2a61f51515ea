/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of the kernel's first page tables that assembler and C must agree on. */
#ifndef BOOTSCOPE_KERNEL_PGTABLE_H
#define BOOTSCOPE_KERNEL_PGTABLE_H

/* Which entries of the top table, and of the one below, lead to START_KERNEL_MAP. */
#define PGD_KERNEL 511
#define PUD_KERNEL 510

/* Tables to hand out, for the identity map and for what is touched at PAGE_OFFSET. */
#define EARLY_DYNAMIC_PAGE_TABLES 16

#endif
