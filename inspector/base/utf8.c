/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the character that begins with this one; 0: none does. */
static size_t character_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Unicode's table 3-7: after some first bytes, not every second one may follow. */
static bool second_fits(uint8_t first, uint8_t second)
{
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= low && second <= high;
}

size_t utf8_span(const char *text)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (bytes[at]) {
        size_t length = character_length(bytes[at]);

        if (length == 0 || (length > 1 && !second_fits(bytes[at], bytes[at + 1])))
            break;
        /* A NUL is no continuation: nothing behind the text's end is read. */
        for (size_t i = 2; i < length; i++)
            if ((bytes[at + i] & 0xc0) != 0x80)
                return at;
        at += length;
    }
    return at;
}
