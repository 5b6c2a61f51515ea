/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols_internal.h"

#include <stdlib.h>

/* Functions come before labels where both are at one address (symbols.c). */
enum { RANK_LABEL = 0, RANK_FUNCTION = 4 };

static uint32_t section_of(const struct symbols *symbols, uint64_t address)
{
    for (size_t i = 0; i < symbols->range_count; i++)
        if (address >= symbols->ranges[i].start && address < symbols->ranges[i].end)
            return symbols->ranges[i].section;
    return SHN_ABS;
}

static void append(struct symbol **list, size_t *count, const struct symbol *symbol)
{
    struct symbol *longer = reallocarray(*list, *count + 1, sizeof(**list));

    if (!longer)
        abort();
    longer[(*count)++] = *symbol;
    *list = longer;
}

void symbols_add(struct symbols *symbols, const char *name, uint64_t address, uint64_t size,
                 bool function)
{
    struct symbol symbol = {
        .value = address,
        .size = size,
        .name = name,
        .section = section_of(symbols, address),
        .rank = function ? RANK_FUNCTION : RANK_LABEL,
    };
    uint64_t known;

    if (symbols_value(symbols, name, &known))
        return;
    append(&symbols->by_name, &symbols->name_count, &symbol);
    if (symbol.section < SHN_LORESERVE)
        append(&symbols->by_value, &symbols->value_count, &symbol);
    symbols_index(symbols);
}
