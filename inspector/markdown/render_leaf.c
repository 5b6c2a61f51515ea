/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks that hold words: a paragraph, a heading, code, a table. */
#include <stdlib.h>
#include <string.h>

#include "render_internal.h"

#define CODE_INDENT 4

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

void render_lead(struct render *render)
{
    char lead[LEAD_SIZE];

    make_lead(render, false, lead, sizeof(lead));
    text_print(render->text, TEXT_PLAIN, "%s", lead);
}

/* Before a leaf is printed. */
void render_separate(struct render *render)
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

void render_rule(struct render *render, char mark, size_t columns)
{
    render_lead(render);
    for (size_t i = 0; i < columns; i++)
        text_print(render->text, TEXT_PLAIN, "%c", mark);
    text_print(render->text, TEXT_PLAIN, "\n");
}

/* Prints the words of a paragraph, a heading or an item, if there are any. */
void render_flush(struct render *render)
{
    struct styled_line line = {0};
    size_t columns = room(render), widest = 0;
    bool printed = false;

    while (styled_next_line(&render->words, columns, &line)) {
        if (!printed)
            render_separate(render);
        printed = true;
        render_lead(render);
        styled_print(&render->words, line.from, line.end, render->text);
        text_print(render->text, TEXT_PLAIN, "\n");
        size_t width = styled_columns(&render->words, line.from, line.end);
        widest = width > widest ? width : widest;
    }
    if (printed && (render->heading == 1 || render->heading == 2))
        render_rule(render, render->heading == 1 ? '=' : '-', widest);
    if (render->words.failed)
        render->err = error_new(ERROR_SYSTEM, "no memory");
    styled_clear(&render->words);
}

void render_flush_code(struct render *render)
{
    struct styled_line line = {0};

    render_separate(render);
    while (styled_next_whole(&render->words, &line)) {
        render_lead(render);
        text_print(render->text, TEXT_PLAIN, "%*s", line.end > line.from ? CODE_INDENT : 0, "");
        styled_print(&render->words, line.from, line.end, render->text);
        text_print(render->text, TEXT_PLAIN, "\n");
    }
    styled_clear(&render->words);
}

void render_flush_table(struct render *render)
{
    char first[LEAD_SIZE], others[LEAD_SIZE];

    render_separate(render);
    make_lead(render, false, first, sizeof(first));
    make_lead(render, false, others, sizeof(others));
    render_table_print(&render->table, room(render), first, others, render->text);
    if (render->table.failed && !render->err)
        render->err = error_new(ERROR_SYSTEM, "no memory");
    render_table_clear(&render->table);
}
