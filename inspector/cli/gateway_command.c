/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope gateway: the command line's side of gateway.h. */
#include "subcommand.h"
#include "gateway.h"
#include "options.h"

enum { KEY_LISTEN = 'l', KEY_CONNECT = 'C', KEY_NO_COUNT = 0x200 };

struct gateway_arguments {
    struct guest_options guest;
    struct gateway_options gateway;
    const char *image, *connect;
    bool no_count;
};

static const struct argp_option options[] = {
    {"listen", KEY_LISTEN, "ADDRESS", 0,
     "where the debugger connects: unix:PATH, or HOST:PORT on the loopback (port 0: any that is "
     "free). Without it, standard input and output",
     0},
    {"connect", KEY_CONNECT, "ADDRESS", 0,
     "stand before a guest that runs already: unix:PATH or HOST:PORT of its gdb stub. There is no "
     "going back then",
     0},
    {"no-count", KEY_NO_COUNT, NULL, 0, "without instruction counts, and so without going back", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct gateway_arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->guest;
        break;
    case KEY_LISTEN:
        arguments->gateway.listen = argument;
        break;
    case KEY_CONNECT:
        arguments->connect = argument;
        break;
    case KEY_NO_COUNT:
        arguments->no_count = true;
        break;
    case ARGP_KEY_ARG:
        if (arguments->image)
            argp_error(state, "one IMAGE, please: %s is a second one", argument);
        arguments->image = argument;
        break;
    case ARGP_KEY_END:
        if (!arguments->image && !arguments->connect)
            argp_error(state, "which IMAGE?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct error *subcommand_gateway(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp_without_json, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE",
        "Stand between a debugger and the guest: (gdb) target remote | bootscope gateway "
        "IMAGE\v--timeout is for one motion: a continue, a step, a command that moves the guest.",
        children,
        NULL,
        NULL};
    struct gateway_arguments arguments = {0};
    struct debugger *debugger;

    (void)ret_status;
    guest_options_init(&arguments.guest);
    arguments.guest.timeout_ms = INT64_MAX; /* a person thinks as long as he likes */
    arguments.guest.timeout_default = "none";
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    const struct debugger_options debug = {
        .session = {.guest = &arguments.guest,
                    .image = arguments.image,
                    .connect = arguments.connect,
                    .debug = true,
                    .count = !arguments.no_count},
        .travel = !arguments.no_count && !arguments.connect,
    };
    struct error *err = debugger_open(&debug, &debugger);
    if (err)
        return err;
    err = gateway_serve(debugger, &arguments.gateway);
    debugger_close(debugger);
    return err;
}
