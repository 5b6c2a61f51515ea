/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which guests are to run and which checks each of them has: files times their matrices, narrowed
 * down by --only and --shard. What became of a guest is collected here, too.
 */
#ifndef BOOTSCOPE_CHECKS_PLAN_H
#define BOOTSCOPE_CHECKS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "language.h"

#define PLAN_FILES_MAX  256
#define PLAN_GUESTS_MAX 65536
#define PLAN_ONLY_MAX   64
#define PLAN_LABEL_MAX  256

struct plan_file {
    struct checks *checks;
    bool *selected; /* per statement */
    size_t count;   /* checks among them */
};

struct guest {
    const struct plan_file *file;
    struct cell cell;
    char label[PLAN_LABEL_MAX]; /* "memory 128M, seed 3"; "" without a matrix */
    /* What came of it (run.h); owned. NULL for a statement that gives no result, or not yet. */
    json_t **results;
    json_t *shows; /* an array */
    json_t *end;
};

struct plan {
    struct plan_file *files;
    size_t file_count;
    struct guest *guests; /* in the order of the files and of their matrices */
    size_t guest_count;
    size_t check_count; /* results there will be, over all guests */
};

struct plan_options {
    const char *const *files;
    size_t file_count;
    const char *only[PLAN_ONLY_MAX]; /* a tag, or a pattern of a check's name */
    size_t only_count;
    struct shard shard;
};

/*
 * Parses all files, finds their checkpoints among stages, and lists the guests. ERROR_INPUT: those
 * of language.h; too many guests; an --only that fits no check at all.
 */
struct error *plan_make(const struct plan_options *options, const struct stages *stages,
                        struct plan *ret);
void plan_free(struct plan *plan);

/* "FILE:LINE" of a statement, in a buffer of its own kind: valid for 4 calls. */
const char *plan_place(const struct statement *statement);

#endif
