/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "address_map.h"

#include <stdlib.h>

/* The cell of address, or the free one where it would go; size is a power of two, and not full. */
static size_t cell_of(const struct address_map *map, uint64_t address)
{
    size_t at = (size_t)((address * 0x9e3779b97f4a7c15u) >> 32) & (map->size - 1);

    while (map->cells[at].number && map->cells[at].address != address)
        at = (at + 1) & (map->size - 1);
    return at;
}

bool address_map_get(const struct address_map *map, uint64_t address, uint32_t *ret)
{
    if (map->size == 0)
        return false;
    size_t at = cell_of(map, address);
    if (map->cells[at].number == 0)
        return false;
    *ret = map->cells[at].number - 1;
    return true;
}

static bool grow(struct address_map *map)
{
    struct address_map larger = {.size = map->size ? map->size * 2 : 64, .count = map->count};

    larger.cells = calloc(larger.size, sizeof(*larger.cells));
    if (!larger.cells)
        return false;
    for (size_t i = 0; i < map->size; i++)
        if (map->cells[i].number)
            larger.cells[cell_of(&larger, map->cells[i].address)] = map->cells[i];
    free(map->cells);
    *map = larger;
    return true;
}

bool address_map_put(struct address_map *map, uint64_t address, uint32_t number)
{
    if (map->count * 2 >= map->size && !grow(map))
        return false;
    size_t at = cell_of(map, address);
    if (map->cells[at].number == 0) {
        map->cells[at].address = address;
        map->count++;
    }
    map->cells[at].number = number + 1;
    return true;
}

void address_map_close(struct address_map *map)
{
    free(map->cells);
    *map = (struct address_map){0};
}
