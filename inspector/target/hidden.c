/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hidden.h"

#include <ctype.h>
#include <string.h>

#include "rsp.h"

/* QEMU's row names, padded as it prints them. */
static const char *const segment_rows[SEG_COUNT] = {
    [SEG_ES] = "ES =", [SEG_CS] = "CS =", [SEG_SS] = "SS =",   [SEG_DS] = "DS =",
    [SEG_FS] = "FS =", [SEG_GS] = "GS =", [SEG_LDTR] = "LDT=", [SEG_TR] = "TR =",
};

/* Behind "ROW" at the start of a line, or NULL. */
static const char *find_row(const char *text, const char *row)
{
    for (const char *at = strstr(text, row); at; at = strstr(at + 1, row)) {
        if (at == text || at[-1] == '\n')
            return at + strlen(row);
    }
    return NULL;
}

/* The next hex number on this line, up to max. */
static bool next_number(const char **at, uint64_t max, uint64_t *ret)
{
    while (**at == ' ')
        (*at)++;
    const char *end = *at + strcspn(*at, " \r\n");
    const char *behind = rsp_hex_number(*at, end, ret);

    *at = end;
    return behind == end && *ret <= max;
}

static bool parse_segment(const char *text, const char *row, struct segment *ret)
{
    const char *at = find_row(text, row);
    uint64_t selector, base, limit, attributes;

    if (!at || !next_number(&at, UINT16_MAX, &selector) || !next_number(&at, UINT64_MAX, &base) ||
        !next_number(&at, UINT32_MAX, &limit) || !next_number(&at, UINT32_MAX, &attributes))
        return false;
    *ret = (struct segment){.selector = (uint16_t)selector,
                            .base = base,
                            .limit = (uint32_t)limit,
                            .attributes = (uint32_t)attributes};
    return true;
}

static bool parse_table(const char *text, const char *row, struct table_register *ret)
{
    const char *at = find_row(text, row);
    uint64_t base, limit;

    if (!at || !next_number(&at, UINT64_MAX, &base) || !next_number(&at, UINT16_MAX, &limit))
        return false;
    *ret = (struct table_register){.base = base, .limit = (uint16_t)limit};
    return true;
}

bool hidden_parse(const char *text, struct registers *ret)
{
    struct segment segments[SEG_COUNT];
    struct table_register gdtr, idtr;

    for (int i = 0; i < SEG_COUNT; i++) {
        if (!parse_segment(text, segment_rows[i], &segments[i]))
            return false;
    }
    if (!parse_table(text, "GDT=", &gdtr) || !parse_table(text, "IDT=", &idtr))
        return false;
    memcpy(ret->segment, segments, sizeof(segments));
    ret->gdtr = gdtr;
    ret->idtr = idtr;
    return true;
}

bool hidden_value(const char *text, const char *name, uint64_t *ret)
{
    size_t length = strlen(name);

    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name)) {
        bool begins = at == text || isspace((unsigned char)at[-1]);

        if (begins && at[length] == '=') {
            at += length + 1;
            return next_number(&at, UINT64_MAX, ret);
        }
    }
    return false;
}
