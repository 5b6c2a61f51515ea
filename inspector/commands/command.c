/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "resolve.h"
#include "utf8.h"

/* In the order in which help shows them. */
static const struct command *const groups[] = {
    commands_moving, commands_elsewhere, commands_breakpoints, commands_registers, commands_memory,
    commands_paging, commands_boot,      commands_annotate,    commands_program,
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

size_t commands_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < GROUPS; i++)
        for (const struct command *row = groups[i]; row->name; row++)
            count++;
    return count;
}

const struct command *commands_get(size_t index)
{
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct command *row = groups[i]; row->name; row++)
            if (index-- == 0)
                return row;
    return NULL;
}

const struct command *commands_find(const char *name)
{
    struct command_name found;

    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &found);)
            if (strlen(name) == found.length && memcmp(name, found.text, found.length) == 0)
                return commands_get(i);
    return NULL;
}

static struct error *run(struct environment *environment, struct parsed_line *parsed)
{
    const struct command *command = parsed->command;
    bool json = environment->json;
    struct error *err;

    /* A Ctrl-C between the prompt and here: nothing that runs could be told of it. */
    if (command->moves && environment->interrupted && *environment->interrupted)
        return error_new(ERROR_GUEST, "interrupted");
    environment->json = json || parsed->json;
    err = command->run(environment, &parsed->line);
    environment->json = json;
    /* A movement that failed may have gone some of the way. */
    environment->moved = environment->moved || command->moves;
    return err;
}

struct error *commands_execute(struct environment *environment, const char *line)
{
    size_t text = utf8_span(line);
    struct parsed_line *parsed;
    struct error *err;

    if (line[text])
        return error_new(ERROR_INPUT, "column %zu: byte 0x%02x: not UTF-8", text + 1,
                         (unsigned int)(unsigned char)line[text]);
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return NULL;
    parsed = malloc(sizeof(*parsed));
    if (!parsed)
        return error_new(ERROR_SYSTEM, "command line: no memory");
    err = line_parse(line, parsed);
    if (!err)
        err = run(environment, parsed);
    free(parsed);
    return err;
}

void command_print_json(const struct environment *environment, json_t *value)
{
    json_dumpf(value, environment->text->stream,
               JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    putc('\n', environment->text->stream);
    json_decref(value);
}

struct error *command_usage(const struct command_line *line, int min, int max)
{
    const struct command *command;
    const char *end;
    struct error *err;

    if (line->count >= min && line->count <= max)
        return NULL;
    err = resolve(line->name, &command, &end);
    if (err)
        return err;
    return error_new(ERROR_INPUT, "usage: %s%s%s", command->name, *command->arguments ? " " : "",
                     command->arguments);
}

struct error *command_stop(const struct environment *environment, const struct stop **ret)
{
    return debugger_stop(environment->debugger, ret);
}
