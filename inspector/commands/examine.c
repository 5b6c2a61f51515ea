/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x and xp: memory in a format of gdb's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "disasm.h"
#include "format.h"
#include "memory.h"

/* A longer string goes on as another, as in gdb. */
#define STRING_BYTES   64
#define LABEL_MAX      64
#define SYMBOL_COLUMNS 28 /* as much of a symbol's name is shown, less one */

/* One run of x or xp. */
struct examination {
    struct environment *environment;
    const struct stop *stop;
    struct format format;
    struct memory_area at; /* where the next value is */
    bool bare;             /* labels without symbols, where lines would be too long */
};

static unsigned int pointer_size(const struct stop *stop)
{
    return registers_mode(&stop->regs) == CPU_LONG64 ? 8 : 4;
}

/* "0x100000 <startup_32+0x10>:"; physical addresses have no symbols. */
static const char *label(const struct examination *x, uint64_t address, char *out)
{
    char name[SYMBOL_COLUMNS];

    if (x->at.physical || x->bare || !*symbol_text(x->stop, address, name, sizeof(name)))
        snprintf(out, LABEL_MAX, "%s:", text_hex(address));
    else
        snprintf(out, LABEL_MAX, "%s <%s>:", text_hex(address), name);
    return out;
}

static uint64_t value_at(const uint8_t *bytes, unsigned int size)
{
    uint64_t value = 0;

    memcpy(&value, bytes, size);
    return value;
}

static void print_value(const struct examination *x, uint64_t value)
{
    unsigned int width = format_width(x->format.letter, x->format.size);
    const struct text *text = x->environment->text;
    char out[FORMAT_TEXT_MAX], name[SYMBOL_COLUMNS];

    if (x->format.letter != 'a') {
        text_print(text, TEXT_PLAIN, "  %*s", (int)width,
                   format_value(x->format.letter, x->format.size, value, out));
        return;
    }
    text_print(text, TEXT_PLAIN, "  %s", format_value('a', x->format.size, value, out));
    if (*symbol_text(x->stop, value, name, sizeof(name)))
        text_print(text, TEXT_PLAIN, " <%s>", name);
}

/* The widest label of lines of per_line values. */
static int label_width(const struct examination *x, size_t count, size_t per_line)
{
    char out[LABEL_MAX];
    size_t widest = 0;

    for (size_t i = 0; i < count; i += per_line) {
        size_t width = strlen(label(x, x->at.address + i * x->format.size, out));

        if (width > widest)
            widest = width;
    }
    return (int)widest;
}

/* How many values are put on a line: as many as gdb does, where they fit. */
static size_t arrange(struct examination *x, size_t count)
{
    size_t per_line = format_per_line(x->format.letter, x->format.size);
    size_t width = format_width(x->format.letter, x->format.size) + 2;

    x->bare = x->format.letter == 't' && x->format.size == 8;
    while (per_line > 1 &&
           (size_t)label_width(x, count, per_line) + per_line * width > TEXT_COLUMNS)
        per_line /= 2;
    return per_line;
}

static void print_values(struct examination *x, const uint8_t *bytes, size_t count)
{
    const struct format *format = &x->format;
    const struct text *text = x->environment->text;
    size_t per_line = arrange(x, count);
    int width = label_width(x, count, per_line);
    char out[LABEL_MAX];

    for (size_t i = 0; i < count; i++) {
        if (i % per_line == 0)
            text_print(text, TEXT_DIM, "%-*s", width,
                       label(x, x->at.address + i * format->size, out));
        print_value(x, value_at(bytes + i * format->size, format->size));
        if (i % per_line == per_line - 1 || i == count - 1)
            text_print(text, TEXT_PLAIN, "\n");
    }
}

static json_t *values_json(const struct examination *x, const uint8_t *bytes, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        uint64_t value = value_at(bytes + i * x->format.size, x->format.size);
        char name[LABEL_MAX];

        if (x->format.letter == 'a')
            json_array_append_new(
                list, json_pack("{s:o, s:s?}", "value", json_hex(value), "symbol",
                                *symbol_text(x->stop, value, name, sizeof(name)) ? name : NULL));
        else
            json_array_append_new(list, json_hex(value));
    }
    return list;
}

/* Takes values. */
static void print_json(const struct examination *x, uint64_t from, json_t *values, bool cut)
{
    command_print_json(x->environment,
                       json_pack("{s:o, s:b, s:s%, s:I, s:o, s:o}", "address", json_hex(from),
                                 "physical", x->at.physical, "format", &x->format.letter, (size_t)1,
                                 "size", (json_int_t)x->format.size, "values", values, "unreadable",
                                 cut ? json_hex(x->at.address) : json_null()));
}

static struct error *examine_values(struct examination *x)
{
    uint64_t size = x->format.size, from = x->at.address;
    uint8_t *bytes;
    size_t length = 0;
    struct error *err;

