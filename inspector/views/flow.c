/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <stdarg.h>
#include <string.h>

#include "views.h"

#define ITEM_MAX 128
#define GAP      2

struct flow flow_start(const struct text *text, const char *label)
{
    return (struct flow){.text = text, .label = label};
}

void flow_room(struct flow *flow, size_t gap, size_t width)
{
    bool first = flow->column == 0;

    if (!first && flow->column + gap + width <= TEXT_COLUMNS) {
        text_print(flow->text, TEXT_PLAIN, "%*s", (int)gap, "");
        flow->column += gap + width;
        return;
    }
    if (!first)
        text_print(flow->text, TEXT_PLAIN, "\n");
    text_label(flow->text, first ? flow->label : "");
    flow->column = TEXT_LABEL_COLUMNS + width;
}

void flow_print(struct flow *flow, enum text_style style, const char *format, ...)
{
    char item[ITEM_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(item, sizeof(item), format, args);
    va_end(args);
    flow_room(flow, GAP, strlen(item));
    text_print(flow->text, style, "%s", item);
}

void flow_words(struct flow *flow, enum text_style style, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, " ");

        /* A word that is longer than a line is broken where the line ends. */
        if (length > TEXT_COLUMNS - TEXT_LABEL_COLUMNS)
            length = TEXT_COLUMNS - TEXT_LABEL_COLUMNS;
        flow_room(flow, 1, length);
        text_print(flow->text, style, "%.*s", (int)length, words);
        words += length;
        words += strspn(words, " ");
    }
}

void flow_end(struct flow *flow)
{
    if (flow->column)
        text_print(flow->text, TEXT_PLAIN, "\n");
    flow->column = 0;
}
