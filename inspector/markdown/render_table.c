/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render_table.h"

#include <stdlib.h>

#define GAP        2 /* blanks between two columns */
#define NARROW_MIN 8 /* no column is made narrower than that */

void render_table_add(struct render_table *table, struct styled *text)
{
    if (table->count == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        struct styled *cells = reallocarray(table->cells, room, sizeof(*cells));

        table->failed = table->failed || !cells;
        if (!cells) {
            styled_clear(text);
            return;
        }
        table->cells = cells;
        table->room = room;
    }
    table->failed = table->failed || text->failed;
    table->cells[table->count++] = *text;
    *text = (struct styled){0};
}

void render_table_clear(struct render_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        styled_clear(&table->cells[i]);
    free(table->cells);
    *table = (struct render_table){0};
}

static size_t widest(const size_t *widths, size_t count)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (widths[i] > widths[best])
            best = i;
    return best;
}

/* As wide as the words are; while that is too much, the widest column gives. */
static void measure(const struct render_table *table, size_t columns, size_t *widths)
{
    size_t sum = GAP * (table->columns - 1);

    for (size_t i = 0; i < table->columns; i++)
        widths[i] = 0;
    for (size_t i = 0; i < table->count; i++) {
        size_t width = styled_width(&table->cells[i]), *column = &widths[i % table->columns];

        *column = width > *column ? width : *column;
    }
    for (size_t i = 0; i < table->columns; i++)
        sum += widths[i];
    for (; sum > columns; sum--) {
        size_t i = widest(widths, table->columns);

        if (widths[i] <= NARROW_MIN)
            return;
        widths[i]--;
    }
}

static void print_blanks(size_t count, const struct text *text)
{
    text_print(text, TEXT_PLAIN, "%*s", (int)count, "");
}

/* One line of one cell; nothing behind the last column. */
static void print_cell(const struct styled *cell, const struct styled_line *line, size_t width,
                       enum render_align align, bool last, const struct text *text)
{
    size_t used = styled_columns(cell, line->from, line->end);
    size_t blanks = width > used ? width - used : 0;
    size_t before = align == ALIGN_RIGHT ? blanks : align == ALIGN_CENTRE ? blanks / 2 : 0;

    print_blanks(before, text);
    styled_print(cell, line->from, line->end, text);
    if (!last)
        print_blanks(blanks - before + GAP, text);
}

/* Up to which column the present line of a row has anything; 0: the row is done. */
static size_t advance(const struct styled *cells, size_t count, const size_t *widths,
                      struct styled_line *lines)
{
    size_t behind = 0;

    for (size_t i = 0; i < count; i++) {
        if (styled_next_line(&cells[i], widths[i] ? widths[i] : 1, &lines[i]))
            behind = i + 1;
        else
            lines[i].from = lines[i].end = lines[i].next;
    }
    return behind;
}

static void print_row(const struct render_table *table, const struct styled *cells,
                      const size_t *widths, const char *lead, const char *others,
                      const struct text *text)
{
    struct styled_line lines[RENDER_CELLS_MAX] = {0};
    size_t behind;

    while ((behind = advance(cells, table->columns, widths, lines)) > 0) {
        text_print(text, TEXT_PLAIN, "%s", lead);
        for (size_t i = 0; i < behind; i++)
            print_cell(&cells[i], &lines[i], widths[i], table->align[i], i + 1 == behind, text);
        text_print(text, TEXT_PLAIN, "\n");
        lead = others;
    }
}

static void print_rule(const struct render_table *table, const size_t *widths, const char *lead,
                       const struct text *text)
{
    text_print(text, TEXT_PLAIN, "%s", lead);
    for (size_t i = 0; i < table->columns; i++) {
        for (size_t k = 0; k < widths[i]; k++)
            text_print(text, TEXT_PLAIN, "-");
        if (i + 1 < table->columns)
            print_blanks(GAP, text);
    }
    text_print(text, TEXT_PLAIN, "\n");
}

void render_table_print(const struct render_table *table, size_t columns, const char *first,
                        const char *others, const struct text *text)
{
    size_t widths[RENDER_CELLS_MAX];

    if (table->columns == 0)
        return;
    measure(table, columns, widths);
    for (size_t i = 0; i + table->columns <= table->count; i += table->columns) {
        print_row(table, &table->cells[i], widths, i == 0 ? first : others, others, text);
        if (i == 0)
            print_rule(table, widths, others, text);
    }
}
