/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "marker_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEYS_COLUMN 35

/* The head of the line; returns its width. */
static size_t print_head(const struct marker *marker, const struct stage *stage,
                         int64_t milliseconds, const struct text *text)
{
    char index[16] = "-", time[32];

    if (stage)
        snprintf(index, sizeof(index), "%u", stage->index);
    int width = snprintf(time, sizeof(time), "%6" PRId64 " ms", milliseconds);
    text_print(text, TEXT_DIM, "%3s ", index);
    text_print(text, TEXT_HEADING, "%-20s", marker->name);
    text_print(text, TEXT_DIM, "%s", time);
    size_t name = strlen(marker->name);
    return (strlen(index) > 3 ? strlen(index) : 3) + 1 + (name > 20 ? name : 20) + (size_t)width;
}

void marker_line_text(const struct marker *marker, const struct stage *stage, int64_t milliseconds,
                      const struct text *text)
{
    size_t column = print_head(marker, stage, milliseconds, text);
    size_t blanks = 2;

    for (unsigned int i = 0; i < marker->count; i++) {
        const char *value = text_hex(marker->keys[i].value);
        size_t width = strlen(marker->keys[i].key) + 1 + strlen(value);

        if (column + blanks + width > TEXT_COLUMNS) {
            text_print(text, TEXT_PLAIN, "\n");
            column = 0;
            blanks = KEYS_COLUMN;
        }
        text_print(text, TEXT_PLAIN, "%*s%s=%s", (int)blanks, "", marker->keys[i].key, value);
        column += blanks + width;
        blanks = 1;
    }
    text_print(text, TEXT_PLAIN, "\n");
}

json_t *marker_line_json(const struct marker *marker, const struct stage *stage,
                         int64_t milliseconds)
{
    return json_pack("{s:s,s:o,s:I,s:o}", "checkpoint", marker->name, "index",
                     stage ? json_integer(stage->index) : json_null(), "milliseconds",
                     (json_int_t)milliseconds, "marker", marker_json(marker));
}
