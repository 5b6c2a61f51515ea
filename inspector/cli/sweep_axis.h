/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From addresses to numbered slots. */
#ifndef BOOTSCOPE_CLI_SWEEP_AXIS_H
#define BOOTSCOPE_CLI_SWEEP_AXIS_H

#include "error.h"
#include "sweep_report.h"

/*
 * Fills all of axis but name, slots, kept and rejected. addresses (count of them, sorted here) are
 * multiples of alignment away from each other. With first_slot set slot 0 is at that address and
 * there are no gaps; without, slots are numbered as sweep_report.h says. ERROR_SYSTEM: no memory.
 */
struct error *sweep_axis_fill(struct sweep_axis *axis, uint64_t *addresses, size_t count,
                              uint64_t alignment, const uint64_t *first_slot);

#endif
