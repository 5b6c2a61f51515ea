/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lesson from its first step to its last. */
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "gdb_script.h"
#include "output.h"
#include "text_file.h"
#include "verify_internal.h"

void verify_failed(struct verify *verify, struct error *err)
{
    int status = error_exit_status(err);

    if (!err)
        return;
    fprintf(verify->out, "%s\n", error_message(err));
    verify->counts->failures++;
    if (status > verify->counts->status)
        verify->counts->status = status;
    error_free(err);
}

static struct error *differs(const struct verify *verify, unsigned int line, const char *what)
{
    return error_new(ERROR_CHECK, "%s:%u: %s", verify->lesson->path, line, what);
}

static void verify_value(struct verify *verify, const struct live_value *value)
{
    char *now = NULL;
    struct error *err = lesson_guest_value(verify->guest, value, &now);

    verify->counts->values++;
    if (err) {
        verify_failed(verify, err);
        return;
    }
    bool equal = strlen(now) == value->shown.length &&
                 memcmp(now, value->shown.text, value->shown.length) == 0;
    if (!equal && verify->update) {
        edits_add(&verify->edits, value->shown, strdup(now));
        verify->counts->changed++;
    } else if (!equal && verify->compare) {
        verify_failed(verify, error_new(ERROR_CHECK, "%s:%u: `%.*s` is %s now (%s%s%s)",
                                        verify->lesson->path, value->line, (int)value->shown.length,
                                        value->shown.text, now, value->expression,
                                        value->at ? " at " : "", value->at ? value->at : ""));
    }
    free(now);
}

/* The words behind "output", with the values of this run. */
static char *fresh_info(const struct lesson_commands *commands, const struct output *output)
{
    char *info;
    size_t size;
    FILE *out = open_memstream(&info, &size);

    if (!out)
        abort();
    for (size_t i = 0; i < commands->mask_count; i++)
        fprintf(out, "%s%s=%s", i ? " " : "", commands->masks[i].name, output->values[i]);
    fclose(out);
    return info;
}

static void update_output(struct verify *verify, const struct lesson_step *step,
                          const struct output *output)
{
    const struct lesson_commands *commands = &step->commands;

    if (strstr(output->text, "```")) {
        verify_failed(verify, differs(verify, step->line, "the output has ``` in it"));
        return;
    }
    edits_add(&verify->edits, commands->output, strdup(output->text));
    if (commands->mask_count)
        edits_add(&verify->edits, commands->info, fresh_info(commands, output));
    verify->counts->changed++;
}

static void print_difference(struct verify *verify, char *difference)
{
    for (char *line = strtok(difference, "\n"); line; line = strtok(NULL, "\n"))
        fprintf(verify->out, "    %s\n", line);
    free(difference);
}

static bool has_values(const struct lesson_commands *commands)
{
    for (size_t i = 0; i < commands->mask_count; i++)
        if (!commands->masks[i].value)
            return false;
    return true;
}

static void judge_output(struct verify *verify, const struct lesson_step *step,
                         const struct output *output)
{
    const struct lesson_commands *commands = &step->commands;
    struct span now = {output->text, output->length};
    struct mask_pair pairs[LESSON_WORDS_MAX];

    verify->counts->outputs++;
    output_pairs(output, step, pairs);
    if (has_values(commands) && masked_equal(commands->output, now, pairs, output->mask_count))
        return;
    if (verify->update) {
        update_output(verify, step, output);
    } else if (verify->compare) {
        if (commands->output.length == 0) {
            verify_failed(verify, differs(verify, step->line,
                                          "the output was never filled in: make lessons-update"));
            return;
        }
        verify_failed(verify, differs(verify, step->line,
                                      "the output differs (- the lesson's, + this run's)"));
        print_difference(verify,
                         masked_difference(commands->output, now, pairs, output->mask_count));
    }
}

/* False when the rest makes no sense. */
static bool verify_commands(struct verify *verify, const struct lesson_step *step)
{
    struct output output;
    struct error *err = output_run(verify->guest, step, &output);

    verify->counts->commands += (unsigned int)step->commands.count;
    if (err) {
        verify_failed(verify, error_context(err, "%s:%u", verify->lesson->path, step->line));
        output_clear(&output);
        return false;
    }
    if (step->commands.has_output)
        judge_output(verify, step, &output);
    output_clear(&output);
    return true;
}

static void verify_check(struct verify *verify, const struct lesson_step *step)
{
    char *told = NULL;
    size_t size;
    FILE *stream = open_memstream(&told, &size);
    struct error *err;

    if (!stream)
        abort();
    const struct text text = {stream, false};
    err = lesson_guest_check(verify->guest, step, &text);
    fclose(stream);
    verify->counts->checks++;
    if (err) {
        verify_failed(verify, err);
        print_difference(verify, told);
    } else {
        free(told);
    }
}

