/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse.h"

#include <string.h>

#define VALUE_DIGITS_MAX 16

/* ASCII only: isalpha() would follow the locale. */
static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool name_byte(char byte, bool first)
{
    return is_letter(byte) || is_digit(byte) || (!first && (byte == '-' || byte == '_'));
}

static bool key_byte(char byte, bool first)
{
    return is_letter(byte) || byte == '_' || (!first && is_digit(byte));
}

static int hex_digit(char byte)
{
    if (is_digit(byte))
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* A word of allowed bytes into out, which holds size with the NUL. */
static bool take_word(const char **at, const char *end, bool (*allowed)(char, bool), char *out,
                      size_t size)
{
    size_t length = 0;

    while (*at < end && allowed(**at, length == 0)) {
        if (length == size - 1)
            return false;
        out[length++] = *(*at)++;
    }
    out[length] = '\0';
    return length > 0;
}

static bool take_text(const char **at, const char *end, const char *text)
{
    size_t length = strlen(text);

    if ((size_t)(end - *at) < length || memcmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_value(const char **at, const char *end, uint64_t *ret)
{
    uint64_t value = 0;
    int digits = 0;

    for (; *at < end && hex_digit(**at) >= 0; (*at)++) {
        if (digits++ == VALUE_DIGITS_MAX)
            return false;
        value = value << 4 | (uint64_t)hex_digit(**at);
    }
    *ret = value;
    return digits > 0;
}

static bool take_pair(const char **at, const char *end, struct marker *marker)
{
    uint64_t ignored;

    if (marker->count == MARKER_KEYS_MAX)
        return false;
    char *key = marker->keys[marker->count].key;
    if (!take_text(at, end, " ") || !take_word(at, end, key_byte, key, MARKER_KEY_MAX) ||
        marker_value(marker, key, &ignored) || !take_text(at, end, "=0x") ||
        !take_value(at, end, &marker->keys[marker->count].value))
        return false;
    marker->count++;
    return true;
}

bool marker_parse(const char *line, size_t length, struct marker *ret)
{
    const char *at = line, *end = line + length;

    ret->count = 0;
    if (!take_text(&at, end, "@") || !take_word(&at, end, name_byte, ret->name, sizeof(ret->name)))
        return false;
    while (at < end) {
        if (!take_pair(&at, end, ret))
            return false;
    }
    return true;
}
