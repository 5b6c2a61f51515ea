/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for XML 1.0. */
#include <stdint.h>

#include "report.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/*
 * The character at text: its code point, and how many bytes it has. False for bytes that are none:
 * then one is to be passed over.
 */
static bool decode(const unsigned char *text, uint32_t *ret, unsigned int *ret_length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned int length = text[0] < 0x80   ? 1
                          : text[0] < 0xc0 ? 0
                          : text[0] < 0xe0 ? 2
                          : text[0] < 0xf0 ? 3
                          : text[0] < 0xf8 ? 4
                                           : 0;
    uint32_t code = length == 1 ? text[0] : text[0] & (0xffU >> (length + 1));

    if (length == 0)
        return false;
    /* The NUL at the end is no continuation byte: nothing is read beyond it. */
    for (unsigned int i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return false;
        code = code << 6 | (text[i] & 0x3f);
    }
    *ret = code;
    *ret_length = length;
    return code >= least[length] && code <= 0x10ffff;
}

/* The production Char of XML 1.0. */
static bool allowed(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xd800) ||
           (code >= 0xe000 && code < 0xfffe) || code >= 0x10000;
}

static const char *escape(uint32_t code)
{
    switch (code) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    case '\t':
        return "&#9;";
    default:
        return NULL;
    }
}

void xml_text(const char *text, FILE *out)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        unsigned int length = 1;
        uint32_t code;

        if (!decode(at, &code, &length) || !allowed(code))
            fputs(REPLACEMENT, out);
        else if (escape(code))
            fputs(escape(code), out);
        else
            fwrite(at, 1, length, out);
        at += length;
    }
}
