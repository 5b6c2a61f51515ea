/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From addresses to numbered slots. */
#ifndef BOOTSCOPE_CLI_SWEEP_AXIS_H
#define BOOTSCOPE_CLI_SWEEP_AXIS_H

#include "error.h"
#include "sweep_report.h"

/* The number of the slot at that address, in areas one after the other; false when none is there. */
bool sweep_slot(const struct sweep_area *areas, size_t count, uint64_t alignment, uint64_t address,
                uint64_t *ret);

/*
 * Fills all of axis but name, slots, kept and rejected. Each of the addresses is a slot of the areas; without areas
 * they are multiples of alignment apart, and slots are numbered as sweep_report.h says. ERROR_SYSTEM:
 * no memory.
 */
struct error *sweep_axis_fill(struct sweep_axis *axis, const uint64_t *addresses, size_t count,
                              uint64_t alignment, const struct sweep_area *areas,
                              size_t area_count);

#endif
