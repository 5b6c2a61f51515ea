/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: source lines. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "memory.h"
#include "place.h"

#define LINES_SHOWN  10
#define LINES_BEFORE 5
#define LINE_MAX_    256 /* a longer one is cut */
#define GUTTER       8   /* before a line: the mark and its number */
#define TAB          8
#define CUT          "..."
#define CUT_LENGTH   (sizeof(CUT) - 1)

/* What is listed. */
struct listing {
    char path[PATH_MAX];
    const char *name;     /* as elsewhere: no path of the machine that it was compiled on */
    unsigned int first;   /* line number of the first line shown */
    unsigned int current; /* the line of the next instruction, 0: in another file */
};

/* The file and line of a place in a module. */
static struct error *source_of(const struct stop *stop, enum module module, uint64_t link,
                               struct listing *ret, unsigned int *ret_line)
{
    const struct symbols *symbols = stop_symbols(stop, module);

    if (symbols && symbols_source(symbols, link, ret->path, sizeof(ret->path), ret_line) &&
        symbols_line(symbols, link, &ret->name, ret_line))
        return NULL;
    return error_new(ERROR_INPUT,
                     "%s in %s: the debug information has no source line of it; dis shows the "
                     "instructions",
                     text_hex(link), place_module_text(module));
}

/* Tabs widen, what a terminal might take for a command does not reach it, and the line fits. */
static void clean(const char *line, char *out, size_t columns)
{
    size_t used = 0;

    for (; *line && *line != '\n' && used < columns; line++) {
        if (*line == '\t')
            do
                out[used++] = ' ';
            while (used % TAB && used < columns);
        else
            out[used++] = iscntrl((unsigned char)*line) ? '.' : *line;
    }
    if (*line && *line != '\n')
        memcpy(out + columns - CUT_LENGTH, CUT, CUT_LENGTH);
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}

static void print_line(const struct environment *environment, const struct listing *listing,
                       unsigned int number, const char *line)
{
    bool current = number == listing->current;
    char shown[TEXT_COLUMNS];

    clean(line, shown, TEXT_COLUMNS - GUTTER);
    text_print(environment->text, current ? TEXT_GOOD : TEXT_PLAIN, "%s", current ? "=>" : "  ");
    text_print(environment->text, TEXT_DIM, "%*u", GUTTER - 4, number);
    text_print(environment->text, TEXT_PLAIN, "%s%s\n", *shown ? "  " : "", shown);
}

/* A source need not be UTF-8, but JSON must. */
static json_t *line_json(char *line)
{
    json_t *json = json_string(line);

    if (json)
        return json;
    for (char *byte = line; *byte; byte++)
        if ((unsigned char)*byte > '~')
            *byte = '?';
    return json_string(line);
}

/* Prints, or with JSON collects, the lines; *ret_next is the first one that was not shown. */
static json_t *show(const struct environment *environment, const struct listing *listing,
                    FILE *file, unsigned int *ret_next)
{
    json_t *lines = json_array();
    char *line = NULL;
    size_t size = 0;
    unsigned int number = 1;

    for (; number < listing->first + LINES_SHOWN && getline(&line, &size, file) > 0; number++) {
        char whole[LINE_MAX_ + TAB];

        if (number < listing->first)
            continue;
        clean(line, whole, LINE_MAX_);
        json_array_append_new(lines, line_json(whole));
        if (!environment->json)
            print_line(environment, listing, number, line);
    }
    free(line);
    *ret_next = number;
    return lines;
}

static struct error *list(struct environment *environment, const struct listing *listing)
{
    struct command_cursor *cursor = &environment->cursor;
    FILE *file = fopen(listing->path, "re");
    struct error *err = NULL;

    if (!file)
        return error_new(ERROR_INPUT, "%s:%u: the source file is not here: %s", listing->path,
                         listing->current ? listing->current : listing->first, strerror(errno));
    if (!environment->json && !cursor->listing)
        text_print(environment->text, TEXT_HEADING, "%s\n", listing->name);
    json_t *lines = show(environment, listing, file, &cursor->list_next);
    fclose(file);
    if (json_array_size(lines) == 0)
        err = error_new(ERROR_INPUT, "%s: there is no line %u: it ends at %u", listing->path,
                        listing->first, cursor->list_next - 1);
    if (!err && environment->json)
        command_print_json(
            environment,
            json_pack("{s:s, s:i, s:o, s:O}", "file", listing->path, "first", (int)listing->first,
                      "current", listing->current ? json_integer(listing->current) : json_null(),
                      "lines", lines));
    json_decref(lines);
    return err;
}

/* Behind what was shown last, as long as the guest is where it was then. */
static bool goes_on(const struct environment *environment, const struct command_line *line,
                    const struct stop *stop)
{
    const struct command_cursor *cursor = &environment->cursor;

    return !*line->rest && cursor->listing && cursor->list_pc == registers_pc(&stop->regs).value;
}

static struct error *linear_place(const struct stop *stop, uint64_t address,
                                  struct command_cursor *ret)
{
    if (stop_place(stop, virt(address), &ret->list_module, &ret->list_link))
        return NULL;
    return error_new(ERROR_INPUT, "%s: belongs to no code that there are symbols of",
                     text_hex(address));
}

/* Notes in the cursor which place is meant: it need not be in memory yet. */
static struct error *choose_place(struct environment *environment, const char *text,
                                  const struct stop *stop)
{
    struct command_cursor *cursor = &environment->cursor;
    struct place_text place;
    struct error *err;

    if (!*text)
        return linear_place(stop, registers_pc(&stop->regs).value, cursor);
    err = evaluate_place(environment, text, &place);
    if (!err && !place.symbolic)
        return linear_place(stop, place.address.value, cursor);
    if (!err) {
        cursor->list_module = place.module;
        cursor->list_link = place.link;
    }
    return err;
}

/* The line of the next instruction, when it is in the file that is listed. */
static unsigned int present_line(const struct stop *stop, const char *path)
{
    char here[PATH_MAX];
    enum module module;
    unsigned int line;
    uint64_t link;

    if (stop_place(stop, registers_pc(&stop->regs), &module, &link) &&
        symbols_source(stop_symbols(stop, module), link, here, sizeof(here), &line) &&
        strcmp(here, path) == 0)
        return line;
    return 0;
}

struct error *run_list(struct environment *environment, const struct command_line *line)
{
    struct command_cursor *cursor = &environment->cursor;
    struct listing listing;
    const struct stop *stop;
    unsigned int number;
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    cursor->listing = goes_on(environment, line, stop);
    if (!cursor->listing)
        err = choose_place(environment, line->rest, stop);
    if (!err)
        err = source_of(stop, cursor->list_module, cursor->list_link, &listing, &number);
    if (err)
        return err;
    listing.current = present_line(stop, listing.path);
    listing.first = number > LINES_BEFORE ? number - LINES_BEFORE : 1;
    if (cursor->listing)
        listing.first = cursor->list_next;
    err = list(environment, &listing);
    cursor->listing = !err;
    cursor->list_pc = registers_pc(&stop->regs).value;
    return err;
}
