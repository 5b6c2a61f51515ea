/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "masks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "number_form.h"

#define DIFFERENCE_LINES 12
#define NUMBER_MAX       32

static bool is_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == ',';
}

/* The next piece: a word, blanks, or one other character. A comma at a word's end is no part of it. */
static struct span next_token(struct span *rest)
{
    struct span token = {rest->text, rest->length ? 1 : 0};

    if (rest->length && rest->text[0] == ' ') {
        while (token.length < rest->length && rest->text[token.length] == ' ')
            token.length++;
    } else if (rest->length && is_word(rest->text[0])) {
        while (token.length < rest->length && is_word(rest->text[token.length]))
            token.length++;
        while (token.length > 1 && token.text[token.length - 1] == ',')
            token.length--;
    }
    rest->text += token.length;
    rest->length -= token.length;
    return token;
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool reads_in(const char *digits, int base, uint64_t value)
{
    unsigned long long read;
    char *end;

    errno = 0;
    read = strtoull(digits, &end, base);
    return !errno && end != digits && *end == '\0' && read == value;
}

/* 0x10, 16, 1,600, and 0000000000000010 as columns have it. */
static bool is_value(struct span token, uint64_t value)
{
    char text[NUMBER_MAX];
    uint64_t read;

    if (token.length == 0 || token.length >= NUMBER_MAX)
        return false;
    if (number_with_commas(token, &read) && read == value)
        return true;
    snprintf(text, sizeof(text), "%.*s", (int)token.length, token.text);
    return strspn(text, "-+ ") == 0 && reads_in(text, 16, value);
}

/* One of several, each as written behind output. */
static bool is_one_of(struct span token, const char *values)
{
    while (values && *values) {
        size_t length = strcspn(values, ";");
        struct span one = {values, length};
        uint64_t value;

        if (same(token, one))
            return true;
        if ((number_with_commas(one, &value) ||
             sscanf(values, "0x%16lx", (unsigned long *)&value) == 1) &&
            is_value(token, value))
            return true;
        values += length + (values[length] == ';');
    }
    return false;
}

static bool is_masked(struct span then, struct span now, const struct mask_pair *masks,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_one_of(then, masks[i].then) && is_one_of(now, masks[i].now))
            return true;
    return false;
}

static bool is_blank(struct span token)
{
    return token.length > 0 && token.text[0] == ' ';
}

bool masked_line_equal(struct span then, struct span now, const struct mask_pair *masks,
                       size_t count)
{
    bool blanks_equal = true, masked = false;

    while (then.length || now.length) {
        struct span a = next_token(&then), b = next_token(&now);

        /* Columns move with the width of a value: blanks may then be more or fewer, or none. */
        if (is_blank(a) != is_blank(b)) {
            blanks_equal = false;
            if (is_blank(a))
                a = next_token(&then);
            else
                b = next_token(&now);
        }
        if (is_blank(a) && is_blank(b))
            blanks_equal = blanks_equal && same(a, b);
        else if (!same(a, b) && !is_masked(a, b, masks, count))
            return false;
        else
            masked = masked || !same(a, b);
    }
    return blanks_equal || masked;
}

static struct span next_line(struct span *rest)
{
    const char *newline = rest->length ? memchr(rest->text, '\n', rest->length) : NULL;
    struct span line = {rest->text, newline ? (size_t)(newline - rest->text) : rest->length};
    size_t taken = line.length + (newline != NULL);

    rest->text += taken;
    rest->length -= taken;
    return line;
}

bool masked_equal(struct span then, struct span now, const struct mask_pair *masks, size_t count)
{
    while (then.length && now.length) {
        struct span a = next_line(&then), b = next_line(&now);

        if (!masked_line_equal(a, b, masks, count))
            return false;
    }
    return then.length == 0 && now.length == 0;
}

static struct span *split(struct span text, size_t *ret_count)
{
    struct span *lines = calloc(text.length + 1, sizeof(*lines));

    if (!lines)
        abort();
    for (*ret_count = 0; text.length; (*ret_count)++)
        lines[*ret_count] = next_line(&text);
    return lines;
}

static void print_lines(FILE *out, char mark, const struct span *lines, size_t count)
{
    for (size_t i = 0; i < count && i < DIFFERENCE_LINES; i++)
        fprintf(out, "%c %.*s\n", mark, (int)lines[i].length, lines[i].text);
    if (count > DIFFERENCE_LINES)
        fprintf(out, "%c ... and %zu more lines\n", mark, count - DIFFERENCE_LINES);
}

char *masked_difference(struct span then, struct span now, const struct mask_pair *masks,
                        size_t count)
{
    size_t a_count, b_count, first = 0, size;
    struct span *a = split(then, &a_count), *b = split(now, &b_count);
    char *difference;
    FILE *out = open_memstream(&difference, &size);

    if (!out)
        abort();
    while (first < a_count && first < b_count &&
           masked_line_equal(a[first], b[first], masks, count))
        first++;
    while (a_count > first && b_count > first &&
           masked_line_equal(a[a_count - 1], b[b_count - 1], masks, count)) {
        a_count--;
        b_count--;
    }
    print_lines(out, '-', a + first, a_count - first);
    print_lines(out, '+', b + first, b_count - first);
    fclose(out);
    free(a);
    free(b);
    return difference;
}
