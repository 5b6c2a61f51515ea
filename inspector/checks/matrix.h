/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guests that one check file asks for: every combination of the values that its `matrix` lines
 * list. A file without such lines asks for one guest, as the command line describes it.
 */
#ifndef BOOTSCOPE_CHECKS_MATRIX_H
#define BOOTSCOPE_CHECKS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "error.h"
#include "options.h"
#include "source.h"

#define MATRIX_VALUES_MAX 1024 /* of one axis */
#define MATRIX_CELLS_MAX  4096
#define MATRIX_TEXT_MAX   512

enum axis { AXIS_MEMORY, AXIS_CPU, AXIS_APPEND, AXIS_SEED, AXIS_COUNT };

struct matrix {
    struct {
        size_t count; /* 0: the axis is not there */
        char **values;
    } axes[AXIS_COUNT];
};

/*
 * What stands behind `matrix` on a line: "memory 128M 512M", "seed 1..20 77". Lines for the same
 * axis add to it. ERROR_INPUT, where it stands: no such axis, no value, a value twice, one that is
 * none, more than the limits above.
 */
struct error *matrix_parse(struct matrix *matrix, struct cursor *cursor);
void matrix_free(struct matrix *matrix);

/* How many guests it makes: 1 without any axis. */
size_t matrix_cells(const struct matrix *matrix);

/* One of them. Strings are the matrix's; NULL where it has no such axis. */
struct cell {
    const char *values[AXIS_COUNT];
};

/* index < matrix_cells(); the last axis changes fastest. */
struct cell matrix_cell(const struct matrix *matrix, size_t index);
/* "memory 128M, seed 3"; "" without a matrix. Returns out. */
const char *cell_label(const struct cell *cell, char *out, size_t size);
/* {"memory":"128M","seed":"3"}; a new reference. */
json_t *cell_json(const struct cell *cell);
/*
 * The options of this cell's guest: those of the command line, save what the matrix says. append
 * is room for a command line, of size bytes. ERROR_INPUT when it does not fit.
 */
struct error *cell_guest(const struct cell *cell, const struct guest_options *defaults,
                         char *append, size_t size, struct guest_options *ret);

/* One part of several that several hosts run: 1 <= number <= of. */
struct shard {
    unsigned int number, of;
};

#define SHARDS_MAX 10000

/* "2/5"; false for anything else. */
bool shard_parse(const char *text, struct shard *ret);
/* Whether the guest of that index, counted from 0 over all files, belongs to the shard. */
bool shard_has(const struct shard *shard, size_t index);

#endif
