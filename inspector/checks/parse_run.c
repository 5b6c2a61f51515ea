/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements about the whole run: require, within, never. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "parse.h"

static struct error *add_name(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);

    if (ret->name_count == STAGES_MAX)
        return place_error(&place, ERROR_INPUT, "more than %d checkpoints", STAGES_MAX);
    if (!ret->names)
        ret->names = calloc(STAGES_MAX, sizeof(*ret->names));
    if (!ret->names)
        return error_errno(ENOMEM, "check file");
    return parse_checkpoint(cursor, &ret->names[ret->name_count++]);
}

struct error *parse_require(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);
    struct error *err = NULL;

    if (cursor_take(cursor, "order")) {
        ret->kind = STATEMENT_ORDER;
        ret->strict = cursor_take(cursor, "strict");
        return NULL;
    }
    if (!cursor_take(cursor, "checkpoints"))
        return place_error(&place, ERROR_INPUT,
                           "require what? order, order strict, or checkpoints");
    ret->kind = STATEMENT_CHECKPOINTS;
    if (cursor_take(cursor, "all"))
        return NULL;
    do
        err = add_name(cursor, ret);
    while (!err && !cursor_at_end(cursor));
    return err;
}

/* "20M instructions": a count that no load of the host changes. */
static bool instruction_count(const char *text, uint64_t *ret)
{
    static const struct {
        const char *unit;
        uint64_t factor;
    } units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}};
    unsigned long long number;
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].unit) == 0 && !errno && number &&
            number <= UINT64_MAX / units[i].factor) {
            *ret = number * units[i].factor;
            return true;
        }
    return false;
}

struct error *parse_within(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);
    char word[32];
    struct error *err = cursor_word(cursor, "a time", word, sizeof(word));

    ret->kind = STATEMENT_WITHIN;
    if (err)
        return err;
    if (cursor_take(cursor, "instructions")) {
        if (instruction_count(word, &ret->limit_instructions))
            return NULL;
        return place_error(&place, ERROR_INPUT,
                           "%s: no count; write 5000000, 5000k, 5M or 1G instructions", word);
    }
    if (parse_duration(word, &ret->limit_ms))
        return NULL;
    return place_error(&place, ERROR_INPUT,
                       "%s: not a time; write 500ms, 10s or 2m, or 5M instructions", word);
}

struct error *parse_never(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);
    struct error *err;

    if (cursor_take(cursor, "fault")) {
        ret->kind = STATEMENT_NEVER_FAULT;
        return NULL;
    }
    if (cursor_take(cursor, "reach")) {
        ret->kind = STATEMENT_NEVER_REACH;
        return add_name(cursor, ret);
    }
    if (!cursor_take(cursor, "write"))
        return place_error(&place, ERROR_INPUT,
                           "never what? fault, reach CHECKPOINT, or write [FROM, TO)");
    ret->kind = STATEMENT_NEVER_WRITE;
    err = parse_range(cursor, &ret->range);
    if (!err && cursor_take(cursor, "after"))
        err = parse_checkpoint(cursor, &ret->from);
    return err;
}
