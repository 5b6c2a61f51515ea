/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson: the options; inspector/lesson/ is the rest. */
#include <argp.h>
#include <stdlib.h>
#include <unistd.h>

#include "subcommand.h"
#include "verify.h"
#include "words_main.h"

enum { KEY_CHECK = 0x200, KEY_UPDATE, KEY_TAP, KEY_JOBS = 'j' };

#define JOBS_MAX 64

struct lesson_arguments {
    bool check;
    struct verify_options verify;
};

static const struct argp_option options[] = {
    {"check", KEY_CHECK, NULL, 0,
     "run the lessons NAME (or all), answer their questions from solution.yaml, and compare all "
     "that they say with the live guest",
     0},
    {"update", KEY_UPDATE, NULL, 0, "rewrite the outputs and numbers in the lessons NAME (or all)",
     0},
    {"tap", KEY_TAP, NULL, 0, "with --check: the Test Anything Protocol", 0},
    {"jobs", KEY_JOBS, "N", 0,
     "with --check or --update: so many lessons at once (default: one per CPU)", 0},
    {0},
};

static unsigned int jobs_argument(struct argp_state *state, const char *argument)
{
    char *end;
    long jobs = strtol(argument, &end, 10);

    if (end == argument || *end || jobs < 1 || jobs > JOBS_MAX)
        argp_error(state, "--jobs %s: a number from 1 to %d", argument, JOBS_MAX);
    return (unsigned int)jobs;
}

static void check_together(struct argp_state *state, const struct lesson_arguments *arguments)
{
    const struct verify_options *verify = &arguments->verify;

    if (arguments->check && verify->update)
        argp_error(state, "--check and --update: one of them, please");
    if (verify->tap && !arguments->check)
        argp_error(state, "--tap goes with --check");
    if (verify->jobs && !arguments->check && !verify->update)
        argp_error(state, "--jobs goes with --check or --update");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct lesson_arguments *arguments = state->input;
    struct verify_options *verify = &arguments->verify;

    switch (key) {
    case KEY_CHECK:
        arguments->check = true;
        break;
    case KEY_UPDATE:
        verify->update = true;
        break;
    case KEY_TAP:
        verify->tap = true;
        break;
    case KEY_JOBS:
        verify->jobs = jobs_argument(state, argument);
        break;
    case ARGP_KEY_ARGS:
        verify->names = state->argv + state->next;
        verify->name_count = (size_t)(state->argc - state->next);
        break;
    case ARGP_KEY_END:
        check_together(state, arguments);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static unsigned int cpus(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > JOBS_MAX ? JOBS_MAX : (unsigned int)count;
}

struct error *subcommand_lesson(int argc, char **argv, int *ret_status)
{
    static const struct argp argp = {
        options, parse, "[NAME]", "Walk the boot path in a live guest, step by step.",
        NULL,    NULL,  NULL};
    struct lesson_arguments arguments = {0};
    struct verify_options *verify = &arguments.verify;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (!arguments.check && !verify->update)
        return lesson_main_words((int)verify->name_count, verify->names, ret_status);
    if (!verify->jobs)
        verify->jobs = cpus();
    return lessons_verify(verify, ret_status);
}
