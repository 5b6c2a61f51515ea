/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ranges.h"

#include <stddef.h>
#include <string.h>

#include "rsp.h"

#define VIEW_HEADING "FlatView #"
#define MEMORY_SPACE " AS \"memory\""

struct row {
    struct range range;
    bool memory;
};

static bool skip(const char **at, const char *text)
{
    size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

/* Kinds of region as QEMU names them; a romd is a ROM that is also a device when written to. */
static bool memory_kind(const char *kind, size_t length, bool *ret_writable)
{
    static const struct {
        const char *name;
        bool writable;
    } kinds[] = {{"ram", true},  {"rom", false},   {"romd", false},
                 {"ramd", true}, {"nv-ram", true}, {"nv-rom", false}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, kind, length) == 0) {
            *ret_writable = kinds[i].writable;
            return true;
        }
    }
    return false;
}

/* "): NAME", with " @OFFSET" where a row does not begin with the region's first byte. */
static void parse_region(const char *at, const char *end, const char *name, struct range *ret)
{
    ret->shared = false;
    ret->offset = 0;
    if (!name || !skip(&at, "): ") || !skip(&at, name))
        return;
    if (skip(&at, " @"))
        at = rsp_hex_number(at, end, &ret->offset);
    ret->shared = at && (at == end || *at == ' ' || *at == '\r');
    if (!ret->shared)
        ret->offset = 0;
}

/* "  FIRST-LAST (prio N, KIND): NAME"; false when the line is no such row. */
static bool parse_row(const char *line, const char *end, const char *name, struct row *ret)
{
    const char *at = line + strspn(line, " ");

    at = rsp_hex_number(at, end, &ret->range.first);
    if (!at || !skip(&at, "-"))
        return false;
    at = rsp_hex_number(at, end, &ret->range.last);
    if (!at || !skip(&at, " (prio ") || ret->range.last < ret->range.first)
        return false;
    at += strspn(at, "-0123456789");
    if (!skip(&at, ", "))
        return false;
    size_t length = strcspn(at, ")\n");
    ret->memory = memory_kind(at, length, &ret->range.writable);
    parse_region(at + length, end, name, &ret->range);
    return at + length < end;
}

static bool goes_on(const struct range *before, const struct range *range)
{
    uint64_t size = range->first - before->first;

    return range->first == before->last + 1 && range->writable == before->writable &&
           range->shared == before->shared &&
           (!range->shared || range->offset == before->offset + size);
}

static bool add(struct ranges *ranges, struct range range)
{
    struct range *before = ranges->count ? &ranges->list[ranges->count - 1] : NULL;

    if (before && range.first <= before->last)
        return false; /* a flat view ascends: this is not what we think it is */
    if (before && goes_on(before, &range)) {
        before->last = range.last;
        return true;
    }
    if (ranges->count == RANGES_MAX)
        return false;
    ranges->list[ranges->count++] = range;
    return true;
}

void ranges_parse(const char *text, const char *name, struct ranges *ret)
{
    bool in_memory = false, done = false;

    ret->count = 0;
    for (const char *line = text; *line && !done;) {
        const char *end = line + strcspn(line, "\n");
        struct row row;

        if (strncmp(line, VIEW_HEADING, strlen(VIEW_HEADING)) == 0) {
            done = in_memory;
        } else if (strncmp(line, MEMORY_SPACE, strlen(MEMORY_SPACE)) == 0) {
            in_memory = true;
        } else if (in_memory && parse_row(line, end, name, &row) && row.memory) {
            if (!add(ret, row.range)) {
                ret->count = 0;
                return;
            }
        }
        line = *end ? end + 1 : end;
    }
}

bool ranges_cover(const struct ranges *ranges, uint64_t address, uint64_t length, bool writable)
{
    if (length == 0)
        return true;
    uint64_t last = address + length - 1;
    if (last < address)
        return false;
    for (unsigned int i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->list[i];

        if (address < range->first)
            return false;
        if (address > range->last || (writable && !range->writable))
            continue;
        if (last <= range->last)
            return true;
        address = range->last + 1;
    }
    return false;
}

uint64_t ranges_piece(const struct ranges *ranges, uint64_t address, uint64_t length,
                      bool *ret_shared, uint64_t *ret_offset)
{
    uint64_t last = address + length - 1;

    if (last < address)
        last = UINT64_MAX;
    *ret_shared = false;
    for (unsigned int i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->list[i];

        if (!range->shared || address > range->last)
            continue;
        *ret_shared = address >= range->first;
        *ret_offset = range->offset + (address - range->first);
        uint64_t end = *ret_shared ? range->last : range->first - 1;
        return (end < last ? end : last) - address + 1;
    }
    return last - address + 1;
}
