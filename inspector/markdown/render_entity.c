/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render_entity.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_POINT_MAX 0x10ffffUL

/* The names that a text about code has use for; others are seldom anything but a slip. */
static const struct {
    const char *name, *text;
} names[] = {
    {"&amp;", "&"},   {"&lt;", "<"},    {"&gt;", ">"},     {"&quot;", "\""},
    {"&nbsp;", " "},  {"&ndash;", "–"}, {"&mdash;", "—"},  {"&hellip;", "…"},
    {"&times;", "×"}, {"&rarr;", "→"},  {"&larr;", "←"},   {"&le;", "≤"},
    {"&ge;", "≥"},    {"&ne;", "≠"},    {"&middot;", "·"}, {"&apos;", "'"},
};

static void encode(unsigned long code, char *out)
{
    if (code < 0x80)
        sprintf(out, "%c", (int)code);
    else if (code < 0x800)
        sprintf(out, "%c%c", (int)(0xc0 | code >> 6), (int)(0x80 | (code & 0x3f)));
    else if (code < 0x10000)
        sprintf(out, "%c%c%c", (int)(0xe0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3f)),
                (int)(0x80 | (code & 0x3f)));
    else
        sprintf(out, "%c%c%c%c", (int)(0xf0 | code >> 18), (int)(0x80 | (code >> 12 & 0x3f)),
                (int)(0x80 | (code >> 6 & 0x3f)), (int)(0x80 | (code & 0x3f)));
}

bool render_entity(const char *text, size_t length, char out[RENDER_ENTITY_MAX])
{
    char number[16];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i].name) == length && memcmp(names[i].name, text, length) == 0) {
            strcpy(out, names[i].text);
            return true;
        }
    if (length < 4 || text[1] != '#' || length - 2 >= sizeof(number))
        return false;
    *(char *)mempcpy(number, text + 2, length - 2) = '\0';
    bool hexadecimal = number[0] == 'x' || number[0] == 'X';
    unsigned long code = strtoul(number + hexadecimal, NULL, hexadecimal ? 16 : 10);
    if (code == 0 || code > CODE_POINT_MAX || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    encode(code, out);
    return true;
}
