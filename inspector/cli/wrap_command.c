/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope wrap: the command line's side of wrap.h. */
#include "subcommand.h"
#include "info.h"
#include "options.h"
#include "wrap.h"

enum { KEY_OUTPUT = 'o', KEY_JSON = 0x100, KEY_STUB };

struct wrap_arguments {
    struct wrap_options wrap;
    bool json;
};

static const struct argp_option options[] = {
    {"output", KEY_OUTPUT, "IMAGE", 0, "the image to write; its symbols go to IMAGE.elf", 0},
    {"json", KEY_JSON, NULL, 0, "print what was made, as info --json does", 0},
    {"stub", KEY_STUB, "FOLDER", 0,
     "where setup.bin, stub.o and stub.lds are (default: beside this program)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct wrap_arguments *arguments = state->input;
    struct wrap_options *wrap = &arguments->wrap;

    switch (key) {
    case KEY_JSON:
        arguments->json = true;
        break;
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

/* The new image, decoded again from its file. */
static struct error *print_json(const char *image)
{
    struct info info;
    struct error *err = info_open(image, NULL, 0, NULL, &info);

    if (err)
        return err;
    json_t *object = info_json(&info);
    json_dumpf(object, stdout, JSON_INDENT(2));
    putc('\n', stdout);
    json_decref(object);
    info_close(&info);
    return NULL;
}

struct error *subcommand_wrap(int argc, char **argv, int *ret_status)
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
    struct wrap_arguments arguments = {0};
    struct error *err;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    *ret_status = 0;
    err = wrap_run(&arguments.wrap);
    if (!err && arguments.json)
        err = print_json(arguments.wrap.output);
    return err;
}
