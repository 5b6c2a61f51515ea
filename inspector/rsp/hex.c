/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp.h"

#define DECIMAL                                                                                    \
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,        \
    ['8'] = 9, ['9'] = 10
#define LETTERS                                                                                    \
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11,            \
    ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16

/* A digit's value plus one, so that what is not listed is no digit. */
static const uint8_t digit_plus_one[256] = {DECIMAL, LETTERS};

size_t rsp_to_hex(const void *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = bytes;

    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[in[i] >> 4];
        out[2 * i + 1] = digits[in[i] & 15];
    }
    return 2 * length;
}

/* Memory replies are decoded here, so there is no branch per digit: a bad one shows at the end. */
bool rsp_from_hex(const char *digits, void *out, size_t length)
{
    const uint8_t *in = (const uint8_t *)digits;
    uint8_t *bytes = out;
    unsigned int bad = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned int high = digit_plus_one[in[2 * i]] - 1U;
        unsigned int low = digit_plus_one[in[2 * i + 1]] - 1U;

        bad |= high | low;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return bad <= 15;
}

int rsp_hex_digit(char digit)
{
    return (int)digit_plus_one[(uint8_t)digit] - 1;
}

const char *rsp_hex_number(const char *text, const char *end, uint64_t *ret)
{
    uint64_t value = 0;
    const char *at = text;

    for (; at < end && rsp_hex_digit(*at) >= 0; at++) {
        if (value >> 60)
            return NULL;
        value = value << 4 | (uint64_t)rsp_hex_digit(*at);
    }
    if (at == text)
        return NULL;
    *ret = value;
    return at;
}
