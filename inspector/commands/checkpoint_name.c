/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checkpoints as users name them. */
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

struct error *command_checkpoint(const struct environment *environment, const char *name,
                                 const struct stage **ret)
{
    const struct stages *stages = &debugger_session(environment->debugger)->stages;
    const struct stage *second = NULL;

    *ret = stages_find(stages, name);
    for (size_t i = 0; !*ret && i < stages->count; i++) {
        if (strncmp(stages->list[i].name, name, strlen(name)) != 0)
            continue;
        *ret = &stages->list[i];
        for (size_t j = i + 1; j < stages->count && !second; j++)
            if (strncmp(stages->list[j].name, name, strlen(name)) == 0)
                second = &stages->list[j];
    }
    if (second)
        return error_new(ERROR_INPUT, "%.40s: may be %s or %s", name, (*ret)->name, second->name);
    return *ret ? NULL : unknown(stages, name);
}
