/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that let the guest run, or take it back; and those that say where it is. */
#include <inttypes.h>
#include <string.h>

#include "arrival.h"
#include "command.h"
#include "evaluate.h"
#include "whereabouts.h"

/* Says where the guest is now; an arrival that is a failure is the command's failure. */
static struct error *arrived(struct environment *environment, const struct arrival *arrival)
{
    struct debugger *debugger = environment->debugger;
    struct error *err;
    json_t *object;

    if (environment->console)
        console_break(environment->console);
    if (environment->json) {
        err = arrival_json(debugger, arrival, &object);
        if (!err)
            command_print_json(environment, object);
    } else {
        if (arrival->undone.known)
            text_print(environment->text, TEXT_DIM,
                       "going back before the write at instruction %s undoes it\n",
                       text_count(arrival->undone.value));
        err = arrival_text(debugger, arrival, environment->text);
    }
    return err ? err : arrival_error(debugger, arrival);
}

static struct error *finish(struct environment *environment, struct error *err,
                            const struct arrival *arrival)
{
    return err ? err : arrived(environment, arrival);
}

static struct error *run(struct environment *environment, enum run_to to, const struct stage *stage)
{
    struct arrival arrival;
    struct error *err = debugger_run(environment->debugger, to, stage, &arrival);
    return finish(environment, err, &arrival);
}

static struct error *run_next(struct environment *environment, const struct command_line *line)
{
    struct error *err = command_usage(line, 0, 0);

    return err ? err : run(environment, RUN_NEXT_CHECKPOINT, NULL);
}

static struct error *run_freely(struct environment *environment, const struct command_line *line)
{
    struct error *err = command_usage(line, 0, 0);

    return err ? err : run(environment, RUN_FREELY, NULL);
}

/* A checkpoint that was passed is not ahead: the words name the way there. */
static struct error *must_be_ahead(const struct environment *environment, const struct stage *stage)
{
    const struct stop *stop;
    struct error *err;

    if (!debugger_alive(environment->debugger))
        return NULL; /* and that is said when it is to run */
    err = command_stop(environment, &stop);
    if (err)
        return err;
    if (stop->stage == stage)
        return error_new(ERROR_INPUT, "%s: the guest stands there", stage->name);
    if (!debugger_passed(environment->debugger, stage))
        return NULL;
    return error_new(ERROR_INPUT, "%s was passed already; back %s goes there", stage->name,
                     stage->name);
}

static struct error *run_continue(struct environment *environment, const struct command_line *line)
{
    const struct stage *stage;
    struct error *err = command_usage(line, 0, 1);

    if (err || line->count == 0)
        return err ? err : run(environment, RUN_NEXT_CHECKPOINT, NULL);
    err = command_checkpoint(environment, line->words[0], &stage);
    if (!err)
        err = must_be_ahead(environment, stage);
    return err ? err : run(environment, RUN_TO_CHECKPOINT, stage);
}

static struct error *run_back(struct environment *environment, const struct command_line *line)
{
    const struct stage *stage = NULL;
    struct arrival arrival;
    struct error *err = command_usage(line, 0, 1);

    if (!err && line->count == 1)
        err = command_checkpoint(environment, line->words[0], &stage);
    if (!err)
        err = debugger_back(environment->debugger, stage, &arrival);
    return finish(environment, err, &arrival);
}

static struct error *run_restart(struct environment *environment, const struct command_line *line)
{
    struct arrival arrival;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = debugger_restart(environment->debugger, &arrival);
    return finish(environment, err, &arrival);
}

/* Numbers are unsigned, as addresses are: beyond this one a count was meant to be negative. */
#define COUNT_MAX INT64_MAX

/* An expression: "si 0x10", "go instructions - 100". */
static struct error *number_argument(const struct environment *environment,
                                     const struct command_line *line, uint64_t least, uint64_t *ret)
{
    struct error *err = evaluate(environment->debugger, line->rest, ret);

    if (!err && (*ret < least || *ret > COUNT_MAX))
        err = error_new(ERROR_INPUT, "%s: a count is from %" PRIu64 " on, not %" PRId64, line->name,
                        least, (int64_t)*ret);
    return err;
}

static struct error *steps_argument(const struct environment *environment,
                                    const struct command_line *line, uint64_t *ret)
{
    *ret = 1;
    return line->count == 0 ? NULL : number_argument(environment, line, 1, ret);
}

static struct error *run_step(struct environment *environment, const struct command_line *line)
{
    struct arrival arrival;
    uint64_t count;
    struct error *err = steps_argument(environment, line, &count);

    if (!err)
        err = debugger_step(environment->debugger, count, &arrival);
    return finish(environment, err, &arrival);
}

static struct error *run_step_back(struct environment *environment, const struct command_line *line)
{
    struct arrival arrival;
    uint64_t count;
    struct error *err = steps_argument(environment, line, &count);

    if (!err)
        err = debugger_step_back(environment->debugger, count, &arrival);
    return finish(environment, err, &arrival);
}

static struct error *run_backwards(struct environment *environment, const struct command_line *line)
{
    struct arrival arrival;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = debugger_run_back(environment->debugger, &arrival);
    return finish(environment, err, &arrival);
}

static struct error *run_go(struct environment *environment, const struct command_line *line)
{
    struct arrival arrival;
    uint64_t count;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = number_argument(environment, line, 0, &count);
    if (!err)
        err = debugger_go(environment->debugger, count, &arrival);
    return finish(environment, err, &arrival);
}

