/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses, each with a small number: a hash table that only grows. */
#ifndef BOOTSCOPE_CODE_ADDRESS_MAP_H
#define BOOTSCOPE_CODE_ADDRESS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
struct address_map {
    struct {
        uint64_t address;
        uint32_t number; /* one more than the number; 0: free */
    } * cells;
    size_t size, count;
};

bool address_map_get(const struct address_map *map, uint64_t address, uint32_t *ret);
/* Adds or replaces; number is below UINT32_MAX. False: no memory. */
bool address_map_put(struct address_map *map, uint64_t address, uint32_t number);
void address_map_close(struct address_map *map);

#endif
