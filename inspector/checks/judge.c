/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a statement holds where the guest stands. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "areas.h"
#include "command.h"
#include "evaluate.h"
#include "expectation.h"
#include "loop.h"
#include "run_internal.h"

/* A variable by name: the one that stands in the file first has it. */
static struct error *variable_or_name(void *context, const char *name, enum expr_name_kind kind,
                                      uint64_t *ret)
{
    struct run *run = context;
    struct expr_names names = evaluate_names(run->debugger);

    for (size_t i = 0; kind == EXPR_NAME_ANY && i < run->job->checks->count; i++) {
        const struct statement *statement = &run->job->checks->statements[i];

        if (statement->kind != STATEMENT_LET || strcmp(statement->word, name) != 0)
            continue;
        if (!run->tracked[i].variable.known)
            return error_new(ERROR_INPUT, "has no value yet (line %u sets it)",
                             statement->place.line);
        *ret = run->tracked[i].variable.value;
        return NULL;
    }
    return names.name(names.context, name, kind, ret);
}

static struct error *memory(void *context, bool physical, uint64_t address, unsigned int width,
                            uint64_t *ret)
{
    struct run *run = context;
    struct expr_names names = evaluate_names(run->debugger);

    return names.memory(names.context, physical, address, width, ret);
}

struct expr_names run_names(struct run *run)
{
    return (struct expr_names){variable_or_name, memory, run};
}

struct error *run_reason(struct error *err)
{
    const char *message = err ? error_message(err) : "";
    unsigned int column;
    int skip = 0;
    struct error *reason;

    if (!err)
        return NULL;
    if (sscanf(message, "column %u: %n", &column, &skip) == 1)
        message += skip;
    reason = error_new(error_kind(err), "%.*s", (int)strcspn(message, "\n"), message);
    error_free(err);
    return reason;
}

struct error *run_evaluate(struct run *run, const struct expr *expr, uint64_t *ret)
{
    struct expr_names names = run_names(run);

    return run_reason(expr_evaluate(expr, &names, ret));
}

struct error *run_range(struct run *run, const struct range_text *range, uint64_t *ret_start,
                        uint64_t *ret_end)
{
    struct area area;
    struct error *err;

    if (range->name[0]) {
        err = area_now(run->stop, range->name, &area);
    } else {
        err = run_evaluate(run, range->start, &area.start);
        if (!err)
            err = run_evaluate(run, range->end, &area.end);
    }
    if (err)
        return err;
    if (area.end <= area.start)
        return error_new(ERROR_CHECK, "[%s, %s) is no range: it ends before it begins",
                         text_hex(area.start), text_hex(area.end));
    *ret_start = area.start;
    *ret_end = area.end;
    return NULL;
}

struct error *run_snapshot(struct run *run, const struct snapshot **ret)
{
    struct error *err = NULL;

    if (!run->snapshot_taken)
        err = debugger_snapshot(run->debugger, &run->snapshot);
    if (err)
        return err;
    run->snapshot_taken = true;
    *ret = &run->snapshot;
    return NULL;
}

void judge_value(json_t *values, const char *text, size_t length, const char *now,
                 const struct maybe *before)
{
    json_t *value = json_pack("{s:s%,s:s}", "text", text, length, "now", now);

    if (before)
        json_object_set_new(value, "before", json_maybe(*before));
    json_array_append_new(values, value);
}

static const struct maybe *before(const struct run *run, const struct statement *statement,
                                  const struct expr *side)
{
    size_t index = (size_t)(statement - run->job->checks->statements);

    for (size_t i = 0; i < statement->side_count; i++)
        if (statement->sides[i].expr == side)
            return &run->tracked[index].before[i];
    return NULL;
}

static struct error *judge_expect(struct run *run, const struct statement *statement,
                                  json_t *values)
{
    struct expr_names names = run_names(run);
    struct expectation found;
    struct error *err = run_reason(expectation_evaluate(statement->expr, &names, &found));

    if (err || found.holds)
        return err;
    for (size_t i = 0; i < found.count; i++)
        judge_value(values, found.sides[i].text, found.sides[i].length,
                    text_hex(found.sides[i].value), before(run, statement, found.sides[i].expr));
    return expectation_error(&found);
}

