/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope info: the command line's side of info.h. */
#include "subcommand.h"
#include "info.h"
#include "options.h"

enum { KEY_JSON = 0x100, KEY_VMLINUX, KEY_SYMBOLS = 's' };

struct info_arguments {
    const char *image, *vmlinux;
    const char *symbols[OPTION_SYMBOLS_MAX];
    size_t symbol_count;
    bool json;
};

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "JSON instead of text (docs/json.md)", 0},
    {"symbols", KEY_SYMBOLS, "FILE", 0,
     "ELF file of the decompressor (our stub, or Linux's compressed/vmlinux), of its setup code or "
     "of the kernel; may be repeated",
     0},
    {"vmlinux", KEY_VMLINUX, "FILE", 0, "the kernel proper of IMAGE (vmlinux)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct info_arguments *arguments = state->input;

    switch (key) {
    case KEY_JSON:
        arguments->json = true;
        break;
    case KEY_SYMBOLS:
        if (arguments->symbol_count == OPTION_SYMBOLS_MAX)
            argp_error(state, "more than %d --symbols files", OPTION_SYMBOLS_MAX);
        else
            arguments->symbols[arguments->symbol_count++] = argument;
        break;
    case KEY_VMLINUX:
        arguments->vmlinux = argument;
        break;
    case ARGP_KEY_ARG:
        if (arguments->image)
            argp_error(state, "one IMAGE, please: %s is a second one", argument);
        arguments->image = argument;
        break;
    case ARGP_KEY_END:
        if (!arguments->image)
            argp_error(state, "which IMAGE?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

struct error *subcommand_info(int argc, char **argv, int *ret_status)
{
    static const struct argp argp = {
        options, parse, "IMAGE", "Decode IMAGE, a bzImage, without running it.", NULL, NULL, NULL};
    struct info_arguments arguments = {0};
    struct text out = text_to(stdout);
    struct info info;
    struct error *err;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    err = info_open(arguments.image, arguments.symbols, arguments.symbol_count, arguments.vmlinux,
                    &info);
    if (err)
        return err;
    if (arguments.json) {
        json_t *object = info_json(&info);

        json_dumpf(object, stdout, JSON_INDENT(2));
        putc('\n', stdout);
        json_decref(object);
    } else {
        info_text(&info, &out);
    }
    err = info.not_unpacked;
    info.not_unpacked = NULL;
    info_close(&info);
    *ret_status = 0;
    return err;
}
