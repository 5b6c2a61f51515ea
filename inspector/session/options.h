/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options that several commands share, as an argp child.
 */
#ifndef BOOTSCOPE_SESSION_OPTIONS_H
#define BOOTSCOPE_SESSION_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_SYMBOLS_MAX 8

/* argp's usage errors exit with this, which sysexits' 64 would not be (docs: 2 is usage). */
#define OPTION_EXIT_USAGE 2

#define TIMEOUT_DEFAULT_MS 60000

/* What the guest gets and how the inspector treats it; strings are argv's. */
struct guest_options {
    const char *memory, *cpu, *append, *initrd, *qemu, *vmlinux;
    const char *symbols[OPTION_SYMBOLS_MAX];
    size_t symbol_count;
    int64_t timeout_ms;
    const char *timeout_default; /* what --help says that it is; NULL: 60s */
    bool json;
};

/*
 * --memory --cpu --append --initrd --qemu --symbols --vmlinux --timeout --json. The parent's parser must set
 * state->child_inputs[0] to a struct guest_options in ARGP_KEY_INIT.
 */
extern const struct argp guest_argp;
/* The same for a command that has no JSON. */
extern const struct argp guest_argp_without_json;

/* Sets the defaults. */
void guest_options_init(struct guest_options *options);

/*
 * "500ms", "10s", "2m", or seconds without a unit, at most a day; false for anything else.
 */
bool parse_duration(const char *text, int64_t *ret_ms);

#endif
