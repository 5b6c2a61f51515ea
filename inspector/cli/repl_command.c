/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope repl: the options; inspector/repl/ is the rest. */
#include "repl.h"

#include "subcommand.h"

enum { KEY_CONNECT = 0x200, KEY_COMMANDS = 'x' };

struct arguments {
    struct guest_options guest;
    struct repl_options repl;
};

static const struct argp_option options[] = {
    {"connect", KEY_CONNECT, "ADDRESS", 0,
     "attach to a stub that runs already, at unix:PATH or HOST:PORT, instead of starting QEMU; "
     "there is no going back then",
     0},
    {"commands", KEY_COMMANDS, "FILE", 0,
     "run the commands in FILE first; may be repeated. Without a terminal, an error ends the "
     "program with the error's exit status",
     0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct repl_options *repl = &arguments->repl;

    switch (key) {
    case KEY_CONNECT:
        repl->debugger.session.connect = argument;
        break;
    case KEY_COMMANDS:
        if (repl->script_count == REPL_SCRIPTS_MAX)
            argp_error(state, "more than %d -x files", REPL_SCRIPTS_MAX);
        else
            repl->scripts[repl->script_count++] = argument;
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->guest;
        break;
    case ARGP_KEY_ARG:
        if (repl->debugger.session.image)
            argp_error(state, "one IMAGE, please: %s is a second one", argument);
        repl->debugger.session.image = argument;
        break;
    case ARGP_KEY_END:
        if (!repl->debugger.session.image && !repl->debugger.session.connect)
            argp_error(state, "which IMAGE?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct error *subcommand_repl(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,  parse,
        "IMAGE",  "Debug the boot of IMAGE at a prompt, or by scripts: forwards and back.",
        children, NULL,
        NULL};
    struct arguments arguments = {0};

    (void)ret_status;
    guest_options_init(&arguments.guest);
    arguments.guest.timeout_ms = 0;
    arguments.guest.timeout_default = "60s, at a terminal none";
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    arguments.repl.json = arguments.guest.json;
    arguments.repl.debugger.session.guest = &arguments.guest;
    arguments.repl.debugger.session.debug = true;
    arguments.repl.debugger.session.count = !arguments.repl.debugger.session.connect;
    arguments.repl.debugger.travel = !arguments.repl.debugger.session.connect;
    arguments.repl.timeout_ms = arguments.guest.timeout_ms;
    if (arguments.guest.timeout_ms == 0)
        arguments.guest.timeout_ms = TIMEOUT_DEFAULT_MS;
    return repl(&arguments.repl);
}
