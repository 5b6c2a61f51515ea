/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table: collected cell by cell, then printed as wide as its words are, or as the terminal lets it. */
#ifndef BOOTSCOPE_MARKDOWN_RENDER_TABLE_H
#define BOOTSCOPE_MARKDOWN_RENDER_TABLE_H

#include "render.h"
#include "render_styled.h"

enum render_align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTRE };

struct render_table {
    size_t columns; /* at most RENDER_CELLS_MAX */
    enum render_align align[RENDER_CELLS_MAX];
    struct styled *cells; /* row by row, each of so many columns; the first row is the heading */
    size_t count, room;
    bool failed; /* there was no memory */
};

/* The next cell, which takes over text and makes it empty. */
void render_table_add(struct render_table *table, struct styled *text);
void render_table_clear(struct render_table *table);

/* Prints within so many columns, as long as that leaves each column some. first begins the first line, others the
 * rest. */
void render_table_print(const struct render_table *table, size_t columns, const char *first,
                        const char *others, const struct text *text);

#endif
