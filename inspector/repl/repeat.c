/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

enum how { REPEAT_NEVER, REPEAT_WHOLE, REPEAT_NAME };

static enum how how_to_repeat(const struct command *command)
{
    static const struct {
        const char *name;
        enum how how;
    } special[] = {
        {"c", REPEAT_NAME},       {"back", REPEAT_NAME},     {"x", REPEAT_NAME},
        {"xp", REPEAT_NAME},      {"list", REPEAT_NAME},     {"dis", REPEAT_NAME},
        {"hexdump", REPEAT_NAME}, {"restart", REPEAT_NEVER}, {"go", REPEAT_NEVER},
    };

    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (strcmp(command->name, special[i].name) == 0)
            return special[i].how;
    return command->moves ? REPEAT_WHOLE : REPEAT_NEVER;
}

static void remember(struct repeat *repeat, const char *typed)
{
    struct parsed_line *parsed = malloc(sizeof(*parsed));
    struct error *err;

    repeat->line[0] = '\0';
    if (!parsed)
        return;
    err = line_parse(typed, parsed);
    if (!err && how_to_repeat(parsed->command) == REPEAT_WHOLE)
        snprintf(repeat->line, sizeof(repeat->line), "%s", typed);
    else if (!err && how_to_repeat(parsed->command) == REPEAT_NAME)
        snprintf(repeat->line, sizeof(repeat->line), "%s%s%s%s", parsed->name,
                 *parsed->format ? "/" : "", parsed->format, parsed->json ? " --json" : "");
    error_free(err);
    free(parsed);
}

const char *repeat_line(struct repeat *repeat, const char *typed)
{
    const char *start = typed + strspn(typed, " \t");

    if (*start == '\0')
        return repeat->line;
    if (*start != '#')
        remember(repeat, start);
    return typed;
}
