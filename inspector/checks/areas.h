/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Areas of memory that have a name in a check: `expect rip in copy`. All are guest-physical, which
 * for boot code is linear, too.
 */
#ifndef BOOTSCOPE_CHECKS_AREAS_H
#define BOOTSCOPE_CHECKS_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "timeline.h"

#define AREA_NAMES "setup, load, copy, output, kernel, bss, heap and stack"

struct area {
    uint64_t start, end;
};

bool area_known(const char *name);
/*
 * Where it is now. ERROR_CHECK when that is not known yet at this stop, or no symbols or image
 * tell its size.
 */
struct error *area_now(const struct stop *stop, const char *name, struct area *ret);

#endif
