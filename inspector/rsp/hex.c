/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp.h"

#include <endian.h>
#include <string.h>

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

/* The same byte in all eight lanes of a word. */
#define LANES(byte) ((byte)*UINT64_C(0x0101010101010101))

/*
 * Eight digits into four bytes, each digit in its lane of a word (the first digit lowest). Bit 6
 * tells a letter from a decimal digit. Returns nonzero when one was no hex digit: its
 * value is then above 15, or it is not the digit that stands for that value.
 */
static uint64_t eight_digits(uint64_t word, uint32_t *ret)
{
    uint64_t letter = word >> 6 & LANES(1);
    uint64_t value = (word & LANES(15)) + 9 * letter;
    uint64_t above_nine = (value + LANES(6)) >> 4 & LANES(1);
    uint64_t lower_case = value + LANES('0') + ('a' - '0' - 10) * above_nine;

    /* Pairs of nibbles to bytes, and the bytes together. */
    uint64_t bytes = (value << 4 | value >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    bytes = (bytes | bytes >> 8) & UINT64_C(0x0000ffff0000ffff);
    *ret = (uint32_t)(bytes | bytes >> 16);
    return (value & ~LANES(15)) | (lower_case ^ (word | letter << 5));
}

bool rsp_from_hex(const char *digits, void *out, size_t length)
{
    uint8_t *bytes = out;
    uint64_t bad = 0;
    size_t i = 0;

    for (; length - i >= sizeof(uint32_t); i += sizeof(uint32_t)) {
        uint64_t word;
        uint32_t four;

        memcpy(&word, digits + 2 * i, sizeof(word));
        bad |= eight_digits(le64toh(word), &four);
        four = htole32(four);
        memcpy(bytes + i, &four, sizeof(four));
    }
    for (; i < length; i++) {
        int high = rsp_hex_digit(digits[2 * i]), low = rsp_hex_digit(digits[2 * i + 1]);

        bad |= high < 0 || low < 0;
        bytes[i] = (uint8_t)((unsigned int)high << 4 | (unsigned int)low);
    }
    return bad == 0;
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
