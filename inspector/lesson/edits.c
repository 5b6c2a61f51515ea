/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void edits_add(struct edits *edits, struct span old, char *fresh)
{
    edits->list = reallocarray(edits->list, edits->count + 1, sizeof(*edits->list));
    if (!edits->list)
        abort();
    edits->list[edits->count++] = (struct edit){old, fresh};
}

static int by_place(const void *a, const void *b)
{
    const struct edit *left = a, *right = b;

    return left->old.text < right->old.text ? -1 : left->old.text > right->old.text;
}

char *edits_apply(const struct edits *edits, const char *text, size_t length, size_t *ret_length)
{
    const char *at = text;
    char *whole;
    FILE *out = open_memstream(&whole, ret_length);

    if (!out)
        abort();
    if (edits->count)
        qsort(edits->list, edits->count, sizeof(*edits->list), by_place);
    for (size_t i = 0; i < edits->count; i++) {
        const struct edit *edit = &edits->list[i];

        fwrite(at, 1, (size_t)(edit->old.text - at), out);
        fputs(edit->fresh, out);
        at = edit->old.text + edit->old.length;
    }
    fwrite(at, 1, (size_t)(text + length - at), out);
    fclose(out);
    return whole;
}

void edits_clear(struct edits *edits)
{
    for (size_t i = 0; i < edits->count; i++)
        free(edits->list[i].fresh);
    free(edits->list);
    *edits = (struct edits){0};
}
