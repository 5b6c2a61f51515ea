/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the copy for people, with a picture, and for programs. */
#include "moved.h"

#include <string.h>

#define PICTURE_COLUMNS 50

/* Which column of the picture shows an address. */
static unsigned int column_of(uint64_t address, uint64_t low, uint64_t high)
{
    return (unsigned int)((double)(address - low) / (double)(high - low) * PICTURE_COLUMNS);
}

/* Paints [start, end), at least one column of it. */
static void paint(char *line, uint64_t start, uint64_t end, uint64_t low, uint64_t high, char with)
{
    unsigned int from = column_of(start, low, high), to = column_of(end, low, high);

    if (to == from && to < PICTURE_COLUMNS)
        to++;
    for (unsigned int i = from; i < to && i < PICTURE_COLUMNS; i++)
        line[i] = with;
}

static void print_bar(const struct moved_view *view, const struct text *text, bool source)
{
    uint64_t start = source ? view->source : view->copy;
    uint64_t low = view->source < view->copy ? view->source : view->copy;
    uint64_t high = (view->source < view->copy ? view->copy : view->source) + view->size;
    char line[PICTURE_COLUMNS + 1];

    memset(line, ' ', PICTURE_COLUMNS);
    line[PICTURE_COLUMNS] = '\0';
    paint(line, start, start + view->size, low, high, source ? '#' : '=');
    if (source && view->overlap_start < view->overlap_end)
        paint(line, view->overlap_start, view->overlap_end, low, high, 'x');
    text_label(text, "");
    text_print(text, TEXT_PLAIN, "%-7s|%s| [%s, %s)\n", source ? "source" : "copy", line,
               text_hex(start), text_hex(start + view->size));
}

static void print_difference(const struct comparison *result, const struct moved_view *view,
                             const char *what, const struct text *text)
{
    if (!result->first.known)
        return;
    text_label(text, "");
    text_print(text, TEXT_BAD, "%s bytes differ from %s:\n", text_count(result->different), what);
    text_label(text, "");
    text_print(text, TEXT_BAD, "first at %s, must be 0x%02x, is 0x%02x\n",
               text_hex(view->copy + result->first.value), result->expected, result->found);
}

static uint64_t equal_bytes(const struct moved_view *view)
{
    return view->standing.compared - view->standing.different + view->overwritten.compared -
           view->overwritten.different - view->unproven;
}

void moved_text(const struct moved_view *view, const struct text *text)
{
    if (!view->present)
        return;
    text_label(text, "moved");
    text_print(text, moved_wrong(view) ? TEXT_BAD : TEXT_GOOD, "%s of %s bytes equal the source",
               text_count(equal_bytes(view)), text_count(view->size));
    if (view->changed)
        text_print(text, TEXT_PLAIN, ", %s of them changed since loading",
                   text_count(view->changed));
    fputc('\n', text->stream);
    print_bar(view, text, true);
    print_bar(view, text, false);
    if (view->overlap_start < view->overlap_end) {
        text_label(text, "");
        text_print(text, TEXT_PLAIN, "x: [%s, %s) %s of the source overwritten by the copy\n",
                   text_hex(view->overlap_start), text_hex(view->overlap_end),
                   text_size(view->overlap_end - view->overlap_start));
    }
    if (view->unproven) {
        text_label(text, "");
        text_print(text, TEXT_PLAIN, "%s overwritten bytes had been changed before: not compared\n",
                   text_count(view->unproven));
    }
    print_difference(&view->standing, view, "the source", text);
    print_difference(&view->overwritten, view, "the image file", text);
}

static struct maybe first_wrong(const struct moved_view *view)
{
    struct maybe a = view->standing.first, b = view->overwritten.first;

    if (a.known && (!b.known || a.value < b.value))
        return known(view->copy + a.value);
    if (b.known)
        return known(view->copy + b.value);
    return (struct maybe){0};
}

json_t *moved_json(const struct moved_view *view)
{
    json_t *overlap;

    if (!view->present)
        return json_null();
    if (view->overlap_start < view->overlap_end)
        overlap = json_pack("{s:o, s:o}", "start", json_hex(view->overlap_start), "end",
                            json_hex(view->overlap_end));
    else
        overlap = json_null();
    return json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "source", json_hex(view->source), "copy",
        json_hex(view->copy), "size", json_hex(view->size), "compared",
        (json_int_t)(view->standing.compared + view->overwritten.compared - view->unproven),
        "equal", (json_int_t)equal_bytes(view), "changed_before", (json_int_t)view->changed,
        "unproven", (json_int_t)view->unproven, "overlap", overlap, "first",
        json_maybe(first_wrong(view)));
}
