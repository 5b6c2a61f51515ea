/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a line (source.h). */
#include <string.h>

#include "source.h"

static bool blank(char character)
{
    return character == ' ' || character == '\t';
}

struct cursor cursor_new(const struct source *source, unsigned int line)
{
    const char *start = source->lines[line - 1];

    return (struct cursor){{source, line, 1}, start, start};
}

struct place cursor_place(const struct cursor *cursor)
{
    struct place place = cursor->place;

    place.column = (unsigned int)(cursor->at - cursor->start) + 1;
    return place;
}

void cursor_skip_blanks(struct cursor *cursor)
{
    while (blank(*cursor->at))
        cursor->at++;
}

bool cursor_at_end(const struct cursor *cursor)
{
    return *cursor->at == '\0';
}

bool cursor_take(struct cursor *cursor, const char *words)
{
    struct cursor ahead = *cursor;

    while (*words) {
        size_t length = strcspn(words, " ");

        if (strncmp(ahead.at, words, length) != 0)
            return false;
        ahead.at += length;
        /* "bss" is no word of "bssx". */
        if (*ahead.at && !blank(*ahead.at))
            return false;
        cursor_skip_blanks(&ahead);
        words += length + (words[length] == ' ');
    }
    *cursor = ahead;
    return true;
}

bool cursor_take_character(struct cursor *cursor, char character)
{
    if (*cursor->at != character)
        return false;
    cursor->at++;
    cursor_skip_blanks(cursor);
    return true;
}

static struct error *too_long(const struct place *place, const char *what, size_t size)
{
    return place_error(place, ERROR_INPUT, "%s: longer than %zu bytes", what, size - 1);
}

static struct error *quoted(struct cursor *cursor, const char *what, char *out, size_t size)
{
    struct place place = cursor_place(cursor);
    size_t length = 0;

    cursor->at++;
    while (*cursor->at != '"') {
        if (*cursor->at == '\\' && (cursor->at[1] == '"' || cursor->at[1] == '\\'))
            cursor->at++;
        if (!*cursor->at)
            return place_error(&place, ERROR_INPUT, "this quote is not closed");
        if (length + 1 == size)
            return too_long(&place, what, size);
        out[length++] = *cursor->at++;
    }
    out[length] = '\0';
    cursor->at++;
    if (*cursor->at && !blank(*cursor->at)) {
        place = cursor_place(cursor);
        return place_error(&place, ERROR_INPUT, "a blank belongs behind the closing quote");
    }
    return NULL;
}

static struct error *bare(struct cursor *cursor, const char *what, char *out, size_t size)
{
    struct place place = cursor_place(cursor);
    size_t length = strcspn(cursor->at, " \t");

    if (length >= size)
        return too_long(&place, what, size);
    memcpy(out, cursor->at, length);
    out[length] = '\0';
    cursor->at += length;
    return NULL;
}

struct error *cursor_word(struct cursor *cursor, const char *what, char *out, size_t size)
{
    struct place place = cursor_place(cursor);
    struct error *err;

    if (cursor_at_end(cursor))
        return place_error(&place, ERROR_INPUT, "%s is missing here", what);
    err = *cursor->at == '"' ? quoted(cursor, what, out, size) : bare(cursor, what, out, size);
    if (!err)
        cursor_skip_blanks(cursor);
    return err;
}

struct error *cursor_expect_end(const struct cursor *cursor)
{
    struct place place = cursor_place(cursor);

    if (cursor_at_end(cursor))
        return NULL;
    return place_error(&place, ERROR_INPUT, "the line should end here");
}
