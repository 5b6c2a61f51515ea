/* SPDX-License-Identifier: GPL-3.0-or-later */
/* at: commands that run at another place, from which the guest comes back as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#define HERE "."

/* Cuts the next command off; they are parted by semicolons. */
static char *next_command(char **rest)
{
    char *command = *rest, *end;

    if (!command)
        return NULL;
    end = strchr(command, ';');
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return command + strspn(command, " \t");
}

/* What the last one prints is what one wanted to see; the others lead there. */
static struct error *run_all(struct environment *environment, char *commands)
{
    struct text nowhere = {fopen("/dev/null", "we"), false};
    struct environment inner = *environment;
    struct error *err = NULL;
    char *command;

    if (!nowhere.stream)
        return error_new(ERROR_SYSTEM, "/dev/null cannot be opened");
    inner.console = NULL;
    inner.cursor = (struct command_cursor){0};
    while (!err && (command = next_command(&commands))) {
        inner.text = commands ? &nowhere : environment->text;
        err = error_context(commands_execute(&inner, command), "%s", command);
    }
    fclose(nowhere.stream);
    return err;
}

static struct error *there_and_back(struct environment *environment, const struct stage *stage,
                                    char *commands)
{
    struct debugger *debugger = environment->debugger;
    struct error *err = debugger_leave(debugger), *second;

    if (err)
        return err;
    if (stage)
        err = debugger_seek(debugger, stage);
    if (!err)
        err = run_all(environment, commands);
    second = debugger_return(debugger);
    if (!err)
        return second;
    error_free(second);
    return err;
}

static struct error *run_at(struct environment *environment, const struct command_line *line)
{
    const struct stage *stage = NULL;
    struct error *err = command_usage(line, 2, COMMAND_WORDS_MAX);
    char *commands;

    if (!err && strcmp(line->words[0], HERE) != 0)
        err = command_checkpoint(environment, line->words[0], &stage);
    if (err)
        return err;
    commands = strdup(line->rest + strcspn(line->rest, " \t"));
    if (!commands)
        abort();
    err = there_and_back(environment, stage, commands);
    free(commands);
    return err;
}

const struct command commands_elsewhere[] = {
    {"at", NULL, "CHECKPOINT|. COMMAND[; COMMAND]...",
     "look at another place: run commands there, and come back", "at relocated p/x rsp",
     "The checkpoint may be ahead as well; . is here. Only what the last command prints is\n"
     "shown. Afterwards the guest is where and what it was, whatever the commands did to it;\n"
     "your breakpoints are not met on the way.",
     GROUP_MOVING, ARGUMENT_CHECKPOINT, .run = run_at},
    {.name = NULL},
};