static bool verify_step(struct verify *verify, size_t index)
{
    const struct lesson_step *step = &verify->lesson->steps[index];
    unsigned int removed;
    struct error *err = lesson_guest_to_step(verify->guest, index, &removed);

    if (err) {
        verify_failed(verify, err);
        return false;
    }
    for (size_t i = 0; i < step->value_count; i++)
        verify_value(verify, &step->values[i]);
    switch (step->kind) {
    case STEP_COMMANDS:
        return verify_commands(verify, step);
    case STEP_PREDICT:
        if (!verify->update)
            verify_question(verify, step);
        return true;
    case STEP_CHECK:
        if (!verify->update)
            verify_check(verify, step);
        return true;
    case STEP_TEXT:
        break;
    }
    return true;
}

static void write_back(struct verify *verify)
{
    const struct lesson *lesson = verify->lesson;
    size_t length;
    char *text;

    if (!verify->edits.count || verify->counts->failures)
        return;
    text = edits_apply(&verify->edits, lesson->text, lesson->length, &length);
    verify_failed(verify, text_file_write(lesson->path, text, length, NULL));
    free(text);
}

/* The script is made from the lesson as it is now. */
static void write_all(struct verify *verify, const char *image)
{
    struct lesson *lesson;
    struct error *err;

    write_back(verify);
    if (verify->counts->failures || verify->lesson->exercise)
        return;
    err = lesson_open(verify->lesson->folder, &lesson);
    if (!err) {
        err = gdb_script_write(lesson, image);
        lesson_free(lesson);
    }
    verify_failed(verify, err);
}

static void run_lesson(struct verify *verify, const char *image)
{
    struct text text = {fopen("/dev/null", "we"), false};
    struct error *err;
    bool on = true;

    if (!text.stream)
        abort();
    err = lesson_guest_open(verify->lesson, image, &text, &verify->guest);
    if (err)
        verify_failed(verify, err);
    for (size_t i = 0; !err && on && i < verify->lesson->step_count; i++)
        on = verify_step(verify, i);
    lesson_guest_close(verify->guest);
    fclose(text.stream);
}

/* A learner's work folder has nothing to do with it: the bug is planted in a fresh one. */
static struct error *find_image(const struct verify *verify, const struct library *library,
                                const struct library_entry *entry, char **ret)
{
    const struct text text = {verify->out, false};

    return entry->exercise ? exercise_check_bug(library, entry, &text, ret)
                           : library_image(library, verify->lesson, ret);
}

static void verify_solution(struct verify *verify, const struct library *library,
                            const struct library_entry *entry)
{
    char *told = NULL;
    size_t size;
    FILE *stream = open_memstream(&told, &size);
    struct error *err;

    if (!stream)
        abort();
    const struct text text = {stream, false};
    err = exercise_check_solution(library, entry, &text);
    fclose(stream);
    if (err) {
        verify_failed(verify, err);
        print_difference(verify, told);
    } else {
        free(told);
    }
}

/* Whether this lesson's image, compiler and QEMU are those that made what it shows. */
static struct error *may_compare(struct verify *verify, const char *image)
{
    struct toolchain own = {0};
    struct error *err = NULL;

    verify->counts->uncompared = toolchain_difference(verify->recorded, verify->now);
    if (!verify->counts->uncompared && !verify->lesson->exercise) {
        err = toolchain_add_image(&own, verify->lesson->image, image);
        verify->counts->uncompared = toolchain_difference(verify->recorded, &own);
        toolchain_clear(&own);
    }
    verify->compare = !verify->counts->uncompared;
    return err;
}

static void with_image(struct verify *verify, const struct library *library,
                       const struct library_entry *entry, const char *image)
{
    struct error *err = may_compare(verify, image);

    if (!err && !verify->update)
        err = solution_open(verify->lesson, &verify->solution);

    if (err)
        verify_failed(verify, err);
    else
        run_lesson(verify, image);
    if (verify->update)
        write_all(verify, image);
    else if (entry->exercise)
        verify_solution(verify, library, entry);
    solution_clear(&verify->solution);
}

/* What was not built or downloaded yet is skipped; a name that nothing builds is a mistake. */
static bool may_skip(const struct verify *verify, const struct error *err)
{
    return verify->lesson->exercise ? error_kind(err) == ERROR_INPUT
                                    : library_builds(verify->lesson);
}

static void find_and_run(struct verify *verify, const struct library *library,
                         const struct library_entry *entry)
{
    char *image = NULL;
    struct error *err = find_image(verify, library, entry, &image);

    if (err && may_skip(verify, err)) {
        verify->counts->skipped = strdup(error_message(err));
        error_free(err);
    } else if (err) {
        verify_failed(verify, err);
    } else {
        with_image(verify, library, entry, image);
    }
    free(image);
}

void verify_lesson(const struct library *library, const struct library_entry *entry, bool update,
                   const struct toolchain *recorded, const struct toolchain *now, FILE *out,
                   struct verify_counts *ret)
{
    struct verify verify = {
        .update = update, .recorded = recorded, .now = now, .out = out, .counts = ret};
    struct lesson *lesson;
    struct error *err = lesson_open(entry->folder, &lesson);

    *ret = (struct verify_counts){0};
    if (err) {
        verify_failed(&verify, err);
        return;
    }
    verify.lesson = lesson;
    find_and_run(&verify, library, entry);
    edits_clear(&verify.edits);
    lesson_free(lesson);
}
