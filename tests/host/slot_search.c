/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slot_search.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void slot_search_take(struct slot_search *search, uint64_t start, uint64_t size)
{
    if (search->taken_count == SLOT_SEARCH_TAKEN_MAX) {
        fprintf(stderr, "slot search: no room for another region\n");
        abort();
    }
    if (!size)
        return;
    search->taken[search->taken_count].start = start;
    search->taken[search->taken_count++].end = start + size;
}

static bool is_free(const struct slot_search *search, const struct boot_params *boot_params,
                    uint64_t start, uint64_t end)
{
    for (unsigned int i = 0; i < search->taken_count; i++)
        if (start < search->taken[i].end && search->taken[i].start < end)
            return false;
    for (unsigned int i = 0; i < boot_params->e820_entries; i++) {
        const struct boot_e820_entry *entry = &boot_params->e820_table[i];

        if (entry->type != E820_TYPE_RAM && start < entry->addr + entry->size && entry->addr < end)
            return false;
    }
    return true;
}

void slot_search_run(struct slot_search *search, const struct boot_params *boot_params)
{
    search->slot_count = 0;
    for (unsigned int i = 0; i < boot_params->e820_entries; i++) {
        const struct boot_e820_entry *entry = &boot_params->e820_table[i];
        uint64_t end = entry->addr + entry->size;

        if (entry->type != E820_TYPE_RAM)
            continue;
        if (end > search->limit)
            end = search->limit;
        for (uint64_t at = 0; at + search->size <= end; at += search->alignment)
            if (at >= search->minimum && at >= entry->addr &&
                search->slot_count < SLOT_SEARCH_MAX &&
                is_free(search, boot_params, at, at + search->size))
                search->slots[search->slot_count++] = at;
    }
}

uint64_t slot_search_seeded(uint64_t seed, unsigned int draws)
{
    uint64_t z = 0;

    while (draws--) {
        seed += 0x9e3779b97f4a7c15;
        z = seed;
        z ^= z >> 30;
        z *= 0xbf58476d1ce4e5b9;
        z ^= z >> 27;
        z *= 0x94d049bb133111eb;
        z ^= z >> 31;
    }
    return z;
}
