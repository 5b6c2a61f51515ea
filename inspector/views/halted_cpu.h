/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one halt of Linux's 32-bit code, which says nothing: the CPU cannot run 64-bit code. */
#ifndef BOOTSCOPE_VIEWS_HALTED_CPU_H
#define BOOTSCOPE_VIEWS_HALTED_CPU_H

#include "functions.h"

/*
 * Whether the hlt is where startup_32 (link addresses 0 to 0x200) goes when a function that asks the CPU
 * by cpuid does not answer 0.
 */
bool halted_for_cpu(struct functions *functions, uint64_t hlt);

#endif