static struct error *judge_in(struct run *run, const struct statement *statement, json_t *values)
{
    const char *text;
    size_t length;
    uint64_t value, start = 0, end = 0;
    char range[64];
    struct error *err = run_evaluate(run, statement->expr, &value);

    if (!err)
        err = run_range(run, &statement->range, &start, &end);
    if (err || (value >= start && value < end))
        return err;
    /* An empty stack begins at its end. */
    if (strcmp(statement->range.name, "stack") == 0 && value == end)
        return NULL;
    text = expr_text(statement->expr, &length);
    snprintf(range, sizeof(range), "[%s, %s)", text_hex(start), text_hex(end));
    judge_value(values, text, length, text_hex(value), before(run, statement, statement->expr));
    if (statement->range.name[0])
        judge_value(values, statement->range.name, strlen(statement->range.name), range, NULL);
    return error_new(ERROR_CHECK, "%.*s is outside of %s", (int)length, text,
                     statement->range.name[0] ? statement->range.name : range);
}

static struct error *judge_unchanged(struct run *run, const struct statement *statement,
                                     json_t *values)
{
    size_t index = (size_t)(statement - run->job->checks->statements), length;
    const struct maybe *baseline = &run->tracked[index].baseline;
    const char *text = expr_text(statement->expr, &length);
    uint64_t value;
    char label[128];
    struct error *err = run_evaluate(run, statement->expr, &value);

    if (err)
        return err;
    if (!baseline->known)
        return error_new(ERROR_CHECK, "its value at %s is not known", statement->from.name);
    if (value == baseline->value)
        return NULL;
    snprintf(label, sizeof(label), "at %s", statement->from.name);
    judge_value(values, text, length, text_hex(value), before(run, statement, statement->expr));
    judge_value(values, label, strlen(label), text_hex(baseline->value), NULL);
    return error_new(ERROR_CHECK, "%.*s changed since %s", (int)length, text, statement->from.name);
}

static struct error *judge_within(struct run *run, const struct statement *statement)
{
    int64_t took = loop_now() - run->started;

    if (statement->limit_ms)
        return took <= statement->limit_ms
                   ? NULL
                   : error_new(ERROR_CHECK, "it took %.3f s, over %.3f s", (double)took / 1000,
                               (double)statement->limit_ms / 1000);
    if (!run->instructions.known)
        return error_new(ERROR_CHECK, "how many instructions it took is not known");
    if (run->instructions.value <= statement->limit_instructions)
        return NULL;
    return error_new(ERROR_CHECK, "it took %s instructions, over %s",
                     text_count(run->instructions.value),
                     text_count(statement->limit_instructions));
}

/* What the command printed is its message, where it says that something is wrong. */
static struct error *judge_command(struct run *run, const struct statement *statement,
                                   json_t *values)
{
    char *output = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&output, &size);
    struct error *err;

    if (!stream)
        return error_new(ERROR_SYSTEM, "no memory for what a command prints");
    struct text text = {stream, false};
    struct environment environment = {.debugger = run->debugger, .text = &text};
    err = commands_execute(&environment, statement->command);
    fclose(stream);
    if (err && size)
        judge_value(values, "it printed", strlen("it printed"), output, NULL);
    free(output);
    return run_reason(err);
}

struct error *judge(struct run *run, const struct statement *statement, json_t *values)
{
    switch (statement->kind) {
    case STATEMENT_PROOF:
        return judge_proof(run, statement);
    case STATEMENT_PAGING:
        return judge_paging(run, statement);
    case STATEMENT_EXPECT:
        return judge_expect(run, statement, values);
    case STATEMENT_IN:
        return judge_in(run, statement, values);
    case STATEMENT_UNCHANGED:
        return judge_unchanged(run, statement, values);
    case STATEMENT_WITHIN:
        return judge_within(run, statement);
    case STATEMENT_RUN_COMMAND:
        return judge_command(run, statement, values);
    default:
        return error_new(ERROR_SYSTEM, "no judge for this statement");
    }
}
