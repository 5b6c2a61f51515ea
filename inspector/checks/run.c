/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of one guest, from checkpoint to checkpoint. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "loop.h"
#include "run_internal.h"

static bool selected(const struct run *run, size_t index)
{
    return run->job->selected[index] && !run->tracked[index].done;
}

/* Whether a statement is judged at the present checkpoint. */
static bool due(const struct run *run, const struct statement *statement)
{
    if (statement->moment == MOMENT_AT)
        return statement->at.stage == run->stage;
    if (statement->moment != MOMENT_ALWAYS)
        return false;
    return (!statement->from.stage || run->stage >= statement->from.stage) &&
           (!statement->to.stage || run->stage <= statement->to.stage);
}

/* What cannot be had stays unknown: who uses it says so. */
static struct maybe value_here(struct run *run, const struct expr *expr)
{
    struct maybe value = {false, 0};
    struct error *err = run_evaluate(run, expr, &value.value);

    value.known = err == NULL;
    error_free(err);
    return value;
}

static void set_variable(struct run *run, size_t index)
{
    run->tracked[index].variable = value_here(run, run->job->checks->statements[index].expr);
}

static void judge_here(struct run *run, size_t index)
{
    const struct statement *statement = &run->job->checks->statements[index];
    json_t *values = json_array();
    struct error *err = judge(run, statement, values);

    if (!err && statement->moment == MOMENT_ALWAYS)
        run->tracked[index].judged = true;
    else
        emit_result(run, index, err, values);
    json_decref(values);
}

/* From here on the memory must not be written. */
static void arm(struct run *run, size_t index)
{
    const struct statement *statement = &run->job->checks->statements[index];
    uint64_t start, end;
    struct error *err = run_range(run, &statement->range, &start, &end);

    if (!err)
        err = debugger_watch(run->debugger, WATCH_WRITE, virt(start), end - start, statement->text,
                             &run->tracked[index].watchpoint);
    if (err)
        emit_result(run, index, err, NULL);
}

static void arm_watchpoints(struct run *run)
{
    for (size_t i = 0; i < run->job->checks->count; i++) {
        const struct statement *statement = &run->job->checks->statements[i];

        if (statement->kind == STATEMENT_NEVER_WRITE && selected(run, i) &&
            statement->from.stage == run->stage)
            arm(run, i);
    }
}

/* Whether stage is the next one that a boot must pass; both are of the same list. */
static bool comes_next(const struct stage *now, const struct stage *stage)
{
    while (now < stage && (now + 1)->optional && now + 1 < stage)
        now++;
    return now + 1 == stage;
}

/*
 * What a later failure will be held against: the same sides as they are here, for `always` and for
 * what comes at the next checkpoint of the list, and the values that must not change from here.
 */
static void remember(struct run *run, size_t index)
{
    const struct statement *statement = &run->job->checks->statements[index];
    struct tracked *tracked = &run->tracked[index];
    bool next = statement->moment == MOMENT_AT && comes_next(run->stage, statement->at.stage);

    for (size_t i = 0; i < statement->side_count && (next || statement->moment == MOMENT_ALWAYS);
         i++) {
        tracked->before[i] = value_here(run, statement->sides[i].expr);
        tracked->before_at = run->stage;
    }
    if (statement->kind == STATEMENT_UNCHANGED && statement->from.stage == run->stage)
        tracked->baseline = value_here(run, statement->expr);
}

/* In the order of the file, so that a variable is there for the lines below it. */
static void judge_all(struct run *run)
{
    const struct checks *checks = run->job->checks;

    for (size_t i = 0; i < checks->count; i++) {
        const struct statement *statement = &checks->statements[i];

        if (!due(run, statement))
            continue;
        if (statement->kind == STATEMENT_LET)
            set_variable(run, i);
        else if (statement->kind == STATEMENT_SHOW && run->job->selected[i])
            emit_show(run, i);
        else if (selected(run, i))
            judge_here(run, i);
    }
    for (size_t i = 0; i < checks->count; i++)
        if (selected(run, i))
            remember(run, i);
}

static void note_order(struct run *run)
{
    if (run->last && run->last >= run->stage && !run->disorder[0])
        snprintf(run->disorder, sizeof(run->disorder), "%s came after %s", run->stage->name,
                 run->last->name);
    run->passed[run->stage - run->stages->list] = true;
    run->last = run->stage;
}

static void at_checkpoint(struct run *run, const struct stage *stage)
{
    run->stage = stage;
    note_order(run);
    arm_watchpoints(run);
    judge_all(run);
    if (run->snapshot_taken)
        snapshot_free(&run->snapshot);
    run->snapshot_taken = false;
}

/* A write where none may be: the CPU stands after it. */
static void at_watchpoint(struct run *run, const struct arrival *arrival)
{
    for (size_t i = 0; i < run->job->checks->count; i++) {
        if (!selected(run, i) || run->tracked[i].watchpoint != arrival->number)
            continue;
        emit_result(run, i,
                    error_new(ERROR_CHECK, "%s was written", text_hex(arrival->watched.value)),
                    NULL);
    }
    error_free(debugger_delete(run->debugger, arrival->number));
}

