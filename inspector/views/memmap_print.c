/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of memory as a picture. Regions have sizes from bytes to gigabytes, so the picture is
 * not to scale: each stretch between two ends of used regions has one column, whatever its length.
 * What shares a column shares addresses (where there are more stretches than columns, neighbours
 * share one, too). There is one picture for what lies below 1 MiB and
 * one for the rest.
 *
 *      RAM     |-----------|
 *      buffer  |   ####xxxx|
 *      copy    |       xxxx|    x: here two of them overlap
 */
#include "memmap.h"

#include <stdlib.h>
#include <string.h>

#define LOW_END     0x100000
#define COLUMNS_MAX 26
#define MARKS_MAX   (2 * MEMMAP_ROWS_MAX)
/* Columns of a line that picture and name share, an indent of 2 aside. */
#define FIXED_ROOM (TEXT_COLUMNS - 2 - 28 - 1 - 9 - 2 - 4 - 2)

/* Rows [from, to) of a view, and the ends of used regions among them, ascending. */
struct picture {
    const struct memmap_view *view;
    unsigned int from, to;
    unsigned int columns;
    unsigned int count;
    uint64_t marks[MARKS_MAX];
};

static int compare_marks(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static bool is_used(const struct memmap_row *row)
{
    return row->kind == MEMMAP_USED || row->kind == MEMMAP_PART;
}

static void find_marks(struct picture *picture)
{
    unsigned int unique = 0;

    picture->count = 0;
    for (unsigned int i = picture->from; i < picture->to; i++) {
        if (!is_used(&picture->view->rows[i]))
            continue;
        picture->marks[picture->count++] = picture->view->rows[i].start;
        picture->marks[picture->count++] = picture->view->rows[i].end;
    }
    qsort(picture->marks, picture->count, sizeof(picture->marks[0]), compare_marks);
    for (unsigned int i = 0; i < picture->count; i++)
        if (unique == 0 || picture->marks[unique - 1] != picture->marks[i])
            picture->marks[unique++] = picture->marks[i];
    picture->count = unique;
    /* One column for each stretch, and one on either side for memory without anything in it. */
    picture->columns = unique + 1 < COLUMNS_MAX ? unique + 1 : COLUMNS_MAX;
}

/* The column in which an address begins: 0 below all marks. */
static unsigned int column_of(const struct picture *picture, uint64_t address)
{
    unsigned int below = 0;

    while (below < picture->count && picture->marks[below] <= address)
        below++;
    return below * picture->columns / (picture->count + 1);
}

static void paint(const struct picture *picture, char *line, uint64_t start, uint64_t end,
                  char with)
{
    unsigned int from = column_of(picture, start), to = column_of(picture, end - 1);

    for (unsigned int i = from; i <= to && i < picture->columns; i++)
        line[i] = with;
}

/* The used region that a part belongs to, or the row itself. */
static unsigned int owner_of(const struct memmap_view *view, unsigned int index)
{
    const struct memmap_row *row = &view->rows[index];

    for (unsigned int i = index; row->kind == MEMMAP_PART && i-- > 0;)
        if (view->rows[i].kind == MEMMAP_USED && view->rows[i].end >= row->end)
            return i;
    return index;
}

static void paint_overlaps(const struct picture *picture, unsigned int index, char *line)
{
    const struct memmap_row *row = &picture->view->rows[index];
    unsigned int owner = owner_of(picture->view, index);

    for (unsigned int i = 0; i < picture->view->overlap_count; i++) {
        const struct memmap_overlap *overlap = &picture->view->overlaps[i];
        uint64_t start = overlap->start > row->start ? overlap->start : row->start;
        uint64_t end = overlap->end < row->end ? overlap->end : row->end;

        if ((overlap->a == owner || overlap->b == owner) && start < end)
            paint(picture, line, start, end, 'x');
    }
}

static void print_row(const struct picture *picture, unsigned int index, const struct text *text)
{
    static const char fills[] = {[MEMMAP_RAM] = '-',
                                 [MEMMAP_RESERVED] = 'r',
                                 [MEMMAP_HOLE] = ' ',
                                 [MEMMAP_USED] = '#',
                                 [MEMMAP_PART] = '+'};
    const struct memmap_row *row = &picture->view->rows[index];
    char line[COLUMNS_MAX + 1], where[48];

    memset(line, ' ', picture->columns);
    line[picture->columns] = '\0';
    paint(picture, line, row->start, row->end, fills[row->kind]);
    if (is_used(row))
        paint_overlaps(picture, index, line);
    snprintf(where, sizeof(where), "[%s, %s)", text_hex(row->start), text_hex(row->end));
    text_print(text, TEXT_PLAIN, "  %-28s %9s  |%s|  ", where, text_size(row->end - row->start),
               line);
    text_print(text, is_used(row) ? TEXT_PLAIN : TEXT_DIM, "%s%.*s\n",
               row->kind == MEMMAP_PART ? "  " : "", (int)(FIXED_ROOM - picture->columns),
               row->what);
}

static void print_picture(struct picture *picture, const char *name, const struct text *text)
{
    if (picture->from == picture->to)
        return;
    find_marks(picture);
    text_print(text, TEXT_HEADING, "%s\n", name);
    for (unsigned int i = picture->from; i < picture->to; i++)
        print_row(picture, i, text);
}

static void print_overlaps(const struct memmap_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->overlap_count; i++) {
        const struct memmap_overlap *overlap = &view->overlaps[i];
        char where[48];

        snprintf(where, sizeof(where), "[%s, %s)", text_hex(overlap->start),
                 text_hex(overlap->end));
        text_print(text, TEXT_CHANGED, "  %-28s %9s  x  ", where,
                   text_size(overlap->end - overlap->start));
        text_print(text, TEXT_PLAIN, "%.26s / %.26s\n", view->rows[overlap->a].what,
                   view->rows[overlap->b].what);
    }
}

