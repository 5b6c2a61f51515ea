/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a marker's key must say, computed from what the inspector knows by itself: the image file,
 * the boot code's symbols, and the timeline's facts. Keys that name a register or a fact are not
 * here (crosscheck.c); these are the ones whose meaning belongs to one checkpoint.
 */
#ifndef BOOTSCOPE_VIEWS_CLAIMS_H
#define BOOTSCOPE_VIEWS_CLAIMS_H

#include "views.h"

/*
 * The value that key must have in the marker of the stop's checkpoint. False when the key is none
 * of these, or when what it is computed from is not known here (no image, no symbols).
 */
bool claim_value(const struct stop *stop, const char *key, uint64_t *ret);

#endif