/*
 * The last checkpoint that a statement needs, in the order of a boot, which is the list's; the
 * list's last for the whole run.
 */
static const struct stage *needed(const struct run *run, const struct statement *statement)
{
    const struct stages *stages = run->stages;
    const struct stage *last = stages->list;

    if (statement->moment == MOMENT_AT)
        return statement->at.stage;
    if (statement->moment == MOMENT_ALWAYS && statement->to.stage)
        return statement->to.stage;
    if (statement->kind != STATEMENT_CHECKPOINTS || !statement->name_count)
        return &stages->list[stages->count - 1];
    for (size_t i = 0; i < statement->name_count; i++)
        if (statement->names[i].stage > last)
            last = statement->names[i].stage;
    return last;
}

/* How far the guest is followed: to a checkpoint, or (NULL) to its end. */
static const struct stage *goal(const struct run *run)
{
    const struct stage *last = run->stages->list;

    for (size_t i = 0; i < run->job->checks->count; i++) {
        const struct statement *statement = &run->job->checks->statements[i];

        if (!run->job->selected[i])
            continue;
        if (statement->moment == MOMENT_END)
            return NULL;
        if (needed(run, statement) > last)
            last = needed(run, statement);
    }
    return last;
}

static struct error *move(struct run *run, struct arrival *ret)
{
    int64_t until = run->limit < run->deadline ? run->limit : run->deadline;
    int64_t left = until - loop_now();

    debugger_set_timeout(run->debugger, left > 0 ? left : 0);
    return debugger_run(run->debugger, RUN_NEXT_CHECKPOINT, NULL, ret);
}

static struct error *where(struct run *run, const struct arrival *arrival)
{
    run->stage = NULL;
    run->stop = NULL;
    if (arrival->kind == ARRIVED_EXIT)
        return NULL;
    struct error *err = debugger_stop(run->debugger, &run->stop);

    if (!err && run->stop->instructions.known)
        run->instructions = run->stop->instructions;
    return err;
}

static struct error *follow(struct run *run)
{
    const struct stage *last = goal(run);
    struct arrival arrival = {.kind = ARRIVED_START};
    struct error *err = where(run, &arrival);

    if (!err)
        arm_watchpoints(run);
    while (!err) {
        err = move(run, &arrival);
        if (!err)
            err = where(run, &arrival);
        if (err)
            break;
        if (arrival.kind == ARRIVED_WATCHPOINT)
            at_watchpoint(run, &arrival);
        else if (!arrival.stage)
            break;
        if (!arrival.stage)
            continue;
        at_checkpoint(run, arrival.stage);
        if (last && run->stage >= last)
            return NULL;
    }
    return err ? err : run_end(run, &arrival);
}

/* The strictest limit on the whole run's time also bounds how long it is waited for. */
static void set_limits(struct run *run)
{
    run->started = loop_now();
    run->deadline = run->started + run->job->guest.timeout_ms;
    run->limit = LOOP_NEVER;
    for (size_t i = 0; i < run->job->checks->count; i++) {
        const struct statement *statement = &run->job->checks->statements[i];

        if (statement->moment == MOMENT_RUN && statement->limit_ms && run->job->selected[i] &&
            run->started + statement->limit_ms < run->limit)
            run->limit = run->started + statement->limit_ms;
    }
}

static void finish(struct run *run)
{
    const struct checks *checks = run->job->checks;

    for (size_t i = 0; i < checks->count; i++) {
        const struct statement *statement = &checks->statements[i];

        if (!selected(run, i) || !statement_is_check(statement))
            continue;
        if (statement->moment == MOMENT_AT || (run->ending.died && !run->ending.asked))
            emit_unreached(run, i);
        else
            emit_result(run, i, judge_run(run, statement), NULL);
    }
    emit_end(run);
}

static struct error *start(struct run *run)
{
    const struct run_job *job = run->job;
    struct debugger_options options = {
        .session = {.guest = &job->guest, .image = job->image, .debug = true, .count = true}};
    struct error *err = debugger_open(&options, &run->debugger);

    if (err)
        return err;
    run->stages = &debugger_session(run->debugger)->stages;
    run->ending.word = "left";
    err = checks_link(job->checks, run->stages);
    if (err)
        return err;
    set_limits(run);
    for (size_t i = 0; i < job->checks->count; i++)
        if (job->checks->statements[i].moment == MOMENT_START)
            set_variable(run, i);
    return NULL;
}

void run_guest(const struct run_job *job, FILE *out)
{
    struct run run = {.job = job, .out = out};
    struct error *err = NULL;

    run.tracked = calloc(job->checks->count, sizeof(*run.tracked));
    if (!run.tracked)
        err = error_errno(ENOMEM, "checks");
    if (!err)
        err = start(&run);
    if (!err)
        err = follow(&run);
    if (err)
        emit_fatal(&run, err);
    else
        finish(&run);
    snapshot_free(&run.snapshot);
    debugger_close(run.debugger);
    free(run.ending.detail);
    free(run.tracked);
}