    if (x->format.count > MEMORY_BYTES_MAX / size)
        return error_new(ERROR_INPUT, "at most %zu values of %u bytes at once",
                         MEMORY_BYTES_MAX / (size_t)size, x->format.size);
    bytes = malloc(MEMORY_BYTES_MAX);
    if (!bytes)
        return error_new(ERROR_SYSTEM, "memory: no room for %zu bytes", MEMORY_BYTES_MAX);
    err = memory_read(x->stop, x->at, bytes, (size_t)(x->format.count * size), &length);
    size_t count = length / size;
    bool cut = count < x->format.count;
    if (!err && !x->environment->json)
        print_values(x, bytes, count);
    json_t *values = !err && x->environment->json ? values_json(x, bytes, count) : NULL;
    x->at.address += count * size;
    if (values)
        print_json(x, from, values, cut);
    else if (!err && cut)
        err = memory_missing(x->at);
    free(bytes);
    return err;
}

/* One string, or as much of it as fits; *ret_length is how many bytes of memory it took. */
static struct error *read_string(const struct examination *x, char *out, size_t size,
                                 size_t *ret_length, bool *ret_more)
{
    uint8_t bytes[STRING_BYTES];
    size_t length, end;
    struct error *err = memory_read(x->stop, x->at, bytes, sizeof(bytes), &length);

    *ret_length = 0;
    *ret_more = false;
    if (err || length == 0)
        return err;
    end = strnlen((const char *)bytes, length);
    *ret_length = format_string(bytes, end, out, size);
    *ret_more = *ret_length < end || end == STRING_BYTES;
    if (!*ret_more && end < length)
        *ret_length = end + 1;
    return NULL;
}

/* A line with a string fits the screen; JSON has no lines. */
static size_t string_room(const struct examination *x, const char *before, size_t size)
{
    return x->environment->json ? size : TEXT_COLUMNS - strlen(before) - strlen("  \"\"...") + 1;
}

static struct error *examine_strings(struct examination *x)
{
    const struct environment *environment = x->environment;
    uint64_t from = x->at.address;
    json_t *values = json_array();
    struct error *err = NULL;
    bool cut = false;

    if (x->format.count > MEMORY_BYTES_MAX / STRING_BYTES)
        err = error_new(ERROR_INPUT, "at most %zu strings at once",
                        MEMORY_BYTES_MAX / STRING_BYTES);
    for (uint64_t i = 0; !err && !cut && i < x->format.count; i++) {
        char string[STRING_BYTES * 4 + 1], before[LABEL_MAX];
        size_t length;
        bool more;

        label(x, x->at.address, before);
        err = read_string(x, string, string_room(x, before, sizeof(string)), &length, &more);
        cut = length == 0;
        if (err || cut)
            break;
        if (environment->json)
            json_array_append_new(values, json_string(string));
        else
            text_print(environment->text, TEXT_PLAIN, "%s  \"%s\"%s\n", before, string,
                       more ? "..." : "");
        x->at.address += length;
    }
    if (!err && environment->json)
        print_json(x, from, json_incref(values), cut);
    else if (!err && cut)
        err = memory_missing(x->at);
    json_decref(values);
    return err;
}

/* Instructions are what dis shows. */
static struct error *examine_code(struct examination *x)
{
    if (x->at.physical)
        return error_new(ERROR_INPUT, "xp has no form i: instructions are at linear addresses");
    return code_list(x->environment, &x->at.address, x->format.count);
}

static struct error *examine(struct examination *x)
{
    if (x->format.letter == 'i')
        return examine_code(x);
    return x->format.letter == 's' ? examine_strings(x) : examine_values(x);
}

static struct error *run(struct environment *environment, const struct command_line *line,
                         bool physical)
{
    struct command_cursor *cursor = &environment->cursor;
    struct examination x = {.environment = environment,
                            .at = {physical, cursor->examined[physical].value},
                            .format = {1, 'x', 4}};
    struct error *err = command_stop(environment, &x.stop);

    if (err)
        return err;
    if (cursor->letter)
        x.format = (struct format){1, cursor->letter, cursor->size};
    err = format_parse(line->format, pointer_size(x.stop), &x.format);
    if (!err && *line->rest)
        err = place_argument(environment, line->rest, &x.at.address);
    else if (!err && !cursor->examined[physical].known && physical)
        err = error_new(ERROR_INPUT, "xp: an address is needed the first time");
    else if (!err && !cursor->examined[physical].known)
        x.at.address = registers_pc(&x.stop->regs).value;
    if (err)
        return err;
    err = examine(&x);
    cursor->letter = x.format.letter;
    cursor->size = x.format.size;
    cursor->examined[physical] = known(x.at.address);
    return err;
}

struct error *run_x(struct environment *environment, const struct command_line *line)
{
    return run(environment, line, false);
}

struct error *run_xp(struct environment *environment, const struct command_line *line)
{
    return run(environment, line, true);
}
