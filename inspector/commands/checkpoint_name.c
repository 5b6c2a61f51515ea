/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints as users name them. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "resolve.h"

/* The one whose name is the fewest edits away; NULL when none is near. */
static const struct stage *nearest(const struct stages *stages, const char *name)
{
    const struct stage *best = NULL;
    unsigned int limit = (unsigned int)strnlen(name, RESOLVE_WORD_MAX) / 3 + 1;

    for (size_t i = 0; i < stages->count; i++) {
        const struct stage *stage = &stages->list[i];
        unsigned int distance = resolve_distance(name, strlen(name), stage->name,
                                                 strlen(stage->name), limit);

        if (distance < limit) {
            limit = distance;
            best = stage;
        }
    }
    return best;
}

static struct error *unknown(const struct stages *stages, const char *name)
{
    const struct stage *near = nearest(stages, name);

    if (near)
        return error_new(ERROR_INPUT, "%.40s: no such checkpoint; did you mean %s?", name,
                         near->name);
    return error_new(ERROR_INPUT, "%.40s: no such checkpoint; checkpoints lists them all", name);
}

/* What a beginning may stand for; after so many it is "...". */
#define LISTED_MAX 8

static struct error *ambiguous(const struct stages *stages, const char *name)
{
    char list[LISTED_MAX * (CHECKPOINT_NAME_MAX + 2) + 8] = "";
    size_t count = 0, used = 0;

    for (size_t i = 0; i < stages->count && count <= LISTED_MAX; i++) {
        if (strncmp(stages->list[i].name, name, strlen(name)) != 0)
            continue;
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", count ? ", " : "",
                                 count < LISTED_MAX ? stages->list[i].name : "...");
        count++;
    }
    return error_new(ERROR_INPUT, "%.40s: may be %s", name, list);
}

struct error *command_checkpoint(const struct environment *environment, const char *name,
                                 const struct stage **ret)
{
    const struct stages *stages = &debugger_session(environment->debugger)->stages;
    size_t count = 0;

    *ret = stages_find(stages, name);
    if (*ret)
        return NULL;
    for (size_t i = 0; i < stages->count; i++)
        if (strncmp(stages->list[i].name, name, strlen(name)) == 0 && count++ == 0)
            *ret = &stages->list[i];
    if (count > 1)
        return ambiguous(stages, name);
    return count ? NULL : unknown(stages, name);
}