/* A breakpoint for this one time: whatever stops the guest, it is gone afterwards. */
static struct error *run_advance(struct environment *environment, const struct command_line *line)
{
    struct debugger *debugger = environment->debugger;
    struct place_text place;
    unsigned int number;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = evaluate_place(environment, line->rest, &place);
    if (err)
        return err;
    err = place.symbolic
              ? debugger_break_symbol(debugger, place.module, place.link, line->rest, &number)
              : debugger_break(debugger, virt(place.address.value), line->rest, &number);
    if (err)
        return err;
    err = run(environment, RUN_FREELY, NULL);
    struct error *second = debugger_delete(debugger, number);
    if (!err)
        return second;
    error_free(second);
    return err;
}

struct condition {
    struct debugger *debugger;
    struct expr *expr;
};

static struct error *holds(void *context, const struct stop *stop, bool *ret)
{
    const struct condition *condition = context;
    const struct expr_names names = evaluate_names(condition->debugger);
    uint64_t value;
    struct error *err = expr_evaluate(condition->expr, &names, &value);

    (void)stop;
    *ret = !err && value != 0;
    return err;
}

static struct error *run_until(struct environment *environment, const struct command_line *line)
{
    struct condition condition = {.debugger = environment->debugger};
    struct arrival arrival;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = expr_parse(line->rest, &condition.expr);
    if (!err)
        err = debugger_until(environment->debugger, holds, &condition, &arrival);
    expr_free(condition.expr);
    return finish(environment, err, &arrival);
}

static struct error *run_where(struct environment *environment, const struct command_line *line)
{
    json_t *object;
    struct error *err = command_usage(line, 0, 0);

    if (err)
        return err;
    if (!environment->json)
        return where_text(environment->debugger, environment->text);
    err = where_json(environment->debugger, &object);
    if (!err)
        command_print_json(environment, object);
    return err;
}

static struct error *run_checkpoints(struct environment *environment,
                                     const struct command_line *line)
{
    struct error *err = command_usage(line, 0, 0);

    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, checkpoints_json(environment->debugger));
    else
        checkpoints_text(environment->debugger, environment->text);
    return NULL;
}

const struct command commands_moving[] = {
    {"next", "n", "", "run to the next checkpoint", "next",
     "Breakpoints and watchpoints on the way stop the guest, too.", GROUP_MOVING, ARGUMENT_NONE,
     .has_json = true, .moves = true, .run = run_next},
    {"c", "continue,cont", "[CHECKPOINT]", "run to the next checkpoint, or to the one named",
     "c kernel-entry",
     "CHECKPOINT is a name, the unique beginning of one, or an index. Breakpoints and\n"
     "watchpoints on the way stop the guest, too; run goes past all checkpoints.",
     GROUP_MOVING, ARGUMENT_CHECKPOINT, .has_json = true, .moves = true, .run = run_continue},
    {"run", "r", "", "run on past all checkpoints, to a breakpoint or the guest's end", "run",
     "Nothing is begun anew: restart does that. Ctrl-C stops a guest that runs.", GROUP_MOVING,
     ARGUMENT_NONE, .has_json = true, .moves = true, .run = run_freely},
    {"advance", NULL, "ADDR|SYMBOL|FILE:LINE", "run on to a place, past all checkpoints",
     "advance extract_kernel", "Breakpoints on the way stop the guest, too.", GROUP_MOVING,
     ARGUMENT_EXPRESSION, .has_json = true, .moves = true, .run = run_advance},
    {"until", NULL, "EXPR", "step until the expression holds", "until cr0 & 1",
     "It is asked after each instruction, some thousands a second. Breakpoints stop it.",
     GROUP_MOVING, ARGUMENT_EXPRESSION, .has_json = true, .moves = true, .run = run_until},
    {"si", "stepi", "[N]", "step one instruction, or N", "si 3", NULL, GROUP_MOVING,
     ARGUMENT_EXPRESSION, .has_json = true, .moves = true, .run = run_step},
    {"rsi", "reverse-stepi", "[N]", "step one instruction back, or N", "rsi", NULL, GROUP_MOVING,
     ARGUMENT_EXPRESSION, .has_json = true, .moves = true, .run = run_step_back},
    {"rc", "reverse-continue", "", "run backwards to a breakpoint or watchpoint, or to the start",
     "rc", NULL, GROUP_MOVING, ARGUMENT_NONE, .has_json = true, .moves = true,
     .run = run_backwards},
    {"back", NULL, "[CHECKPOINT]", "go back to the checkpoint before, or to the one named",
     "back startup-64",
     "The machine is as it was there, bit for bit, and going on takes the same way again.",
     GROUP_MOVING, ARGUMENT_CHECKPOINT, .has_json = true, .moves = true, .run = run_back},
    {"go", NULL, "COUNT", "go to an instruction count, back or forwards", "go instructions - 100",
     "Counts are those of checkpoints and where: instructions since reset.", GROUP_MOVING,
     ARGUMENT_EXPRESSION, .has_json = true, .moves = true, .run = run_go},
    {"restart", "system_reset", "", "go back to the very start, in reset", "restart", NULL,
     GROUP_MOVING, ARGUMENT_NONE, .has_json = true, .moves = true, .run = run_restart},
    {"where", "w", "", "show the place, what runs there, and what moved by how much", "where", NULL,
     GROUP_MOVING, ARGUMENT_NONE, .has_json = true, .run = run_where},
    {"checkpoints", "info checkpoints", "", "list all checkpoints, and when each was passed",
     "checkpoints",
     "> is where the guest stands, * was passed on the present way; a count without *\n"
     "is of a checkpoint that was passed before the guest went back.",
     GROUP_MOVING, ARGUMENT_NONE, .has_json = true, .run = run_checkpoints},
    {.name = NULL},
};
