/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses that cannot be mixed up: a guest-physical address is not a guest-virtual one, and the
 * compiler says so. Arithmetic goes through .value, which is where a reader should stop and
 * ask whether it is right.
 */
#ifndef BOOTSCOPE_BASE_ADDRESS_H
#define BOOTSCOPE_BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t value;
} phys_t; /* guest-physical */

typedef struct {
    uint64_t value;
} virt_t; /* guest-virtual, which is: linear, after segmentation and before paging */

static inline phys_t phys(uint64_t value)
{
    return (phys_t){value};
}

static inline virt_t virt(uint64_t value)
{
    return (virt_t){value};
}

/* A number that may not mean anything yet: printed as "-" and as JSON null, never as a zero. */
struct maybe {
    bool known;
    uint64_t value;
};

static inline struct maybe known(uint64_t value)
{
    return (struct maybe){true, value};
}

#endif
