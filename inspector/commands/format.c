/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BITS(size) ((size)*8)

static unsigned int size_of_letter(char letter)
{
    static const char letters[] = "bhwg";
    const char *found = strchr(letters, letter);

    return found ? 1U << (found - letters) : 0;
}

static struct error *parse_count(const char **text, uint64_t *ret)
{
    uint64_t count = 0;

    *ret = 1;
    if (!isdigit((unsigned char)**text))
        return NULL;
    for (; isdigit((unsigned char)**text); (*text)++)
        count = count > UINT32_MAX ? count : count * 10 + (uint64_t)(**text - '0');
    if (count == 0 || count > UINT32_MAX)
        return error_new(ERROR_INPUT, "format: a count is from 1 to %u", UINT32_MAX);
    *ret = count;
    return NULL;
}

struct error *format_parse(const char *text, unsigned int pointer, struct format *format)
{
    unsigned int size = 0;
    char letter = '\0';
    struct error *err = parse_count(&text, &format->count);

    for (; !err && *text; text++) {
        if (size_of_letter(*text))
            size = size_of_letter(*text);
        else if (strchr("xduotacsi", *text))
            letter = *text;
        else
            err = error_new(ERROR_INPUT,
                            "format: no %c: there are a count, a form (x d u o t a c s i) and a "
                            "size (b h w g)",
                            isprint((unsigned char)*text) ? *text : '?');
    }
    if (err)
        return err;
    if (letter)
        format->letter = letter;
    if (size)
        format->size = size;
    else if (letter == 'a')
        format->size = pointer;
    else if (letter == 'c' || letter == 's')
        format->size = 1;
    return NULL;
}

static uint64_t low_bytes(uint64_t value, unsigned int size)
{
    return size == 8 ? value : value & ((UINT64_C(1) << BITS(size)) - 1);
}

static int64_t signed_value(uint64_t value, unsigned int size)
{
    unsigned int unused = 64 - BITS(size);

    return (int64_t)(value << unused) >> unused;
}

static void binary(uint64_t value, unsigned int size, char *out)
{
    for (unsigned int bit = BITS(size); bit-- > 0;)
        *out++ = value >> bit & 1 ? '1' : '0';
    *out = '\0';
}

/* One byte as in a C string; quote is escaped, too. */
static size_t escape(uint8_t byte, char quote, char *out, size_t size)
{
    static const char codes[] = "\n\r\t\\", letters[] = "nrt\\";
    const char *found = byte ? strchr(codes, byte) : NULL;
    int length;

    if (found)
        length = snprintf(out, size, "\\%c", letters[found - codes]);
    else if (byte == (uint8_t)quote)
        length = snprintf(out, size, "\\%c", quote);
    else if (byte >= ' ' && byte <= '~')
        length = snprintf(out, size, "%c", byte);
    else
        length = snprintf(out, size, "\\%03o", byte);
    return (size_t)length;
}

static void character(uint64_t value, unsigned int size, char *out)
{
    int length = snprintf(out, FORMAT_TEXT_MAX, "%" PRId64 " '", signed_value(value, size));
    size_t used = (size_t)length;

    used += escape((uint8_t)value, '\'', out + used, FORMAT_TEXT_MAX - used);
    snprintf(out + used, FORMAT_TEXT_MAX - used, "'");
}

const char *format_value(char letter, unsigned int size, uint64_t value, char *out)
{
    value = low_bytes(value, size);
    switch (letter) {
    case 'd':
        snprintf(out, FORMAT_TEXT_MAX, "%" PRId64, signed_value(value, size));
        break;
    case 'u':
        snprintf(out, FORMAT_TEXT_MAX, "%" PRIu64, value);
        break;
    case 'o':
        snprintf(out, FORMAT_TEXT_MAX, "0%0*" PRIo64, (int)(BITS(size) + 2) / 3, value);
        break;
    case 't':
        binary(value, size, out);
        break;
    case 'c':
        character(value, size, out);
        break;
    case 'a':
        snprintf(out, FORMAT_TEXT_MAX, "0x%" PRIx64, value);
        break;
    default:
        snprintf(out, FORMAT_TEXT_MAX, "0x%0*" PRIx64, (int)BITS(size) / 4, value);
    }
    return out;
}

unsigned int format_width(char letter, unsigned int size)
{
    char out[FORMAT_TEXT_MAX];
    uint64_t lowest = UINT64_C(1) << (BITS(size) - 1);

    switch (letter) {
    case 'd':
        return (unsigned int)strlen(format_value(letter, size, lowest, out));
    case 'c': /* the lowest number with an escape of four */
        return (unsigned int)strlen(format_value('d', size, lowest, out)) + 7;
    default:
        return (unsigned int)strlen(format_value(letter, size, UINT64_MAX, out));
    }
}

unsigned int format_per_line(char letter, unsigned int size)
{
    if (letter == 'a')
        return 1;
    return size <= 2 ? 8 : size == 4 ? 4 : 2;
}

size_t format_string(const uint8_t *bytes, size_t length, char *out, size_t size)
{
    char piece[8];
    size_t used = 0, i = 0;

    for (; i < length; i++) {
        size_t width = escape(bytes[i], '"', piece, sizeof(piece));

        if (used + width >= size)
            break;
        memcpy(out + used, piece, width);
        used += width;
    }
    out[used] = '\0';
    return i;
}
