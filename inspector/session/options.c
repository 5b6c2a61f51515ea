/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_MEMORY = 'm',
    KEY_APPEND = 'a',
    KEY_TIMEOUT = 't',
    KEY_SYMBOLS = 's',
    KEY_CPU = 0x100,
    KEY_INITRD,
    KEY_QEMU,
    KEY_VMLINUX,
    KEY_JSON, /* -j is left to --jobs, as in make and prove */
};

#define DAY_MS (24 * 3600 * 1000)

static const struct argp_option options[] = {
    {"memory", KEY_MEMORY, "SIZE", 0, "guest memory, as QEMU's -m (default 512M)", 0},
    {"cpu", KEY_CPU, "MODEL", 0, "guest CPU, as QEMU's -cpu", 0},
    {"append", KEY_APPEND, "TEXT", 0, "kernel command line", 0},
    {"initrd", KEY_INITRD, "FILE", 0, "initial RAM disk", 0},
    {"qemu", KEY_QEMU, "PROGRAM", 0, "QEMU to start (default qemu-system-x86_64)", 0},
    {"symbols", KEY_SYMBOLS, "FILE", 0,
     "ELF file of the decompressor (our stub, or Linux's compressed/vmlinux), of its setup code or "
     "of the kernel; may be repeated. Without it, the ELF files beside IMAGE that belong to it "
     "are used",
     0},
    {"vmlinux", KEY_VMLINUX, "FILE", 0,
     "the kernel proper of IMAGE (vmlinux): its symbols, wherever it was put", 0},
    {"timeout", KEY_TIMEOUT, "TIME", 0, "give up after so long: 500ms, 10s, 2m", 0},
    {0},
};

bool parse_duration(const char *text, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60 * 1000}};
    char *end;

    /* strtoll would skip blanks and take a sign. */
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || number == 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        if (number > DAY_MS / units[i].ms)
            return false;
        *ret_ms = number * units[i].ms;
        return true;
    }
    return false;
}

void guest_options_init(struct guest_options *guest)
{
    *guest = (struct guest_options){.timeout_ms = TIMEOUT_DEFAULT_MS};
}

static const struct argp_option json_options[] = {
    {"json", KEY_JSON, NULL, 0, "JSON instead of text (docs/json.md)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct guest_options *guest = state->input;

    switch (key) {
    case KEY_MEMORY:
        guest->memory = argument;
        break;
    case KEY_CPU:
        guest->cpu = argument;
        break;
    case KEY_APPEND:
        guest->append = argument;
        break;
    case KEY_INITRD:
        guest->initrd = argument;
        break;
    case KEY_QEMU:
        guest->qemu = argument;
        break;
    case KEY_SYMBOLS:
        if (guest->symbol_count == OPTION_SYMBOLS_MAX)
            argp_error(state, "more than %d --symbols files", OPTION_SYMBOLS_MAX);
        else
            guest->symbols[guest->symbol_count++] = argument;
        break;
    case KEY_VMLINUX:
        guest->vmlinux = argument;
        break;
    case KEY_TIMEOUT:
        if (!parse_duration(argument, &guest->timeout_ms))
            argp_error(state, "--timeout %s: not a time; write 500ms, 10s or 2m", argument);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* --timeout means something else to each subcommand, and so is its default. */
static char *help_filter(int key, const char *text, void *input)
{
    const struct guest_options *guest = input;
    char *whole;

    if (key != KEY_TIMEOUT || !guest ||
        asprintf(&whole, "%s (default %s)", text,
                 guest->timeout_default ? guest->timeout_default : "60s") < 0)
        return (char *)text;
    return whole;
}

static error_t parse_json(int key, char *argument, struct argp_state *state)
{
    struct guest_options *guest = state->input;

    (void)argument;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    guest->json = true;
    return 0;
}

/* The options and --json, which is a parser of its own. */
static error_t parse_both(int key, char *argument, struct argp_state *state)
{
    if (key != ARGP_KEY_INIT)
        return parse(key, argument, state);
    state->child_inputs[0] = state->input;
    return 0;
}

static const struct argp json_argp = {json_options, parse_json, NULL, NULL, NULL, NULL, NULL};
static const struct argp_child with_json[] = {{&json_argp, 0, NULL, 0}, {0}};

const struct argp guest_argp = {options, parse_both, NULL, NULL, with_json, help_filter, NULL};
const struct argp guest_argp_without_json = {options, parse, NULL, NULL, NULL, help_filter, NULL};
