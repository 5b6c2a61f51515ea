/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope wrap: the command line's side of wrap.h. */
#include "command.h"
#include "options.h"
#include "wrap.h"

enum { KEY_OUTPUT = 'o', KEY_STUB = 0x100 };

static const struct argp_option options[] = {
    {"output", KEY_OUTPUT, "IMAGE", 0, "the image to write; its symbols go to IMAGE.elf", 0},
    {"stub", KEY_STUB, "FOLDER", 0,
     "where setup.bin, stub.o and stub.lds are (default: beside this program)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct wrap_options *wrap = state->input;

    switch (key) {
    case KEY_OUTPUT:
        wrap->output = argument;
        break;
    case KEY_STUB:
        wrap->stub_folder = argument;
        break;
    case ARGP_KEY_ARG:
        if (wrap->vmlinuz)
            argp_error(state, "one VMLINUZ, please: %s is a second one", argument);
        wrap->vmlinuz = argument;
        break;
    case ARGP_KEY_END:
        if (!wrap->vmlinuz)
            argp_error(state, "which VMLINUZ?");
        else if (!wrap->output)
            argp_error(state, "where to? name the image to write with -o IMAGE");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct error *command_wrap(int argc, char **argv, int *ret_status)
{
    static const struct argp argp = {
        options,
        parse,
        "VMLINUZ",
        "Put the annotated stub in front of the kernel in VMLINUZ: any bzImage whose payload is "
        "compressed with gzip, bzip2, lzma, xz, lzo, lz4 or zstd.",
        NULL,
        NULL,
        NULL};
    struct wrap_options wrap = {0};

    argp_parse(&argp, argc, argv, 0, NULL, &wrap);
    *ret_status = 0;
    return wrap_run(&wrap);
}
