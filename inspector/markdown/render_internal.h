/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the renderer; render.h is what others use. */
#ifndef BOOTSCOPE_MARKDOWN_RENDER_INTERNAL_H
#define BOOTSCOPE_MARKDOWN_RENDER_INTERNAL_H

#include <stdbool.h>
#include <md4c.h>

#include "render.h"
#include "render_styled.h"
#include "render_table.h"

/* A block that others stand in: what begins their lines. */
struct level {
    MD_BLOCKTYPE type; /* MD_BLOCK_QUOTE, MD_BLOCK_UL, MD_BLOCK_OL or MD_BLOCK_LI */
    bool tight;        /* of a list: no blank lines between its items */
    unsigned int items;
    char marker[RENDER_MARKER_MAX];
    bool pending; /* of an item: the marker was not printed yet */
    bool begun;   /* of a list: it has had an item */
};

struct render {
    const struct text *text;
    unsigned int columns;
    size_t depth;
    struct level levels[RENDER_DEPTH_MAX];
    struct styled words; /* of the present leaf */
    struct render_table table;
    unsigned int heading; /* its level; 0 outside */
    unsigned int strong, emphasis, code, cell_heading;
    bool in_code_block, in_table, in_html;
    size_t link_start;
    bool blank; /* a blank line is due before what comes */
    struct error *err;
};

/* render_leaf.c */

/* What begins a line, an item's marker once. */
void render_lead(struct render *render);
/* Before a leaf is printed: the blank line that is due. */
void render_separate(struct render *render);
void render_rule(struct render *render, char mark, size_t columns);
/* Prints the words of a paragraph, a heading or an item, if there are any; a code block; a table. */
void render_flush(struct render *render);
void render_flush_code(struct render *render);
void render_flush_table(struct render *render);

/* render_spans.c: for md4c */

int render_enter_span(MD_SPANTYPE type, void *detail, void *context);
int render_leave_span(MD_SPANTYPE type, void *detail, void *context);
int render_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE length, void *context);

#endif
