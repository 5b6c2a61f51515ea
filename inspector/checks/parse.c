/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check files line by line: blocks, what stands before a statement, and included files. */
#include "parser.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error *new_statement(struct parser *parser, const struct cursor *cursor,
                                   struct statement **ret)
{
    struct checks *checks = parser->checks;
    struct place place = cursor_place(cursor);

    if (checks->count == CHECKS_STATEMENTS_MAX)
        return place_error(&place, ERROR_INPUT, "more than %d statements", CHECKS_STATEMENTS_MAX);
    *ret = &checks->statements[checks->count++];
    (*ret)->place = place;
    (*ret)->text = cursor->at;
    return NULL;
}

static void add_tags(struct statement *statement, const struct notes *notes)
{
    for (size_t i = 0; i < notes->tag_count && statement->tag_count < CHECK_TAGS_MAX; i++)
        strcpy(statement->tags[statement->tag_count++], notes->tags[i]);
}

/* What a report calls it: the description if there is one, behind that of its block. */
static void name_statement(struct statement *statement, const struct notes *block,
                           const struct notes *notes)
{
    const char *said = notes->description[0] ? notes->description : statement->text;
    const char *before = block->description;

    if (!before[0] && statement->moment == MOMENT_AT)
        before = statement->at.name;
    else if (!before[0] && statement->moment == MOMENT_END)
        before = "end";
    snprintf(statement->name, sizeof(statement->name), "%.*s%s%.*s", CHECK_SAID_MAX, before,
             before[0] ? ": " : "", SOURCE_LINE_MAX, said);
}

/* A statement is whole: it takes its place and the notes that stand before it. */
static struct error *finish(struct parser *parser, const struct cursor *cursor,
                            struct statement *statement, enum moment moment)
{
    static const struct notes none;
    const struct notes *block = parser->in_block ? &parser->block : &none;
    struct error *err = cursor_expect_end(cursor);

    if (err)
        return err;
    statement->moment = moment;
    if (moment == MOMENT_AT)
        statement->at = parser->at;
    if (parser->notes.any && !statement_is_check(statement))
        return place_error(&parser->notes.place, ERROR_INPUT,
                           "this stands before a line that checks nothing");
    add_tags(statement, block);
    add_tags(statement, &parser->notes);
    name_statement(statement, block, &parser->notes);
    parser->notes = none;
    return NULL;
}

static struct error *parse_tags(struct parser *parser, struct cursor *cursor)
{
    struct notes *notes = &parser->notes;
    struct error *err = NULL;

    do {
        struct place place = cursor_place(cursor);

        if (notes->tag_count == CHECK_TAGS_MAX)
            return place_error(&place, ERROR_INPUT, "more than %d tags", CHECK_TAGS_MAX);
        err = cursor_word(cursor, "a tag", notes->tags[notes->tag_count++], CHECK_TAG_MAX);
    } while (!err && !cursor_at_end(cursor));
    return err;
}

/* `tag A B` and `description "text"`; *ret_taken tells whether it was one of them. */
static struct error *parse_notes(struct parser *parser, struct cursor *cursor, bool *ret_taken)
{
    struct place place = cursor_place(cursor);
    struct error *err = NULL;

    *ret_taken = true;
    if (cursor_take(cursor, "tag")) {
        err = parse_tags(parser, cursor);
    } else if (cursor_take(cursor, "description")) {
        err = cursor_word(cursor, "a text in quotes", parser->notes.description,
                          sizeof(parser->notes.description));
        if (!err)
            err = cursor_expect_end(cursor);
    } else {
        *ret_taken = false;
        return NULL;
    }
    parser->notes.any = true;
    parser->notes.place = place;
    return err;
}

static struct error *begin_block(struct parser *parser, struct cursor *cursor)
{
    struct error *err = NULL;

    parser->block = parser->notes;
    parser->notes = (struct notes){0};
    parser->in_block = true;
    parser->moment = MOMENT_END;
    if (cursor_take(cursor, "end"))
        return cursor_expect_end(cursor);
    parser->moment = MOMENT_AT;
    memset(&parser->at, 0, sizeof(parser->at));
    err = parse_checkpoint(cursor, &parser->at);
    return err ? err : cursor_expect_end(cursor);
}