void memmap_text(const struct memmap_view *view, const struct text *text)
{
    struct picture *picture = malloc(sizeof(*picture));
    unsigned int low = 0;

    if (!picture)
        return;
    while (low < view->count && view->rows[low].start < LOW_END)
        low++;
    picture->view = view;
    picture->from = 0;
    picture->to = low;
    print_picture(picture, "below 1 MiB", text);
    picture->from = low;
    picture->to = view->count;
    print_picture(picture, "from 1 MiB on", text);
    free(picture);
    text_print(text, TEXT_DIM,
               "- RAM  r reserved  # in use  + a part  x two at the same addresses; "
               "not to scale\n");
    print_overlaps(view, text);
    if (!view->firmware_known)
        text_print(text, TEXT_DIM,
                   "no memory map yet: setup asks the firmware for it before "
                   "memory-detected\n");
    if (view->cut)
        text_print(text, TEXT_BAD, "cut: there is more than is shown\n");
}

static const char *kind_name(enum memmap_kind kind)
{
    static const char *const names[] = {[MEMMAP_RAM] = "ram",
                                        [MEMMAP_RESERVED] = "reserved",
                                        [MEMMAP_HOLE] = "hole",
                                        [MEMMAP_USED] = "used",
                                        [MEMMAP_PART] = "part"};

    return names[kind];
}

json_t *memmap_json(const struct memmap_view *view)
{
    json_t *rows = json_array(), *overlaps = json_array();

    for (unsigned int i = 0; i < view->count; i++) {
        const struct memmap_row *row = &view->rows[i];

        json_array_append_new(rows, json_pack("{s:o, s:o, s:o, s:s, s:s}", "start",
                                              json_hex(row->start), "end", json_hex(row->end),
                                              "size", json_hex(row->end - row->start), "kind",
                                              kind_name(row->kind), "what", row->what));
    }
    for (unsigned int i = 0; i < view->overlap_count; i++) {
        const struct memmap_overlap *overlap = &view->overlaps[i];

        json_array_append_new(
            overlaps,
            json_pack("{s:o, s:o, s:o, s:s, s:s}", "start", json_hex(overlap->start), "end",
                      json_hex(overlap->end), "size", json_hex(overlap->end - overlap->start), "a",
                      view->rows[overlap->a].what, "b", view->rows[overlap->b].what));
    }
    return json_pack("{s:b, s:o, s:o, s:b}", "firmware_known", view->firmware_known, "rows", rows,
                     "overlaps", overlaps, "cut", view->cut);
}
