/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest_internal.h"

struct behind {
    const struct lesson_commands *commands;
    struct output *output;
    struct error *missing[LESSON_WORDS_MAX]; /* behind the newest command: why there is no value */
};

/* Since the checkpoint before, as `where` counts it. */
static struct error *since(struct lesson_guest *guest, bool *ret_passed, uint64_t *ret)
{
    const struct snapshot *before = debugger_before(guest->debugger);
    const struct stop *stop;
    struct error *err = debugger_stop(guest->debugger, &stop);

    if (err)
        return err;
    *ret_passed = before && before->instructions.known && stop->instructions.known;
    *ret = *ret_passed ? stop->instructions.value - before->instructions.value : 0;
    return NULL;
}

static struct error *value_of(struct lesson_guest *guest, const char *name, const char **ret)
{
    bool is_since = strcmp(name, "since") == 0;
    uint64_t value;
    struct error *err;
    bool there = true;

    err = is_since ? since(guest, &there, &value) : guest_evaluate(guest, name, &value);
    if (!err && !there)
        *ret = "-"; /* nothing that a command would show */
    else if (!err)
        *ret = is_since || strcmp(name, "instructions") == 0 ? text_count(value) : text_hex(value);
    return err;
}

static bool has(const char *values, const char *value)
{
    size_t length = strlen(value);

    for (; values && *values; values += strcspn(values, ";"), values += *values == ';')
        if (strncmp(values, value, length) == 0 && (values[length] == ';' || !values[length]))
            return true;
    return false;
}

static void add_value(char **values, const char *value)
{
    char *longer;

    if (has(*values, value))
        return;
    if (asprintf(&longer, "%s%s%s", *values ? *values : "", *values ? ";" : "", value) < 0)
        abort();
    free(*values);
    *values = longer;
}

static struct error *look(void *context, struct lesson_guest *guest)
{
    struct behind *behind = context;

    for (size_t i = 0; i < behind->commands->mask_count; i++) {
        const char *value;

        error_free(behind->missing[i]);
        behind->missing[i] = value_of(guest, behind->commands->masks[i].name, &value);
        if (!behind->missing[i])
            add_value(&behind->output->values[i], value);
    }
    return NULL;
}

/* What is not known behind the first of several commands may be so behind the last. */
static struct error *first_missing(struct behind *behind, struct error *err)
{
    for (size_t i = 0; i < behind->commands->mask_count; i++) {
        if (!err && behind->missing[i])
            err = behind->missing[i];
        else
            error_free(behind->missing[i]);
    }
    return err;
}

struct error *output_run(struct lesson_guest *guest, const struct lesson_step *step,
                         struct output *ret)
{
    struct behind behind = {.commands = &step->commands, .output = ret};
    FILE *stream;
    struct error *err;

    *ret = (struct output){.mask_count = step->commands.mask_count};
    stream = open_memstream(&ret->text, &ret->length);
    if (!stream)
        abort();
    const struct text text = {stream, false};
    err = guest_run_each(guest, step, false, &text, look, &behind);
    fclose(stream);
    return first_missing(&behind, err);
}

void output_clear(struct output *output)
{
    for (size_t i = 0; i < output->mask_count; i++)
        free(output->values[i]);
    free(output->text);
    *output = (struct output){0};
}

void output_pairs(const struct output *output, const struct lesson_step *step,
                  struct mask_pair *ret)
{
    for (size_t i = 0; i < output->mask_count; i++)
        ret[i] = (struct mask_pair){step->commands.masks[i].value, output->values[i]};
}
