/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <stdlib.h>
#include <string.h>

void history_free(struct history *history)
{
    free(history->list);
    *history = (struct history){0};
}

static void make_room(struct history *history)
{
    if (history->count < history->room)
        return;
    history->room = history->room ? 2 * history->room : 32;
    history->list = reallocarray(history->list, history->room, sizeof(*history->list));
    if (!history->list)
        abort();
}

const struct kept *history_take(struct history *history, const struct kept *kept)
{
    size_t at;

    make_room(history);
    at = history->count++;
    while (at > 0 && history->list[at - 1].count > kept->count)
        at--;
    memmove(&history->list[at + 1], &history->list[at],
            (history->count - 1 - at) * sizeof(*history->list));
    history->list[at] = *kept;
    return &history->list[at];
}

const struct kept *history_add(struct history *history, const struct kept *kept)
{
    struct kept tagged = *kept;

    tagged.tag = ++history->last_tag;
    return history_take(history, &tagged);
}

const struct kept *history_nearest(const struct history *history, uint64_t count)
{
    size_t i = history->count;

    while (i > 0 && history->list[i - 1].count > count)
        i--;
    return i > 0 ? &history->list[i - 1] : NULL;
}

const struct kept *history_stage(const struct history *history, const struct stage *stage)
{
    for (size_t i = history->count; i-- > 0;)
        if (history->list[i].stage == stage)
            return &history->list[i];
    return NULL;
}

const struct kept *history_write_after(const struct history *history, uint64_t count)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->list[i].written && history->list[i].count > count)
            return &history->list[i];
    return NULL;
}

bool history_cut(struct history *history, uint64_t count, unsigned int *ret_tag)
{
    if (history->count <= 1 || history->list[history->count - 1].count < count)
        return false;
    *ret_tag = history->list[--history->count].tag;
    return true;
}

bool history_spare(struct history *history, unsigned int *ret_tag)
{
    struct kept *oldest = NULL;
    size_t scratch = 0;

    for (size_t i = 0; i < history->count; i++) {
        struct kept *kept = &history->list[i];

        scratch += kept->scratch;
        if (kept->scratch && (!oldest || kept->tag < oldest->tag))
            oldest = kept;
    }
    if (scratch <= HISTORY_SCRATCH_MAX)
        return false;
    *ret_tag = oldest->tag;
    memmove(oldest, oldest + 1,
            (size_t)(history->list + --history->count - oldest) * sizeof(*oldest));
    return true;
}
