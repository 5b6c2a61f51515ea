/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flags of one page-table entry by name: which bit means what depends on what the entry is. */
#include "walk.h"

#include <stdio.h>
#include <string.h>

#include "x86.h"

#define PAT_IN_PT      7
#define PAT_IN_BIG     12
#define FIRST_HIGH_BIT 52
#define FIRST_KEY_BIT  59

/* The name of a bit in an entry that leads to a table, or NULL for one that is ignored there. */
static const char *name_in_table(unsigned int bit)
{
    static const char *const names[] = {"P", "RW", "US", "PWT", "PCD", "A"};

    return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}

static const char *name_in_page(unsigned int bit, bool big)
{
    switch (bit) {
    case 6:
        return "D";
    case PAT_IN_PT:
        return big ? "PS" : "PAT";
    case 8:
        return "G";
    case PAT_IN_BIG:
        return big ? "PAT" : NULL;
    }
    return name_in_table(bit);
}

/* Bits that hold no address. A 32-bit entry has no high ones. */
static bool is_flag(const struct paging *paging, unsigned int bit, bool big)
{
    if (bit < 12 || (bit == PAT_IN_BIG && big))
        return true;
    return paging->kind != PAGING_32BIT && bit >= FIRST_HIGH_BIT;
}

static void add(char *out, size_t size, const char *name, unsigned int bit)
{
    size_t length = strlen(out);
    const char *blank = length ? " " : "";

    if (name)
        snprintf(out + length, size - length, "%s%s", blank, name);
    else
        snprintf(out + length, size - length, "%sSW%u", blank, bit);
}

const char *paging_entry_flags(const struct paging *paging, unsigned int level, uint64_t raw,
                               char *out, size_t size)
{
    struct paging_entry entry = paging_decode(paging, level, raw);
    bool page = entry.kind == ENTRY_PAGE, big = page && level > 1;

    out[0] = '\0';
    for (unsigned int bit = 0; bit < 64; bit++) {
        const char *name = page ? name_in_page(bit, big) : name_in_table(bit);

        if (!(raw >> bit & 1) || !is_flag(paging, bit, big))
            continue;
        /* Of an entry that is not present, all other bits are the software's. */
        if (entry.kind == ENTRY_ABSENT)
            name = NULL;
        else if (bit == 63)
            name = "NX";
        else if (bit == PAT_IN_PT && level > 1)
            name = "PS";
        add(out, size, name, bit);
    }
    return out;
}
