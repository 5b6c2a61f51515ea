/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matrix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const axis_names[AXIS_COUNT] = {"memory", "cpu", "append", "seed"};

static bool number(const char *text, const char **ret_end, uint64_t *ret)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *ret = strtoull(text, &end, 0);
    *ret_end = end;
    return errno == 0;
}

static struct error *add_value(struct matrix *matrix, enum axis axis, const struct place *place,
                               const char *value)
{
    size_t count = matrix->axes[axis].count;
    char **values = matrix->axes[axis].values;

    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i], value) == 0)
            return place_error(place, ERROR_INPUT, "%s \"%s\" is listed twice", axis_names[axis],
                               value);
    if (count == MATRIX_VALUES_MAX)
        return place_error(place, ERROR_INPUT, "more than %d values for %s", MATRIX_VALUES_MAX,
                           axis_names[axis]);
    values = realloc(values, (count + 1) * sizeof(*values));
    if (!values)
        return error_errno(ENOMEM, "matrix");
    matrix->axes[axis].values = values;
    values[count] = strdup(value);
    if (!values[count])
        return error_errno(ENOMEM, "matrix");
    matrix->axes[axis].count++;
    if (matrix_cells(matrix) > MATRIX_CELLS_MAX)
        return place_error(place, ERROR_INPUT, "the matrix makes more than %d guests",
                           MATRIX_CELLS_MAX);
    return NULL;
}

/* "7" or "1..20". */
static struct error *add_seeds(struct matrix *matrix, const struct place *place, const char *text)
{
    struct error *err = NULL;
    uint64_t first, last;
    const char *end;
    char value[32];

    if (!number(text, &end, &first))
        return place_error(place, ERROR_INPUT, "\"%s\": no number, and no range like 1..20", text);
    last = first;
    if (strncmp(end, "..", 2) == 0 && !number(end + 2, &end, &last))
        return place_error(place, ERROR_INPUT, "\"%s\": a range looks like 1..20", text);
    if (*end || last < first)
        return place_error(place, ERROR_INPUT, "\"%s\": no number, and no range like 1..20", text);
    if (last - first >= MATRIX_VALUES_MAX)
        return place_error(place, ERROR_INPUT, "more than %d values for seed", MATRIX_VALUES_MAX);
    for (uint64_t i = 0; !err && i <= last - first; i++) {
        snprintf(value, sizeof(value), "%llu", (unsigned long long)(first + i));
        err = add_value(matrix, AXIS_SEED, place, value);
    }
    return err;
}

static struct error *find_axis(struct cursor *cursor, enum axis *ret)
{
    struct place place = cursor_place(cursor);

    for (enum axis axis = 0; axis < AXIS_COUNT; axis++)
        if (cursor_take(cursor, axis_names[axis])) {
            *ret = axis;
            return NULL;
        }
    return place_error(&place, ERROR_INPUT, "matrix of what? memory, cpu, append or seed");
}

struct error *matrix_parse(struct matrix *matrix, struct cursor *cursor)
{
    char value[MATRIX_TEXT_MAX];
    enum axis axis;
    struct error *err = find_axis(cursor, &axis);

    do {
        struct place place = cursor_place(cursor);

        if (!err)
            err = cursor_word(cursor, "a value", value, sizeof(value));
        if (err)
            break;
        err = axis == AXIS_SEED ? add_seeds(matrix, &place, value)
                                : add_value(matrix, axis, &place, value);
    } while (!err && !cursor_at_end(cursor));
    return err;
}

void matrix_free(struct matrix *matrix)
{
    for (enum axis axis = 0; axis < AXIS_COUNT; axis++) {
        for (size_t i = 0; i < matrix->axes[axis].count; i++)
            free(matrix->axes[axis].values[i]);
        free(matrix->axes[axis].values);
    }
    *matrix = (struct matrix){0};
}

size_t matrix_cells(const struct matrix *matrix)
{
    size_t cells = 1;

    /* Below the limit each time, so the product cannot wrap. */
    for (enum axis axis = 0; axis < AXIS_COUNT && cells <= MATRIX_CELLS_MAX; axis++)
        if (matrix->axes[axis].count)
            cells *= matrix->axes[axis].count;
    return cells;
}

struct cell matrix_cell(const struct matrix *matrix, size_t index)
{
    struct cell cell = {{NULL}};

    for (enum axis axis = AXIS_COUNT; axis-- > 0;) {
        size_t count = matrix->axes[axis].count;

        if (!count)
            continue;
        cell.values[axis] = matrix->axes[axis].values[index % count];
        index /= count;
    }
    return cell;
}

const char *cell_label(const struct cell *cell, char *out, size_t size)
{
    size_t length = 0;

    out[0] = '\0';
    for (enum axis axis = 0; axis < AXIS_COUNT; axis++) {
        const char *value = cell->values[axis];
        const char *quote = value && (!*value || strchr(value, ' ')) ? "\"" : "";

        if (!value || length >= size)
            continue;
        length += (size_t)snprintf(out + length, size - length, "%s%s %s%s%s", length ? ", " : "",
                                   axis_names[axis], quote, value, quote);
    }
    return out;
}

json_t *cell_json(const struct cell *cell)
{
    json_t *object = json_object();

    for (enum axis axis = 0; axis < AXIS_COUNT; axis++)
        if (cell->values[axis])
            json_object_set_new(object, axis_names[axis], json_string(cell->values[axis]));
    return object;
}

struct error *cell_guest(const struct cell *cell, const struct guest_options *defaults,
                         char *append, size_t size, struct guest_options *ret)
{
    const char *line = cell->values[AXIS_APPEND] ? cell->values[AXIS_APPEND] : defaults->append;
    const char *seed = cell->values[AXIS_SEED];

    *ret = *defaults;
    if (cell->values[AXIS_MEMORY])
        ret->memory = cell->values[AXIS_MEMORY];
    if (cell->values[AXIS_CPU])
        ret->cpu = cell->values[AXIS_CPU];
    ret->append = line;
    if (!seed)
        return NULL;
    if ((size_t)snprintf(append, size, "%s%skaslr_seed=%s", line ? line : "",
                         line && *line ? " " : "", seed) >= size)
        return error_new(ERROR_INPUT, "the command line with kaslr_seed=%s has over %zu bytes",
                         seed, size - 1);
    ret->append = append;
    return NULL;
}

bool shard_parse(const char *text, struct shard *ret)
{
    uint64_t index, of;
    const char *end;

    if (!number(text, &end, &index) || *end != '/' || !number(end + 1, &end, &of) || *end)
        return false;
    if (of == 0 || of > SHARDS_MAX || index == 0 || index > of)
        return false;
    *ret = (struct shard){(unsigned int)index, (unsigned int)of};
    return true;
}

bool shard_has(const struct shard *shard, size_t index)
{
    return index % shard->of == shard->number - 1;
}
