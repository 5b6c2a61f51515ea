/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to the view of KASLR: names and figures that its text and its JSON share. */
#ifndef BOOTSCOPE_VIEWS_KASLR_NAMES_H
#define BOOTSCOPE_VIEWS_KASLR_NAMES_H

#include "kaslr.h"

/* "initrd", of enum mem_avoid_reason; "unknown" for a number that is none. */
const char *kaslr_reason_name(uint8_t reason);
/* "mem=", of enum mem_limit_reason. */
const char *kaslr_limit_name(uint32_t reason);
/* The entropy of one of so many slots, in bits; slots is not 0. */
double kaslr_bits(uint64_t slots);

#endif
