/* SPDX-License-Identifier: GPL-3.0-or-later */
/* annotate: a stretch of the boot, instruction by instruction, with the values each one made. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "annotate_file.h"
#include "annotate_walk.h"
#include "arrival.h"
#include "command.h"

#define DEPTH_DEFAULT   1
#define DEPTH_MAX       64
#define STEPPED_DEFAULT 200000
#define STEPPED_MAX     1000000

struct request {
    const struct stage *from; /* NULL: where the guest is */
    const char *file;
    struct walk_options walk;
};

/* The value of an option, which is the next word. */
static struct error *number(const struct command_line *line, int *index, uint64_t most,
                            uint64_t *ret)
{
    const char *option = line->words[*index];
    const char *text = *index + 1 < line->count ? line->words[++*index] : "";
    char *end;

    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (*text < '0' || *text > '9' || *end || errno || value > most)
        return error_new(ERROR_INPUT, "annotate: %s wants a number up to %llu, not \"%s\"", option,
                         (unsigned long long)most, text);
    *ret = value;
    return NULL;
}

static struct error *option(const struct environment *environment, const struct command_line *line,
                            int *index, struct request *request)
{
    const char *word = line->words[*index];
    uint64_t depth = 0;
    struct error *err;

    if (strcmp(word, "--max-instructions") == 0)
        return number(line, index, STEPPED_MAX, &request->walk.max_stepped);
    if (strcmp(word, "--depth") == 0) {
        err = number(line, index, DEPTH_MAX, &depth);
        request->walk.depth = (unsigned int)depth;
        return err;
    }
    if (strcmp(word, "-o") != 0)
        return error_new(ERROR_INPUT, "annotate: no option %s; help annotate lists them", word);
    if (*index + 1 >= line->count)
        return error_new(ERROR_INPUT, "annotate: -o wants a FILE");
    if (!environment->may_write_files)
        return error_new(ERROR_INPUT, "annotate: -o is not allowed here: no files are written");
    request->file = line->words[++*index];
    return annotate_file_check(request->file);
}

/* The first checkpoint that lies ahead. */
static const struct stage *next_stage(struct debugger *debugger, const struct stop *stop)
{
    const struct stages *stages = &debugger_session(debugger)->stages;
    size_t next = 0;

    for (size_t i = 0; i < stages->count; i++)
        if (debugger_passed(debugger, &stages->list[i]) || stop->stage == &stages->list[i])
            next = i + 1;
    return next < stages->count ? &stages->list[next] : NULL;
}

/* FROM TO, or neither; TO alone is from here. */
static struct error *stretch(const struct environment *environment, const char *const *names,
                             int count, struct request *request)
{
    const struct stop *stop;
    struct error *err = command_stop(environment, &stop);

    if (!err && count == 2)
        err = command_checkpoint(environment, names[0], &request->from);
    if (!err && count > 0)
        err = command_checkpoint(environment, names[count - 1], &request->walk.to);
    if (err)
        return err;
    if (count == 0)
        request->walk.to = next_stage(environment->debugger, stop);
    /* Firmware has no source, and takes millions of instructions. */
    if (count == 0 && request->walk.to == debugger_session(environment->debugger)->stages.list)
        return error_new(ERROR_INPUT, "annotate: no checkpoint was passed yet; name FROM and TO");
    if (!request->walk.to)
        return error_new(ERROR_INPUT, "annotate: no checkpoint lies ahead; annotate FROM TO goes "
                                      "back first");
    if (request->from && request->from->index >= request->walk.to->index)
        return error_new(ERROR_INPUT, "annotate: %s does not come before %s", request->from->name,
                         request->walk.to->name);
    return NULL;
}

static struct error *parse(const struct environment *environment, const struct command_line *line,
                           struct request *ret)
{
    const char *names[2];
    int count = 0;
    struct error *err = NULL;

    *ret = (struct request){.walk = {.depth = DEPTH_DEFAULT,
                                     .max_stepped = STEPPED_DEFAULT,
                                     .interrupted = environment->interrupted}};
    for (int i = 0; i < line->count && !err; i++) {
        if (line->words[i][0] == '-')
            err = option(environment, line, &i, ret);
        else if (count < 2)
            names[count++] = line->words[i];
        else
            err = error_new(ERROR_INPUT, "annotate: %s is one checkpoint too many", line->words[i]);
    }
    return err ? err : stretch(environment, names, count, ret);
}

