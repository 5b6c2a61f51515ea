/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blocks.h"
#include "text.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

bool number_with_commas(struct span text, uint64_t *ret)
{
    uint64_t value = 0;

    for (size_t i = 0; i < text.length; i++) {
        /* Groups of three are counted from the end. */
        if (text.text[i] == ',' && i > 0 && (text.length - i) % 4 == 0)
            continue;
        if (!is_digit(text.text[i]) || __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.text[i] - '0'), &value))
            return false;
    }
    *ret = value;
    return text.length > 0;
}

static bool is_hexadecimal(struct span shown)
{
    if (shown.length < 3 || memcmp(shown.text, "0x", 2) != 0)
        return false;
    for (size_t i = 2; i < shown.length; i++)
        if (!is_hex(shown.text[i]))
            return false;
    return true;
}

/* "2.3 MiB", "4 KiB", "512 B" */
static bool is_size(struct span shown)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    struct span number = span_word(&shown), unit = span_trim(shown);
    size_t digits = 0;

    while (digits < number.length && (is_digit(number.text[digits]) || number.text[digits] == '.'))
        digits++;
    if (digits == 0 || digits != number.length)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (span_is(unit, units[i]))
            return true;
    return false;
}

struct error *number_form(struct span shown, uint64_t value, char out[NUMBER_FORM_MAX])
{
    struct span digits = shown;
    uint64_t before;
    int zeros = 0;

    if (shown.length > 0 && shown.text[0] == '-') {
        digits.text++;
        digits.length--;
    }
    if (is_hexadecimal(shown)) {
        if (shown.text[2] == '0' && shown.length <= 18)
            zeros = (int)shown.length - 2;
        snprintf(out, NUMBER_FORM_MAX, "0x%0*" PRIx64, zeros, value);
    } else if (is_size(shown)) {
        snprintf(out, NUMBER_FORM_MAX, "%s", text_size(value));
    } else if (number_with_commas(digits, &before)) {
        bool commas = memchr(digits.text, ',', digits.length);

        if (digits.length != shown.length)
            snprintf(out, NUMBER_FORM_MAX, "%" PRId64, (int64_t)value);
        else if (commas)
            snprintf(out, NUMBER_FORM_MAX, "%s", text_count(value));
        else
            snprintf(out, NUMBER_FORM_MAX, "%" PRIu64, value);
    } else if (span_is(shown, "?")) {
        snprintf(out, NUMBER_FORM_MAX, "0x%" PRIx64, value);
    } else {
        return error_new(ERROR_INPUT,
                         "`%.*s` is no number that a run could check: write 0x10, 16, 1,600, "
                         "16 KiB, or ? to have it filled in",
                         (int)shown.length, shown.text);
    }
    return NULL;
}
