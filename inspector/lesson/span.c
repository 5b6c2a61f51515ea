/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "blocks.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

struct span span_trim(struct span span)
{
    while (span.length > 0 && is_blank(span.text[0])) {
        span.text++;
        span.length--;
    }
    while (span.length > 0 && is_blank(span.text[span.length - 1]))
        span.length--;
    return span;
}

bool span_is(struct span span, const char *word)
{
    return strlen(word) == span.length && memcmp(word, span.text, span.length) == 0;
}

bool span_is_blank(struct span span)
{
    return span_trim(span).length == 0;
}

struct span span_word(struct span *rest)
{
    struct span word = span_trim(*rest);
    size_t length = 0;

    while (length < word.length && !is_blank(word.text[length]))
        length++;
    *rest = (struct span){word.text + length, word.length - length};
    word.length = length;
    return word;
}

char *span_copy(struct span span)
{
    char *copy = malloc(span.length + 1);

    if (!copy)
        abort();
    if (span.length)
        memcpy(copy, span.text, span.length);
    copy[span.length] = '\0';
    return copy;
}

unsigned int line_at(const char *text, const char *place)
{
    unsigned int line = 1;

    for (; text < place; text++)
        line += *text == '\n';
    return line;
}
