/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include "pair.h"
#include "subcommand.h"

enum { KEY_VS = 0x200 };

struct arguments {
    struct pair_options pair;
    const char *image, *vs;
};

static const struct argp_option options[] = {
    {"vs", KEY_VS, "IMAGE2", 0,
     "boot IMAGE2, too, and set the two side by side. It gets the same options, save those that "
     "are given with a 2 behind the name",
     0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case KEY_VS:
        arguments->vs = argument;
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->pair;
        break;
    case ARGP_KEY_ARG:
        if (arguments->image)
            argp_error(state, "one IMAGE, please: %s is a second one; write --vs %s", argument,
                       argument);
        arguments->image = argument;
        break;
    case ARGP_KEY_END:
        if (!arguments->image)
            argp_error(state, "which IMAGE?");
        if (!arguments->vs && pair_given(&arguments->pair))
            argp_error(state, "%s is for the second boot; name its image with --vs",
                       pair_given(&arguments->pair));
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

uint64_t profile_cost(const struct recording *recording, const struct recorded_stop *stop)
{
    return stop == recording->stops ? stop->instructions
                                    : stop->instructions - stop[-1].instructions;
}

bool profile_share(const struct recording *recording, const struct recorded_stop *stop, double *ret)
{
    uint64_t begin, total;

    if (!recording_begin(recording, &begin) || !recording_total(recording, &total) || total == 0 ||
        stop->instructions <= begin || stop->instructions > begin + total)
        return false;
    *ret = (double)profile_cost(recording, stop) / (double)total;
    return true;
}

static void print(const struct profile *profile)
{
    const struct text out = text_to(stdout);

    if (profile->guest_a.json) {
        json_t *object = profile_json(profile);

        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
    } else {
        profile_text(profile, &out);
    }
}

/* What was passed is shown in any case; a boot that failed is the error, the first one's first. */
static struct error *run(const struct arguments *arguments)
{
    struct recording *a = NULL, *b = NULL;
    struct profile profile = {.guest_a = arguments->pair.guest};
    struct error *err = recording_make(arguments->image, &profile.guest_a, RECORDING_COUNTS, &a);

    if (!err && arguments->vs) {
        profile.guest_b = pair_second(&arguments->pair, arguments->image, arguments->vs);
        err = recording_make(arguments->vs, &profile.guest_b, RECORDING_COUNTS, &b);
    }
    if (!err) {
        profile.a = a;
        profile.b = b;
        print(&profile);
        err = recording_take_failure(a);
        if (!err && b)
            err = recording_take_failure(b);
    }
    recording_free(a);
    recording_free(b);
    return err;
}

struct error *subcommand_profile(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&pair_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE",
        "Count the instructions of each stage of IMAGE's boot, exactly, up to the kernel's entry."
        "\vThe counts are QEMU's (-icount shift=0,sleep=off): the same image and options give the "
        "same again. Nothing is proven on the way; trace does that. What is before the first "
        "stage is SeaBIOS.\n\nExit status: 0; 2 usage or input; 3 a guest died, stopped at an "
        "error or timed out, and what it passed before is shown.",
        children,
        NULL,
        NULL};
    struct arguments arguments = {0};

    (void)ret_status;
    pair_options_init(&arguments.pair);
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return run(&arguments);
}
