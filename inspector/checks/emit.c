/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines that a worker writes (run.h). */
#include <stdlib.h>

#include "command.h"
#include "disasm.h"
#include "loop.h"
#include "run_internal.h"

#define CODE_LINES 4

static void print_line(struct run *run, json_t *line)
{
    json_dumpf(line, run->out, JSON_COMPACT);
    putc('\n', run->out);
    fflush(run->out);
    json_decref(line);
}

/* Where the guest stands, and the instructions there. What cannot be read is left out. */
static void add_place(struct run *run, json_t *line)
{
    const struct stop *stop = run->stop;
    virt_t pc;
    struct disasm_view code;
    struct error *err;
    json_t *json;

    if (!stop)
        return;
    pc = registers_pc(&stop->regs);
    err = disasm_capture(stop, pc, cpu_mode_bits(registers_mode(&stop->regs)), CODE_LINES, &code);
    json_object_set_new(line, "pc", json_hex(pc.value));
    if (!err) {
        json = disasm_json(&code);
        json_object_set(line, "where", json_object_get(json, "where"));
        json_object_set(line, "code", json_object_get(json, "lines"));
        json_decref(json);
    }
    error_free(err);
}

static json_t *stage_json(const struct stage *stage)
{
    return stage ? json_string(stage->name) : json_null();
}

/* Failures to look are no verdict on the guest. */
static const char *outcome(const struct error *err)
{
    if (!err)
        return "pass";
    return error_kind(err) == ERROR_CHECK || error_kind(err) == ERROR_INPUT ? "fail" : "error";
}

void emit_result(struct run *run, size_t index, struct error *err, json_t *values)
{
    struct tracked *tracked = &run->tracked[index];
    json_t *line = json_pack("{s:I,s:s}", "check", (json_int_t)index, "outcome", outcome(err));

    if (err) {
        json_object_set_new(line, "message", json_string(error_message(err)));
        json_object_set_new(line, "checkpoint", stage_json(run->stage));
        json_object_set_new(line, "before", stage_json(tracked->before_at));
        json_object_set(line, "values", values ? values : json_null());
        /* Where the guest died concerns the check that asks about that. */
        if (!run->ending.died || run->job->checks->statements[index].kind == STATEMENT_NEVER_FAULT)
            add_place(run, line);
    }
    tracked->done = true;
    print_line(run, line);
    error_free(err);
}

void emit_unreached(struct run *run, size_t index)
{
    const struct statement *statement = &run->job->checks->statements[index];
    const struct ending *ending = &run->ending;
    json_t *line = json_pack("{s:I,s:s}", "check", (json_int_t)index, "outcome",
                             ending->died && !ending->asked ? "error" : "fail");
    char message[256];

    if (ending->died)
        snprintf(message, sizeof(message), "%s was not reached: %s after %s",
                 statement->moment == MOMENT_AT ? statement->at.name : "the end", ending->word,
                 run->last ? run->last->name : "no checkpoint at all");
    else
        snprintf(message, sizeof(message), "%s was not reached; the last checkpoint was %s",
                 statement->at.name, run->last ? run->last->name : "none");
    json_object_set_new(line, "message", json_string(message));
    run->tracked[index].done = true;
    print_line(run, line);
}

void emit_show(struct run *run, size_t index)
{
    const struct statement *statement = &run->job->checks->statements[index];
    char *output = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&output, &size);
    struct error *err = NULL;

    if (stream) {
        struct text text = {stream, false};
        struct environment environment = {.debugger = run->debugger, .text = &text};

        err = run_reason(commands_execute(&environment, statement->command));
        fclose(stream);
    }
    print_line(run, json_pack("{s:I,s:o,s:s?,s:s?}", "show", (json_int_t)index, "checkpoint",
                              stage_json(run->stage), "text", output, "message",
                              err ? error_message(err) : NULL));
    error_free(err);
    free(output);
}

static void end_line(struct run *run, const char *word, const char *message, int status)
{
    int64_t took = run->started ? loop_now() - run->started : 0;

    print_line(run,
               json_pack("{s:s,s:s?,s:s?,s:i,s:o,s:I}", "end", word, "message",
                         message[0] ? message : NULL, "detail", run->ending.detail, "status",
                         status, "instructions",
                         run->instructions.known ? json_integer((json_int_t)run->instructions.value)
                                                 : json_null(),
                         "milliseconds", (json_int_t)took));
}

void emit_end(struct run *run)
{
    end_line(run, run->ending.word, run->ending.message,
             run->ending.died && !run->ending.asked ? 3 : 0);
}

void emit_fatal(struct run *run, struct error *err)
{
    const struct checks *checks = run->job->checks;

    for (size_t i = 0; i < checks->count; i++) {
        const struct statement *statement = &checks->statements[i];

        if (!run->job->selected[i] || !statement_is_check(statement) ||
            (run->tracked && run->tracked[i].done))
            continue;
        print_line(run, json_pack("{s:I,s:s,s:s}", "check", (json_int_t)i, "outcome", "error",
                                  "message", error_message(err)));
    }
    end_line(run, "error", error_message(err), error_exit_status(err));
    error_free(err);
}
