/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "here.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "parser.h"
#include "run_internal.h"

/* As many empty lines in front as the file has: messages then name its lines. */
static struct error *open_source(const char *path, unsigned int first, const char *text,
                                 size_t length, struct source **ret)
{
    size_t before = first - 1;
    char *whole = malloc(before + length + 1);
    struct error *err;

    if (!whole)
        return error_errno(ENOMEM, "%s", path);
    memset(whole, '\n', before);
    memcpy(whole + before, text, length);
    err = source_from_text(path, whole, before + length, ret);
    free(whole);
    return err;
}

/* What needs a run that was watched from its start. */
static struct error *check_kinds(const struct checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        const struct statement *statement = &checks->statements[i];

        if (statement->kind == STATEMENT_UNCHANGED || statement->kind == STATEMENT_SHOW ||
            (statement->kind == STATEMENT_WITHIN && statement->limit_ms))
            return place_error(&statement->place, ERROR_INPUT,
                               "this is for check files: here only the present place is judged");
    }
    return NULL;
}

static struct error *parse(const char *path, unsigned int first, const char *text, size_t length,
                           struct checks **ret)
{
    struct source *source;
    struct error *err = open_source(path, first, text, length, &source);

    if (!err)
        err = checks_parse_block(source, ret);
    if (err)
        return err;
    err = check_kinds(*ret);
    if (err)
        checks_free(*ret);
    return err;
}

struct error *checks_here_parse(const char *path, unsigned int first, const char *text,
                                size_t length)
{
    struct checks *checks;
    struct error *err = parse(path, first, text, length, &checks);

    if (!err)
        checks_free(checks);
    return err;
}

static bool is_verdict(const struct error *err)
{
    return error_kind(err) == ERROR_CHECK || error_kind(err) == ERROR_INPUT;
}

static struct error *judge_one(struct run *run, size_t index, checks_told told, void *context,
                               size_t *failures)
{
    const struct statement *statement = &run->job->checks->statements[index];
    json_t *values;
    struct error *err;

    if (statement->kind == STATEMENT_LET) {
        struct maybe *variable = &run->tracked[index].variable;

        err = run_evaluate(run, statement->expr, &variable->value);
        variable->known = !err;
        return err ? error_context(err, "%s:%u", statement->place.source->path,
                                   statement->place.line)
                   : NULL;
    }
    values = json_array();
    err = judge(run, statement, values);
    if (!err || is_verdict(err)) {
        told(context, statement->name, err ? error_message(err) : NULL, values);
        *failures += err != NULL;
        error_free(err);
        err = NULL;
    }
    json_decref(values);
    return err;
}

static struct error *judge_all(struct run *run, checks_told told, void *context)
{
    size_t count = run->job->checks->count, failures = 0;
    struct error *err = debugger_stop(run->debugger, &run->stop);

    if (err)
        return err;
    run->stage = run->stop->stage;
    run->instructions = run->stop->instructions;
    run->started = loop_now();
    for (size_t i = 0; !err && i < count; i++)
        err = judge_one(run, i, told, context, &failures);
    if (!err && failures)
        err = error_new(ERROR_CHECK, "%zu of %zu statements %s not hold", failures, count,
                        failures == 1 ? "does" : "do");
    return err;
}

struct error *checks_here(struct debugger *debugger, const char *path, unsigned int first,
                          const char *text, size_t length, checks_told told, void *context)
{
    struct run_job job = {0};
    struct run run = {.job = &job, .debugger = debugger};
    struct error *err = parse(path, first, text, length, &job.checks);

    if (err)
        return err;
    run.stages = &debugger_session(debugger)->stages;
    run.tracked = calloc(job.checks->count, sizeof(*run.tracked));
    if (!run.tracked)
        abort();
    err = judge_all(&run, told, context);
    if (run.snapshot_taken)
        snapshot_free(&run.snapshot);
    free(run.tracked);
    checks_free(job.checks);
    return err;
}
