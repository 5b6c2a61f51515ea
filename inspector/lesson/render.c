/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <md4c.h>

#include "render_entity.h"
#include "render_styled.h"
#include "render_table.h"

#define CODE_INDENT 4

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

static size_t lead_columns(const struct render *render)
{
    size_t sum = 0;

    for (size_t i = 0; i < render->depth; i++)
        sum += strlen(render->levels[i].marker);
    return sum;
}

/* What begins a line: the marks of quotes, and of an item its marker, once. */
static void make_lead(struct render *render, bool blank_line, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < render->depth; i++) {
        struct level *level = &render->levels[i];
        bool shown = level->type == MD_BLOCK_QUOTE || (level->pending && !blank_line);

        used += (size_t)snprintf(out + used, size - used, "%*s", (int)strlen(level->marker),
                                 shown ? level->marker : "");
        if (!blank_line)
            level->pending = false;
    }
    while (blank_line && used > 0 && out[used - 1] == ' ')
        out[--used] = '\0';
}

#define LEAD_SIZE (RENDER_DEPTH_MAX * RENDER_MARKER_MAX)

static void print_lead(struct render *render)
{
    char lead[LEAD_SIZE];

    make_lead(render, false, lead, sizeof(lead));
    text_print(render->text, TEXT_PLAIN, "%s", lead);
}

/* Before a leaf is printed. */
static void separate(struct render *render)
{
    char lead[LEAD_SIZE];

    if (render->blank) {
        make_lead(render, true, lead, sizeof(lead));
        text_print(render->text, TEXT_PLAIN, "%s\n", lead);
    }
    render->blank = true;
}

static size_t room(const struct render *render)
{
    size_t lead = lead_columns(render), least = RENDER_COLUMNS_MIN / 2;

    return render->columns > lead + least ? render->columns - lead : least;
}

static void print_rule(struct render *render, char mark, size_t columns)
{
    print_lead(render);
    for (size_t i = 0; i < columns; i++)
        text_print(render->text, TEXT_PLAIN, "%c", mark);
    text_print(render->text, TEXT_PLAIN, "\n");
}

/* Prints the words of a paragraph, a heading or an item, if there are any. */
static void flush(struct render *render)
{
    struct styled_line line = {0};
    size_t columns = room(render), widest = 0;
    bool printed = false;

    while (styled_next_line(&render->words, columns, &line)) {
        if (!printed)
            separate(render);
        printed = true;
        print_lead(render);
        styled_print(&render->words, line.from, line.end, render->text);
        text_print(render->text, TEXT_PLAIN, "\n");
        size_t width = styled_columns(&render->words, line.from, line.end);
        widest = width > widest ? width : widest;
    }
    if (printed && (render->heading == 1 || render->heading == 2))
        print_rule(render, render->heading == 1 ? '=' : '-', widest);
    if (render->words.failed)
        render->err = error_new(ERROR_SYSTEM, "no memory");
    styled_clear(&render->words);
}

static void flush_code(struct render *render)
{
    struct styled_line line = {0};

    separate(render);
    while (styled_next_whole(&render->words, &line)) {
        print_lead(render);
        text_print(render->text, TEXT_PLAIN, "%*s", line.end > line.from ? CODE_INDENT : 0, "");
        styled_print(&render->words, line.from, line.end, render->text);
        text_print(render->text, TEXT_PLAIN, "\n");
    }
    styled_clear(&render->words);
}

static void flush_table(struct render *render)
{
    char first[LEAD_SIZE], others[LEAD_SIZE];

    separate(render);
    make_lead(render, false, first, sizeof(first));
    make_lead(render, false, others, sizeof(others));
    render_table_print(&render->table, room(render), first, others, render->text);
    if (render->table.failed && !render->err)
        render->err = error_new(ERROR_SYSTEM, "no memory");
    render_table_clear(&render->table);
}

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
        flush(render);
    switch (type) {
    case MD_BLOCK_QUOTE:
        /* The blank line before it is not the quote's. */
        if (render->blank)
            separate(render);
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
    flush(render);
    /* An item without a word still has its mark. */
    if (type == MD_BLOCK_LI && render->levels[render->depth - 1].pending) {
        separate(render);
        print_lead(render);
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
        flush(render);
        render->heading = 0;
        break;
    case MD_BLOCK_P:
        flush(render);
        break;
    case MD_BLOCK_HR:
        separate(render);
        print_rule(render, '-', RENDER_COLUMNS_MIN);
        break;
    case MD_BLOCK_CODE:
        flush_code(render);
        render->in_code_block = false;
        break;
    case MD_BLOCK_HTML:
        render->in_html = false;
        break;
    case MD_BLOCK_TABLE:
        render->in_table = false;
        flush_table(render);
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

static enum text_style style_now(const struct render *render)
{
    if (render->code)
        return TEXT_LABEL;
    if (render->strong || render->heading || render->cell_heading)
        return TEXT_HEADING;
    return render->emphasis ? TEXT_EMPHASIS : TEXT_PLAIN;
}

static void add(struct render *render, const char *bytes, size_t length)
{
    bool together = render->code || render->in_code_block;

    styled_add(&render->words, render->in_code_block ? TEXT_PLAIN : style_now(render), together,
               bytes, length);
}

/* Where a link leads is worth saying when it is no file beside the text. */
static void add_address(struct render *render, const MD_ATTRIBUTE *href)
{
    size_t shown = render->words.length - render->link_start;
    const char *text = render->words.bytes + render->link_start;
    bool elsewhere = memmem(href->text, href->size, ":", 1);

    if (!elsewhere || (shown == href->size && memcmp(text, href->text, shown) == 0))
        return;
    add(render, " (", 2);
    add(render, href->text, href->size);
    add(render, ")", 1);
}

/* Without colour, backquotes say what is code. */
static void quote_code(struct render *render)
{
    if (!render->text->colour)
        styled_add(&render->words, TEXT_LABEL, true, "`", 1);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;

    (void)detail;
    if (type == MD_SPAN_CODE) {
        quote_code(render);
        render->code++;
    }
    render->strong += type == MD_SPAN_STRONG;
    render->emphasis += type == MD_SPAN_EM;
    if (type == MD_SPAN_A)
        render->link_start = render->words.length;
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;

    if (type == MD_SPAN_CODE) {
        render->code--;
        quote_code(render);
    }
    render->strong -= type == MD_SPAN_STRONG;
    render->emphasis -= type == MD_SPAN_EM;
    if (type == MD_SPAN_A)
        add_address(render, &((const MD_SPAN_A_DETAIL *)detail)->href);
    return 0;
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE length, void *context)
{
    struct render *render = context;
    char decoded[RENDER_ENTITY_MAX];

    switch (type) {
    case MD_TEXT_HTML:
        break;
    case MD_TEXT_BR:
        add(render, "\n", 1);
        break;
    case MD_TEXT_SOFTBR:
        add(render, " ", 1);
        break;
    case MD_TEXT_NULLCHAR:
        add(render, "\xef\xbf\xbd", 3);
        break;
    case MD_TEXT_ENTITY:
        if (render_entity(bytes, length, decoded))
            add(render, decoded, strlen(decoded));
        else
            add(render, bytes, length);
        break;
    default:
        if (!render->in_html)
            add(render, bytes, length);
        break;
    }
    return 0;
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
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
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
