/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is everything where it should be, and does everything know where that is? Each check prints one
 * line (name, how many, "ok" or "FAILED") and, before it, the first few things that are wrong with
 * their index, what was expected and what was found.
 */
#ifndef BOOTSCOPE_KERNEL_CHECKS_H
#define BOOTSCOPE_KERNEL_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

/* A check while it runs. */
struct check {
    const char *name, *unit;
    uint64_t count, wrong;
};

struct check check_begin(const char *name, const char *unit);

/* One thing looked at. Prints the first few that differ. */
void check_value(struct check *check, uint64_t index, uint64_t found, uint64_t expected);

/* Prints the line; returns whether nothing was wrong. */
bool check_end(const struct check *check);

/* All checks of memory and pointers. Returns whether all passed. */
bool check_memory(void);
bool check_pointers(void);

#endif