/* always [from CHECKPOINT] [to CHECKPOINT] STATEMENT */
static struct error *parse_always(struct cursor *cursor, struct statement *ret)
{
    struct error *err = NULL;

    if (cursor_take(cursor, "from"))
        err = parse_checkpoint(cursor, &ret->from);
    if (!err && cursor_take(cursor, "to"))
        err = parse_checkpoint(cursor, &ret->to);
    if (!err)
        err = parse_state(cursor, ret);
    if (!err && ret->kind == STATEMENT_UNCHANGED)
        return place_error(
            &ret->place, ERROR_INPUT,
            "always and since do not go together: name the checkpoint to compare at");
    return err;
}

/* A name has one value: a second one would make its use depend on the way that the boot takes. */
static struct error *check_variable(const struct parser *parser, const struct statement *let)
{
    for (const struct statement *other = parser->checks->statements; other < let; other++)
        if (other->kind == STATEMENT_LET && strcmp(other->word, let->word) == 0)
            return place_error(&let->place, ERROR_INPUT, "%s has a value already (%s:%u)",
                               let->word, other->place.source->path, other->place.line);
    return NULL;
}

static struct error *misplaced(const struct cursor *cursor)
{
    struct place place = cursor_place(cursor);

    if (parse_state_begins(cursor))
        return place_error(&place, ERROR_INPUT,
                           "this stands outside of a block: indent it below an at CHECKPOINT, or "
                           "put always before it");
    return place_error(&place, ERROR_INPUT, "\"%.*s\" begins no statement (docs/checks.md)",
                       (int)strcspn(cursor->at, " \t"), cursor->at);
}

static struct error *parse_top_statement(struct parser *parser, struct cursor *cursor)
{
    enum moment moment = MOMENT_RUN;
    struct statement *statement;
    struct error *err = new_statement(parser, cursor, &statement);

    if (err)
        return err;
    if (cursor_take(cursor, "require")) {
        err = parse_require(cursor, statement);
    } else if (cursor_take(cursor, "within")) {
        err = parse_within(cursor, statement);
    } else if (cursor_take(cursor, "never")) {
        err = parse_never(cursor, statement);
    } else if (cursor_take(cursor, "always")) {
        moment = MOMENT_ALWAYS;
        err = parse_always(cursor, statement);
    } else if (cursor_take(cursor, "let")) {
        moment = MOMENT_START;
        err = parse_let(cursor, statement);
        if (!err)
            err = check_variable(parser, statement);
    } else {
        err = misplaced(cursor);
    }
    return err ? err : finish(parser, cursor, statement, moment);
}

static struct error *notes_left(const struct notes *notes)
{
    if (!notes->any)
        return NULL;
    return place_error(&notes->place, ERROR_INPUT, "no check follows that this could be for");
}

static struct error *parse_top(struct parser *parser, struct cursor *cursor)
{
    struct error *err;
    bool taken;

    /* What was said at the end of a block was said of nothing. */
    err = parser->in_block ? notes_left(&parser->notes) : NULL;
    parser->in_block = false;
    if (!err)
        err = parse_notes(parser, cursor, &taken);
    if (err || taken)
        return err;
    if (cursor_take(cursor, "at"))
        return begin_block(parser, cursor);
    if (cursor_take(cursor, "matrix") || cursor_take(cursor, "include")) {
        err = notes_left(&parser->notes);
        if (!err && strncmp(cursor->start, "matrix", 6) == 0)
            return matrix_parse(&parser->checks->matrix, cursor);
        return err ? err : parse_include(parser, cursor);
    }
    return parse_top_statement(parser, cursor);
}

static struct error *parse_in_block(struct parser *parser, struct cursor *cursor)
{
    struct statement *statement;
    struct error *err;
    bool taken;

