/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code that is copied has more than one place: the breakpoints of one thing, moved as one. */
#ifndef BOOTSCOPE_TARGET_PLACES_H
#define BOOTSCOPE_TARGET_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"

struct target;

/* As loaded and as copied; the kernel in its identity mapping and in its own. */
#define BREAKPOINT_PLACES_MAX 2

/* Linear addresses, each one once. */
struct breakpoint_places {
    size_t count;
    virt_t address[BREAKPOINT_PLACES_MAX];
};

bool breakpoint_places_hold(const struct breakpoint_places *places, uint64_t address);

/*
 * Takes breakpoints from the places in *set that are not wanted, and sets the missing ones; *set is
 * where they are then, also after an error. Errors of target_insert_breakpoint().
 */
struct error *breakpoint_places_move(struct breakpoint_places *set,
                                     const struct breakpoint_places *want, struct target *target);

#endif
