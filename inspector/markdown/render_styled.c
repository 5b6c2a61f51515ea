/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render_styled.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define REPLACEMENT "\xef\xbf\xbd"
#define TAB_STOPS   8

/* Widths of characters are the C library's, whatever locale the program runs in. */
static locale_t utf8_locale(void)
{
    static locale_t locale;

    if (!locale)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return locale ? locale : LC_GLOBAL_LOCALE;
}

/* The bytes of the character at the beginning of text, and its columns; -1: none to show. */
static size_t character(const char *text, size_t length, int *ret_columns)
{
    locale_t before = uselocale(utf8_locale());
    mbstate_t state = {0};
    wchar_t wide = 0;
    size_t taken = mbrtowc(&wide, text, length, &state);

    *ret_columns = -1;
    if (taken == 0 || taken > length)
        taken = 1;
    else
        *ret_columns = wcwidth(wide);
    uselocale(before);
    return taken;
}

static bool grow(struct styled *styled, size_t more)
{
    size_t room = styled->room ? styled->room : 256;

    while (room - styled->length < more)
        room *= 2;
    if (room == styled->room)
        return true;
    char *bytes = realloc(styled->bytes, room);
    if (bytes)
        styled->bytes = bytes;
    unsigned char *styles = bytes ? realloc(styled->styles, room) : NULL;
    if (styles)
        styled->styles = styles;
    styled->failed = styled->failed || !styles;
    if (styles)
        styled->room = room;
    return styles;
}

static void put(struct styled *styled, unsigned char style, const char *bytes, size_t length,
                size_t columns)
{
    if (!grow(styled, length))
        return;
    memcpy(styled->bytes + styled->length, bytes, length);
    memset(styled->styles + styled->length, style, length);
    styled->length += length;
    styled->column += columns;
}

static bool is_break(const struct styled *styled, size_t at)
{
    return styled->bytes[at] == ' ' && !(styled->styles[at] & STYLED_TOGETHER);
}

static void put_tab(struct styled *styled, unsigned char style)
{
    do {
        put(styled, style, " ", 1, 1);
    } while (styled->column % TAB_STOPS != 0);
}

void styled_add(struct styled *styled, enum text_style style, bool together, const char *bytes,
                size_t length)
{
    unsigned char mark = (unsigned char)(style | (together ? STYLED_TOGETHER : 0));
    int columns;

    for (size_t at = 0, taken; at < length; at += taken) {
        taken = character(bytes + at, length - at, &columns);
        if (bytes[at] == '\n') {
            put(styled, mark, "\n", 1, 0);
            styled->column = 0;
        } else if (bytes[at] == '\t' && together) {
            put_tab(styled, mark);
        } else if (bytes[at] == ' ' || bytes[at] == '\t') {
            if (together || !styled->length || !is_break(styled, styled->length - 1))
                put(styled, mark, " ", 1, 1);
        } else if (columns < 0) {
            put(styled, mark, REPLACEMENT, strlen(REPLACEMENT), 1);
        } else {
            put(styled, mark, bytes + at, taken, (size_t)columns);
        }
    }
}

void styled_clear(struct styled *styled)
{
    free(styled->bytes);
    free(styled->styles);
    *styled = (struct styled){0};
}

size_t styled_columns(const struct styled *styled, size_t from, size_t end)
{
    size_t sum = 0;
    int columns;

    while (from < end) {
        from += character(styled->bytes + from, end - from, &columns);
        sum += columns > 0 ? (size_t)columns : 0;
    }
    return sum;
}

bool styled_next_whole(const struct styled *styled, struct styled_line *line)
{
    if (line->next >= styled->length)
        return false;
    line->from = line->end = line->next;
    while (line->end < styled->length && styled->bytes[line->end] != '\n')
        line->end++;
    line->next = line->end + 1;
    return true;
}

/* Ends a line behind its last word: the blanks there are not shown. */
static void end_line(const struct styled *styled, size_t end, struct styled_line *line)
{
    line->next = end;
    while (line->next < styled->length && styled->bytes[line->next] == ' ')
        line->next++;
    while (end > line->from && styled->bytes[end - 1] == ' ')
        end--;
    line->end = end;
}

bool styled_next_line(const struct styled *styled, size_t columns, struct styled_line *line)
{
    size_t at = line->next, used = 0, broken = 0, parted = 0;
    int width;

    while (at < styled->length && is_break(styled, at))
        at++;
    if (at >= styled->length)
        return false;
    line->from = at;
    for (size_t taken; at < styled->length; at += taken) {
        taken = character(styled->bytes + at, styled->length - at, &width);
        if (styled->bytes[at] == '\n') {
            end_line(styled, at, line);
            line->next = at + 1;
            return true;
        }
        size_t wide = width > 0 ? (size_t)width : 0;
        if (used + wide > columns && at > line->from) {
            /* When the blank is what does not fit, all before it does. */
            bool blank = styled->bytes[at] == ' ', fits = is_break(styled, at);
            end_line(styled, fits ? at : broken ? broken : parted && !blank ? parted : at, line);
            return true;
        }
        if (is_break(styled, at))
            broken = at;
        else if (styled->bytes[at] == ' ')
            parted = at + 1;
        used += wide;
    }
    end_line(styled, at, line);
    return true;
}

size_t styled_width(const struct styled *styled)
{
    struct styled_line line = {0};
    size_t widest = 0;

    while (styled_next_whole(styled, &line)) {
        size_t width = styled_columns(styled, line.from, line.end);

        widest = width > widest ? width : widest;
    }
    return widest;
}

void styled_print(const struct styled *styled, size_t from, size_t end, const struct text *text)
{
    while (from < end) {
        enum text_style style = styled->styles[from] & ~STYLED_TOGETHER;
        size_t next = from;

        while (next < end && (styled->styles[next] & ~STYLED_TOGETHER) == (int)style)
            next++;
        text_print(text, style, "%.*s", (int)(next - from), styled->bytes + from);
        from = next;
    }
}
