/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "render_internal.h"

static void push(struct render *render, struct level level)
{
    if (render->depth == RENDER_DEPTH_MAX) {
        if (!render->err)
            render->err = error_new(ERROR_INPUT, "blocks are nested deeper than %d",
                                    RENDER_DEPTH_MAX);
        return;
    }
    render->levels[render->depth++] = level;
}

static void enter_list(struct render *render, MD_BLOCKTYPE type, const void *detail)
{
    const MD_BLOCK_UL_DETAIL *unordered = detail;
    const MD_BLOCK_OL_DETAIL *ordered = detail;
    struct level level = {.type = type};

    if (type == MD_BLOCK_UL) {
        level.tight = unordered->is_tight;
    } else {
        level.tight = ordered->is_tight;
        level.items = ordered->start;
    }
    if (render->depth > 0 && level.tight)
        render->blank = false;
    push(render, level);
}

static void enter_item(struct render *render)
{
    struct level *list = &render->levels[render->depth - 1];
    struct level item = {.type = MD_BLOCK_LI, .pending = true};
    bool first = !list->begun;

    if (!first && list->tight)
        render->blank = false;
    list->begun = true;
    if (list->type == MD_BLOCK_OL)
        snprintf(item.marker, sizeof(item.marker), "%u. ", list->items++);
    else
        snprintf(item.marker, sizeof(item.marker), "- ");
    push(render, item);
}

static void enter_table(struct render *render, const MD_BLOCK_TABLE_DETAIL *detail)
{
    if (detail->col_count > RENDER_CELLS_MAX)
        render->err = error_new(ERROR_INPUT, "a table has %u columns; %d can be shown",
                                detail->col_count, RENDER_CELLS_MAX);
    render->table.columns = detail->col_count;
    render->in_table = true;
}

static void enter_cell(struct render *render, MD_BLOCKTYPE type, const MD_BLOCK_TD_DETAIL *detail)
{
    size_t column = render->table.count % render->table.columns;

    render->cell_heading = type == MD_BLOCK_TH;
    render->table.align[column] = detail->align == MD_ALIGN_RIGHT    ? ALIGN_RIGHT
                                  : detail->align == MD_ALIGN_CENTER ? ALIGN_CENTRE
                                                                     : ALIGN_LEFT;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct render *render = context;

    if (!render->in_table)
        render_flush(render);
    switch (type) {
    case MD_BLOCK_QUOTE:
        /* The blank line before it is not the quote's. */
        if (render->blank)
            render_separate(render);
        render->blank = false;
        push(render, (struct level){.type = type, .marker = "| "});
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        enter_list(render, type, detail);
        break;
    case MD_BLOCK_LI:
        enter_item(render);
        break;
    case MD_BLOCK_H:
        render->heading = ((const MD_BLOCK_H_DETAIL *)detail)->level;
        break;
    case MD_BLOCK_CODE:
        render->in_code_block = true;
        break;
    case MD_BLOCK_HTML:
        render->in_html = true;
        break;
    case MD_BLOCK_TABLE:
        enter_table(render, detail);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        enter_cell(render, type, detail);
        break;
    default:
        break;
    }
    return render->err != NULL;
}

static void leave_level(struct render *render, MD_BLOCKTYPE type)
{
    render_flush(render);
    /* An item without a word still has its mark. */
    if (type == MD_BLOCK_LI && render->levels[render->depth - 1].pending) {
        render_separate(render);
        render_lead(render);
        text_print(render->text, TEXT_PLAIN, "\n");
    }
    render->depth--;
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL)
        render->blank = true;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct render *render = context;

    (void)detail;
    switch (type) {
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
    case MD_BLOCK_LI:
        leave_level(render, type);
        break;
    case MD_BLOCK_H:
        render_flush(render);
        render->heading = 0;
        break;
    case MD_BLOCK_P:
        render_flush(render);
        break;
    case MD_BLOCK_HR:
        render_separate(render);
        render_rule(render, '-', RENDER_COLUMNS_MIN);
        break;
    case MD_BLOCK_CODE:
        render_flush_code(render);
        render->in_code_block = false;
        break;
    case MD_BLOCK_HTML:
        render->in_html = false;
        break;
    case MD_BLOCK_TABLE:
        render->in_table = false;
        render_flush_table(render);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        render_table_add(&render->table, &render->words);
        break;
    default:
        break;
    }
    return render->err != NULL;
}

static struct winsize window_of(const struct text *text)
{
    struct winsize size = {0};

    if (ioctl(fileno(text->stream), TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    return size;
}

unsigned int render_columns(const struct text *text)
{
    unsigned int columns = window_of(text).ws_col;

    if (columns == 0 || columns > TEXT_COLUMNS)
        return TEXT_COLUMNS;
    return columns < RENDER_COLUMNS_MIN ? RENDER_COLUMNS_MIN : columns;
}

unsigned int render_rows(const struct text *text)
{
    return window_of(text).ws_row;
}

struct error *render_markdown(const char *markdown, size_t length, unsigned int columns,
                              const struct text *text)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = render_enter_span,
        .leave_span = render_leave_span,
        .text = render_text,
    };
    struct render *render = calloc(1, sizeof(*render));
    struct error *err;

    if (!render)
        return error_new(ERROR_SYSTEM, "no memory");
    render->text = text;
    render->columns = columns;
    int status = md_parse(markdown, (MD_SIZE)length, &parser, render);
    err = render->err;
    if (!err && status != 0)
        err = error_new(ERROR_SYSTEM, "no memory");
    styled_clear(&render->words);
    render_table_clear(&render->table);
    free(render);
    return err;
}
