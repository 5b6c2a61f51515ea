/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "question_text.h"

#include <stdio.h>
#include <stdlib.h>

char *question_choices(const struct question *question)
{
    char *out = NULL;
    size_t size;
    FILE *stream = question->choice_count > 0 ? open_memstream(&out, &size) : NULL;

    if (question->choice_count == 0)
        return NULL;
    if (!stream)
        abort();
    for (size_t i = 0; i < question->choice_count; i++) {
        fprintf(stream, "%zu. ", i + 1);
        /* What a choice says in further lines belongs to it. */
        for (const char *at = question->choices[i].text; *at; at++)
            fputs(*at == '\n' ? "\n   " : (const char[]){*at, '\0'}, stream);
        fputs("\n", stream);
    }
    fclose(stream);
    return out;
}

char *question_hint(const struct question *question, size_t index)
{
    char *out;

    if (asprintf(&out, "**Hint %zu of %zu.** %s", index + 1, question->hint_count,
                 question->hints[index]) < 0)
        abort();
    return out;
}
