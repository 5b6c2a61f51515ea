/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's command line. */
#ifndef BOOTSCOPE_QEMU_ARGUMENTS_H
#define BOOTSCOPE_QEMU_ARGUMENTS_H

#include "qemu.h"

/* Descriptors that QEMU inherits; gdb is -1 without a debug stub, ram where
 * RAM is no file, keep without a file for savevm. */
struct inherited {
    int qmp, markers, serial, log, gdb, ram, keep;
};

#define ARGUMENTS_MAX   64
#define ARGUMENTS_TEXTS 9

struct arguments {
    char *list[ARGUMENTS_MAX + 1]; /* NULL-terminated, for exec */
    size_t count;
    char texts[ARGUMENTS_TEXTS][128]; /* what was made for this line */
    size_t text_count;
};

/* The strings of options are referred to, not copied. */
void arguments_build(const struct qemu_options *options, const struct inherited *fds,
                     struct arguments *ret);

/* The guest's memory in the words of -m: options->memory or the default. */
const char *arguments_memory(const struct qemu_options *options);

/* The program that runs: options->qemu or the default. */
const char *arguments_program(const struct qemu_options *options);

#endif
