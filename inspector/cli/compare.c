/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "difference.h"
#include "pair.h"
#include "subcommand.h"

enum { KEY_ALL = 0x200 };

struct arguments {
    struct pair_options pair;
    const char *image, *image2;
    bool all;
};

static const struct argp_option options[] = {
    {"all", KEY_ALL, NULL, 0, "what is equal, too, and what differs as it did a stage before", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case KEY_ALL:
        arguments->all = true;
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->pair;
        break;
    case ARGP_KEY_ARG:
        if (arguments->image2)
            argp_error(state, "two images, please: %s is a third one", argument);
        *(arguments->image ? &arguments->image2 : &arguments->image) = argument;
        break;
    case ARGP_KEY_END:
        if (!arguments->image2)
            argp_error(state, "which %s? The same one twice is allowed",
                       arguments->image ? "IMAGE2" : "IMAGE and IMAGE2");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void print(const struct comparison *comparison, bool all)
{
    const struct text out = text_to(stdout);

    if (comparison->guest_a.json) {
        json_t *object = comparison_json(comparison, all);

        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
    } else {
        comparison_text(comparison, all, &out);
    }
}

static struct error *compare(const struct arguments *arguments, struct recording *a,
                             struct recording *b, int *ret_status)
{
    const struct pair_options *pair = &arguments->pair;
    struct comparison *comparison = malloc(sizeof(*comparison));
    struct error *err;

    if (!comparison)
        return error_new(ERROR_SYSTEM, "no memory for a comparison");
    err = comparison_make(a, b, comparison);
    if (!err) {
        comparison->guest_a = pair->guest;
        comparison->guest_b = pair_second(pair, arguments->image, arguments->image2);
        print(comparison, arguments->all);
        *ret_status = comparison->same ? 0 : 1;
        comparison_free(comparison);
        err = recording_take_failure(a);
    }
    free(comparison);
    return err ? err : recording_take_failure(b);
}

static struct error *run(const struct arguments *arguments, int *ret_status)
{
    const struct pair_options *pair = &arguments->pair;
    struct guest_options second = pair_second(pair, arguments->image, arguments->image2);
    struct recording *a = NULL, *b = NULL;
    struct error *err = recording_make(arguments->image, &pair->guest, RECORDING_STATE, &a);

    if (!err)
        err = recording_make(arguments->image2, &second, RECORDING_STATE, &b);
    if (!err)
        err = compare(arguments, a, b, ret_status);
    recording_free(a);
    recording_free(b);
    return err;
}

struct error *subcommand_compare(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&pair_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE IMAGE2",
        "Boot two images up to the kernel's entry, or one with two sets of options, and show what "
        "differs, stage by stage."
        "\vBoth boots get the same options, save those that are given with a 2 behind the name.\n\n"
        "A value is shown where it begins to differ. Addresses that differ only because something "
        "was put elsewhere are at the same place: as far into the image, its copy or the "
        "kernel.\n\n"
        "Exit status: 0 the two boots are the same; 1 they differ; 2 usage or input; 3 a guest "
        "died, stopped at an error or timed out, and the two are compared up to there.",
        children,
        NULL,
        NULL};
    struct arguments arguments = {0};

    pair_options_init(&arguments.pair);
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return run(&arguments, ret_status);
}
