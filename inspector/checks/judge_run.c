/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements about the whole run, when it is over. */
#include <inttypes.h>
#include <string.h>

#include "loop.h"
#include "missed.h"
#include "run_internal.h"

#define NAMED_MAX 6 /* missed checkpoints that a message names */

/* "missed: a, b and 3 more"; NULL when none is. */
static struct error *missing(const char *const *names, size_t count)
{
    char list[512] = "";
    size_t length = 0;

    if (count == 0)
        return NULL;
    for (size_t i = 0; i < count && i < NAMED_MAX; i++)
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s", i ? ", " : "",
                                   names[i]);
    if (count > NAMED_MAX)
        return error_new(ERROR_CHECK, "missed: %s and %zu more", list, count - NAMED_MAX);
    return error_new(ERROR_CHECK, "missed: %s", list);
}

static struct error *none_missed(const struct run *run)
{
    struct missed missed = missed_stages(run->stages, run->passed, NULL, false);
    const char *names[STAGES_MAX];

    if (!run->last)
        return error_new(ERROR_CHECK, "no checkpoint was reached at all");
    if (!missed.count && missed.unfound_count)
        return error_new(ERROR_CHECK, "%s was not found in the code: %s", missed.unfound[0]->name,
                         missed.unfound[0]->why);
    for (size_t i = 0; i < missed.count; i++)
        names[i] = missed.list[i]->name;
    return missing(names, missed.count);
}

static struct error *judge_order(const struct run *run, const struct statement *statement)
{
    if (run->disorder[0])
        return error_new(ERROR_CHECK, "%s", run->disorder);
    return statement->strict ? none_missed(run) : NULL;
}

static struct error *judge_checkpoints(const struct run *run, const struct statement *statement)
{
    const char *names[STAGES_MAX];
    size_t count = 0;

    if (!statement->name_count)
        return none_missed(run);
    for (size_t i = 0; i < statement->name_count; i++)
        if (!run->passed[statement->names[i].stage - run->stages->list])
            names[count++] = statement->names[i].name;
    return missing(names, count);
}

static struct error *judge_never_reach(const struct run *run, const struct statement *statement)
{
    for (size_t i = 0; i < statement->name_count; i++)
        if (run->passed[statement->names[i].stage - run->stages->list])
            return error_new(ERROR_CHECK, "%s was reached", statement->names[i].name);
    return NULL;
}

static struct error *judge_never_write(const struct run *run, const struct statement *statement)
{
    size_t index = (size_t)(statement - run->job->checks->statements);

    if (run->tracked[index].watchpoint)
        return NULL;
    return error_new(ERROR_CHECK, "%s was not reached: nothing was watched", statement->from.name);
}

static struct error *judge_always(const struct run *run, const struct statement *statement)
{
    size_t index = (size_t)(statement - run->job->checks->statements);

    if (run->tracked[index].judged)
        return NULL;
    return error_new(ERROR_CHECK, "none of the checkpoints that this is for was reached");
}

static struct error *judge_exit(const struct run *run, const struct statement *statement)
{
    const struct ending *ending = &run->ending;

    if (strcmp(ending->word, statement->word) == 0)
        return NULL;
    return error_new(ERROR_CHECK, "the guest's end is %s, not %s%s%s", ending->word,
                     statement->word, ending->message[0] ? ": " : "", ending->message);
}

/* Out of time is what it says; any other early end is no arrival either. */
static struct error *judge_whole_time(struct run *run, const struct statement *statement)
{
    struct error *err = judge(run, statement, NULL);

    if (err || !run->ending.died)
        return err;
    return error_new(ERROR_CHECK, "it did not get there: %s", run->ending.word);
}

struct error *judge_run(struct run *run, const struct statement *statement)
{
    switch (statement->kind) {
    case STATEMENT_ORDER:
        return judge_order(run, statement);
    case STATEMENT_CHECKPOINTS:
        return judge_checkpoints(run, statement);
    case STATEMENT_NEVER_FAULT:
        return run->ending.died ? error_new(ERROR_CHECK, "%s", run->ending.message) : NULL;
    case STATEMENT_NEVER_REACH:
        return judge_never_reach(run, statement);
    case STATEMENT_NEVER_WRITE:
        return judge_never_write(run, statement);
    case STATEMENT_EXIT:
        return judge_exit(run, statement);
    case STATEMENT_WITHIN:
        return judge_whole_time(run, statement);
    default:
        return judge_always(run, statement);
    }
}
