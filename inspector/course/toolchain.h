/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What made the outputs and numbers in the lessons: the compiler of the stub, QEMU, and the version of each kernel that
 * is not ours. LESSONS/toolchain.txt records it, one "NAME: TEXT" a line; with another compiler an address is another one,
 * and nothing is wrong with that.
 */
#ifndef BOOTSCOPE_COURSE_TOOLCHAIN_H
#define BOOTSCOPE_COURSE_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define TOOLCHAIN_LINES_MAX 64

struct toolchain {
    size_t count;
    struct toolchain_line {
        char *name, *text;
    } lines[TOOLCHAIN_LINES_MAX];
};

/*
 * The present "compiler" (the .comment section of stub.elf) and "qemu" (the first line of its --version). ERROR_INPUT when one
 * of them cannot be asked.
 */
struct error *toolchain_present(struct toolchain *ret);
/* Adds an image by its name (as in a lesson) and path; nothing for those of our own build. */
struct error *toolchain_add_image(struct toolchain *toolchain, const char *name, const char *path);

/* LESSONS/toolchain.txt; empty when there is no such file. ERROR_INPUT: it is damaged. */
struct error *toolchain_read(const char *lessons, struct toolchain *ret);
/* Writes it; a file that says so already is left alone. */
struct error *toolchain_write(const char *lessons, const struct toolchain *toolchain);
void toolchain_clear(struct toolchain *toolchain);

/* NULL when it is not there. */
const char *toolchain_find(const struct toolchain *toolchain, const char *name);
/* Sets a line. */
void toolchain_set(struct toolchain *toolchain, const char *name, const char *text);

/*
 * The first line of now that recorded has otherwise, as a sentence of one line, owned by the caller; NULL when there is none. What is not
 * recorded does not differ.
 */
char *toolchain_difference(const struct toolchain *recorded, const struct toolchain *now);

#endif