/* To where the stretch begins, back or forwards. */
static struct error *go_to(struct debugger *debugger, const struct stage *from)
{
    struct arrival arrival = {0};
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (err || stop->stage == from)
        return err;
    if (debugger_passed(debugger, from))
        err = debugger_back(debugger, from, &arrival);
    else
        err = debugger_run(debugger, RUN_TO_CHECKPOINT, from, &arrival);
    if (!err && arrival.stage != from) {
        err = arrival_error(debugger, &arrival);
        if (!err)
            err = error_new(ERROR_INPUT, "annotate: the guest stopped before %s", from->name);
    }
    return err;
}

/* How much lies ahead is known when the boot was there before; to say it early may save a wait. */
static void announce(const struct environment *environment, const struct stop *stop,
                     const struct request *request)
{
    const struct snapshot *there = debugger_record(environment->debugger, request->walk.to);

    if (environment->json || request->file || !there || !there->instructions.known ||
        !stop->instructions.known || there->instructions.value < stop->instructions.value)
        return;
    uint64_t ahead = there->instructions.value - stop->instructions.value;
    if (ahead <= request->walk.max_stepped)
        return;
    text_print(environment->text, TEXT_DIM,
               "%s instructions lie ahead: calls deeper than %u and repeated passes run at full "
               "speed\n",
               text_count(ahead), request->walk.depth);
    fflush(environment->text->stream);
}

static void name_ends(const struct request *request, const struct stop *stop,
                      struct annotation *annotation)
{
    char where[256] = "here";

    if (!stop->stage)
        stop_describe(stop, registers_pc(&stop->regs), where, sizeof(where));
    snprintf(annotation->from, sizeof(annotation->from), "%.*s", (int)sizeof(annotation->from) - 1,
             stop->stage ? stop->stage->name : where);
    snprintf(annotation->to, sizeof(annotation->to), "%s", request->walk.to->name);
}

/* What was seen before an error is worth its page, but no file: that would pass for the whole. */
static struct error *print(const struct environment *environment, const struct request *request,
                           const struct annotation *annotation)
{
    struct error *err = NULL;

    if (request->file && annotation->complete)
        err = annotate_file_write(request->file, annotation);
    if (err || (request->file && !annotation->complete))
        return err;
    if (request->file && !environment->json)
        text_print(environment->text, TEXT_PLAIN, "%s: %zu steps from %s to %s\n", request->file,
                   annotation->count, annotation->from, annotation->to);
    else if (environment->json)
        command_print_json(environment, annotation_json(annotation));
    else
        annotation_text(annotation, environment->text);
    return NULL;
}

static struct error *run_annotate(struct environment *environment, const struct command_line *line)
{
    struct annotation annotation;
    struct request request;
    const struct stop *stop;
    struct error *err = parse(environment, line, &request), *late;

    if (!err && request.from)
        err = go_to(environment->debugger, request.from);
    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    if (debugger_passed(environment->debugger, request.walk.to) || stop->stage == request.walk.to)
        return error_new(ERROR_INPUT, "annotate: %s was passed already; annotate FROM %s goes back",
                         request.walk.to->name, request.walk.to->name);
    announce(environment, stop, &request);
    annotation_init(&annotation);
    name_ends(&request, stop, &annotation);
    err = annotate_walk(environment->debugger, &request.walk, &annotation);
    late = print(environment, &request, &annotation);
    annotation_free(&annotation);
    if (err)
        error_free(late);
    return err ? err : late;
}

const struct command commands_annotate[] = {
    {.name = "annotate",
     .arguments = "[FROM TO] [--depth N] [--max-instructions N] [-o FILE]",
     .summary = "run to a checkpoint and show what each source line did on the way",
     .example = "annotate load-address-known early-page-tables",
     .help = "From one checkpoint to another (without them: from here to the next one) each\n"
             "instruction is shown under its source line, with the registers and memory that it\n"
             "changed. A repeated string instruction is one line, and of a loop the first pass is\n"
             "shown. --depth N goes into calls N deep (1); deeper ones run as one. At most\n"
             "--max-instructions N (200000) are looked at, some 1500 a second. -o FILE writes\n"
             "Markdown. Steps over rdtsc can make KASLR choose otherwise; kaslr_seed= fixes it.",
     .group = GROUP_BOOT,
     .completes = ARGUMENT_CHECKPOINT,
     .has_json = true,
     .moves = true,
     .run = run_annotate},
    {.name = NULL},
};
