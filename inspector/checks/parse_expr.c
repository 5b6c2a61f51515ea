/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions, ranges and names of checkpoints within a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/*
 * The message of an expression says "column N: REASON" and shows its text with a caret: here the
 * line is the file's, and so is the column.
 */
static struct error *place_in_file(const struct cursor *cursor, struct error *err)
{
    struct place place = cursor_place(cursor);
    const char *message = error_message(err);
    unsigned int column = 1;
    int skip = 0;

    if (sscanf(message, "column %u: %n", &column, &skip) == 1 && column > 0)
        message += skip;
    place.column += column - 1;
    struct error *placed = place_error(&place, error_kind(err), "%.*s", (int)strcspn(message, "\n"),
                                       message);
    error_free(err);
    return placed;
}

struct error *parse_expr(struct cursor *cursor, const char *stops, struct expr **ret)
{
    const char *end;
    struct error *err;

    if (cursor_at_end(cursor)) {
        struct place place = cursor_place(cursor);

        return place_error(&place, ERROR_INPUT, "an expression is missing here");
    }
    err = expr_parse_prefix(cursor->at, stops, ret, &end);
    if (err)
        return place_in_file(cursor, err);
    cursor->at = end;
    cursor_skip_blanks(cursor);
    return NULL;
}

struct error *parse_range(struct cursor *cursor, struct range_text *ret)
{
    struct place place = cursor_place(cursor);
    struct error *err;

    if (!cursor_take_character(cursor, '['))
        return place_error(&place, ERROR_INPUT, "a range [FROM, TO) is missing here");
    err = parse_expr(cursor, ",", &ret->start);
    place = cursor_place(cursor);
    if (!err && !cursor_take_character(cursor, ','))
        return place_error(&place, ERROR_INPUT, "a comma belongs here: a range is [FROM, TO)");
    if (!err)
        err = parse_expr(cursor, ")", &ret->end);
    place = cursor_place(cursor);
    if (!err && !cursor_take_character(cursor, ')'))
        return place_error(&place, ERROR_INPUT, "a range [FROM, TO) is closed with )");
    return err;
}

struct error *parse_checkpoint(struct cursor *cursor, struct checkpoint_name *ret)
{
    ret->place = cursor_place(cursor);
    return cursor_word(cursor, "a checkpoint", ret->name, sizeof(ret->name));
}
