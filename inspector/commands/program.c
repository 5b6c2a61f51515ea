/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about commands: help, scripts, expectations, the end. */
#include <string.h>

#include "command.h"
#include "evaluate.h"
#include "expectation.h"
#include "help.h"
#include "resolve.h"
#include "script.h"

static struct error *run_help(struct environment *environment, const struct command_line *line)
{
    const struct command *command = NULL;
    const char *end;
    struct error *err = NULL;

    if (line->count > 0)
        err = resolve(line->rest, &command, &end);
    if (!err && command && end[strspn(end, " \t")] != '\0')
        err = error_new(ERROR_INPUT, "%s: no such command; help lists them all", line->rest);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, command ? help_command_json(command) : help_all_json());
    else if (command)
        help_command_text(command, environment->text);
    else
        help_all_text(environment->text);
    return NULL;
}

static struct error *run_quit(struct environment *environment, const struct command_line *line)
{
    struct error *err = command_usage(line, 0, 0);

    environment->quit = !err;
    return err;
}

static struct error *run_echo(struct environment *environment, const struct command_line *line)
{
    if (environment->json)
        command_print_json(environment,
                           json_pack("{s:s%}", "echo", line->rest, strlen(line->rest)));
    else
        text_print(environment->text, TEXT_PLAIN, "%s\n", line->rest);
    return NULL;
}

static struct error *run_source(struct environment *environment, const struct command_line *line)
{
    struct error *err = command_usage(line, 1, 1);

    if (!err && !environment->may_write_files)
        err = error_new(ERROR_INPUT, "source: no files are read for a debugger on a socket");
    return err ? err : script_run_file(environment, line->words[0]);
}

static void print_expectation(const struct environment *environment, const char *expression,
                              const struct expectation *expectation)
{
    if (environment->json)
        command_print_json(environment,
                           json_pack("{s:s,s:b,s:o}", "expect", expression, "holds",
                                     expectation->holds, "sides", expectation_json(expectation)));
    else
        expectation_text(expectation, environment->text);
}

static struct error *run_expect(struct environment *environment, const struct command_line *line)
{
    struct expr_names names = evaluate_names(environment->debugger);
    struct expectation expectation;
    struct expr *expr = NULL;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = expr_parse(line->rest, &expr);
    if (!err)
        err = expectation_evaluate(expr, &names, &expectation);
    if (!err) {
        print_expectation(environment, line->rest, &expectation);
        err = expectation_error(&expectation);
    }
    expr_free(expr);
    return err;
}

const struct command commands_program[] = {
    {"help", "h,?", "[COMMAND]", "list the commands, or tell about one", "help x", NULL,
     GROUP_PROGRAM, ARGUMENT_COMMAND, .has_json = true, .run = run_help},
    {"expect", NULL, "EXPR", "fail unless the expression holds, and show both its sides",
     "expect (cr0 & 1) == 1 and rip >= load",
     "Nothing is printed when it holds. A script that fails here ends with exit status 1.",
     GROUP_PROGRAM, ARGUMENT_EXPRESSION, .has_json = true, .run = run_expect},
    {"source", NULL, "FILE", "run the commands in a file", "source boot.bs",
     "One command a line; # begins a comment line. The first error ends it, with its line.",
     GROUP_PROGRAM, ARGUMENT_FILE, .run = run_source},
    {"echo", NULL, "TEXT", "print the text", "echo the copy runs", NULL, GROUP_PROGRAM,
     ARGUMENT_NONE, .has_json = true, .run = run_echo},
    {"quit", "q,exit", "", "end, and the guest with it", "quit", NULL, GROUP_PROGRAM, ARGUMENT_NONE,
     .run = run_quit},
    {.name = NULL},
};