    err = parse_notes(parser, cursor, &taken);
    if (err || taken)
        return err;
    err = new_statement(parser, cursor, &statement);
    if (err)
        return err;
    if (cursor_take(cursor, "show")) {
        statement->kind = STATEMENT_SHOW;
        err = parse_command(cursor, statement);
    } else if (cursor_take(cursor, "let")) {
        err = parse_let(cursor, statement);
        if (!err)
            err = check_variable(parser, statement);
    } else if (cursor_take(cursor, "within")) {
        err = parse_within(cursor, statement);
    } else {
        err = parse_state(cursor, statement);
    }
    return err ? err : finish(parser, cursor, statement, MOMENT_AT);
}

static struct error *parse_at_end(struct parser *parser, struct cursor *cursor)
{
    struct statement *statement;
    struct error *err;
    bool taken;

    err = parse_notes(parser, cursor, &taken);
    if (err || taken)
        return err;
    err = new_statement(parser, cursor, &statement);
    if (!err)
        err = parse_exit(cursor, statement);
    return err ? err : finish(parser, cursor, statement, MOMENT_END);
}

static struct error *parse_line(struct parser *parser, struct cursor *cursor)
{
    struct place place;
    bool indented;

    cursor_skip_blanks(cursor);
    indented = cursor->at != cursor->start;
    if (cursor_at_end(cursor) || *cursor->at == '#')
        return NULL;
    if (!indented)
        return parse_top(parser, cursor);
    place = cursor_place(cursor);
    if (!parser->in_block)
        return place_error(&place, ERROR_INPUT,
                           "this is indented, and no at CHECKPOINT stands above it");
    return parser->moment == MOMENT_END ? parse_at_end(parser, cursor)
                                        : parse_in_block(parser, cursor);
}

struct error *parse_lines(struct parser *parser, const struct source *source)
{
    struct error *err = NULL;

    parser->open[parser->depth++] = source;
    for (unsigned int line = 1; !err && line <= source->count; line++) {
        struct cursor cursor = cursor_new(source, line);

        err = parse_line(parser, &cursor);
    }
    if (!err)
        err = notes_left(&parser->notes);
    parser->in_block = false;
    parser->depth--;
    return err;
}

static bool has_check(const struct checks *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        if (statement_is_check(&checks->statements[i]))
            return true;
    return false;
}

/* Statements of one block, wherever their lines begin. */
static struct error *parse_block_lines(struct parser *parser, const struct source *source)
{
    struct error *err = NULL;

    parser->in_block = true;
    parser->moment = MOMENT_AT;
    for (unsigned int line = 1; !err && line <= source->count; line++) {
        struct cursor cursor = cursor_new(source, line);

        cursor_skip_blanks(&cursor);
        if (!cursor_at_end(&cursor) && *cursor.at != '#')
            err = parse_in_block(parser, &cursor);
    }
    return err ? err : notes_left(&parser->notes);
}

typedef struct error *(*parse_all)(struct parser *parser, const struct source *source);

static struct error *parse_with(parse_all parse, struct source *source, struct checks **ret)
{
    struct checks *checks = calloc(1, sizeof(*checks));
    struct parser parser = {.checks = checks};
    struct error *err;

    if (checks)
        checks->statements = calloc(CHECKS_STATEMENTS_MAX, sizeof(*checks->statements));
    if (!checks || !checks->statements) {
        free(checks);
        source_free(source);
        return error_errno(ENOMEM, "check file");
    }
    checks->sources = source;
    err = parse(&parser, source);
    /* A file that checks nothing would always pass: that is a mistake, not a wish. */
    if (!err && !has_check(checks))
        err = error_new(ERROR_INPUT, "%s: checks nothing", source->path);
    if (err)
        checks_free(checks);
    else
        *ret = checks;
    return err;
}

struct error *checks_parse(struct source *source, struct checks **ret)
{
    return parse_with(parse_lines, source, ret);
}

struct error *checks_parse_block(struct source *source, struct checks **ret)
{
    return parse_with(parse_block_lines, source, ret);
}

struct error *checks_open(const char *path, struct checks **ret)
{
    struct source *source;
    struct error *err = source_open(path, &source);

    return err ? err : checks_parse(source, ret);
}
