/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_tag(const struct statement *statement, const char *tag)
{
    for (size_t i = 0; i < statement->tag_count; i++)
        if (strcmp(statement->tags[i], tag) == 0)
            return true;
    return false;
}

/* Which of the --only fit; they are marked, so that one that fits nothing is noticed. */
static bool wanted(const struct plan_options *options, const struct statement *statement,
                   bool *fits)
{
    bool any = options->only_count == 0;

    for (size_t i = 0; i < options->only_count; i++)
        if (has_tag(statement, options->only[i]) ||
            fnmatch(options->only[i], statement->name, 0) == 0)
            any = fits[i] = true;
    return any;
}

/* What is shown at a checkpoint is shown with any check that is made there. */
static void select_shows(struct plan_file *file)
{
    const struct checks *checks = file->checks;

    for (size_t i = 0; i < checks->count; i++) {
        const struct statement *show = &checks->statements[i];

        for (size_t j = 0; show->kind == STATEMENT_SHOW && j < checks->count; j++)
            if (file->selected[j] && checks->statements[j].at.stage == show->at.stage)
                file->selected[i] = true;
    }
}

static struct error *open_file(const struct plan_options *options, const struct stages *stages,
                               const char *path, bool *fits, struct plan_file *file)
{
    struct error *err = checks_open(path, &file->checks);

    if (!err)
        err = checks_link(file->checks, stages);
    if (err)
        return err;
    file->selected = calloc(file->checks->count, sizeof(*file->selected));
    if (!file->selected)
        return error_errno(ENOMEM, "%s", path);
    for (size_t i = 0; i < file->checks->count; i++) {
        const struct statement *statement = &file->checks->statements[i];

        if (statement_is_check(statement) && wanted(options, statement, fits)) {
            file->selected[i] = true;
            file->count++;
        }
    }
    select_shows(file);
    return NULL;
}

static struct error *open_files(const struct plan_options *options, const struct stages *stages,
                                struct plan *plan)
{
    bool fits[PLAN_ONLY_MAX] = {false};
    struct error *err = NULL;

    for (size_t i = 0; !err && i < options->file_count; i++)
        err = open_file(options, stages, options->files[i], fits, &plan->files[plan->file_count++]);
    for (size_t i = 0; !err && i < options->only_count; i++)
        if (!fits[i])
            err = error_new(ERROR_INPUT, "--only %s: no check has this tag or such a name",
                            options->only[i]);
    return err;
}

static struct error *add_guest(struct plan *plan, const struct plan_file *file, size_t index)
{
    struct guest *guest = &plan->guests[plan->guest_count];

    guest->file = file;
    guest->cell = matrix_cell(&file->checks->matrix, index);
    cell_label(&guest->cell, guest->label, sizeof(guest->label));
    guest->results = calloc(file->checks->count, sizeof(json_t *));
    guest->shows = json_array();
    if (!guest->results || !guest->shows)
        return error_errno(ENOMEM, "checks");
    plan->guest_count++;
    plan->check_count += file->count;
    return NULL;
}

/* A guest's number counts over all shards: each takes those that are its own. */
static struct error *list_guests(const struct plan_options *options, struct plan *plan)
{
    struct error *err = NULL;
    size_t total = 0, number = 0;

    for (size_t i = 0; i < plan->file_count; i++)
        if (plan->files[i].count)
            total += matrix_cells(&plan->files[i].checks->matrix);
    if (total > PLAN_GUESTS_MAX)
        return error_new(ERROR_INPUT, "%zu guests; %d are the most", total, PLAN_GUESTS_MAX);
    plan->guests = calloc(total ? total : 1, sizeof(*plan->guests));
    if (!plan->guests)
        return error_errno(ENOMEM, "checks");
    for (size_t i = 0; i < plan->file_count; i++) {
        const struct plan_file *file = &plan->files[i];
        size_t cells = file->count ? matrix_cells(&file->checks->matrix) : 0;

        for (size_t cell = 0; !err && cell < cells; cell++, number++)
            if (shard_has(&options->shard, number))
                err = add_guest(plan, file, cell);
    }
    return err;
}

struct error *plan_make(const struct plan_options *options, const struct stages *stages,
                        struct plan *ret)
{
    struct error *err;

    *ret = (struct plan){0};
    ret->files = calloc(options->file_count, sizeof(*ret->files));
    if (!ret->files)
        return error_errno(ENOMEM, "checks");
    err = open_files(options, stages, ret);
    if (!err)
        err = list_guests(options, ret);
    if (err)
        plan_free(ret);
    return err;
}

static void free_guest(struct guest *guest)
{
    for (size_t i = 0; guest->results && i < guest->file->checks->count; i++)
        json_decref(guest->results[i]);
    free(guest->results);
    json_decref(guest->shows);
    json_decref(guest->end);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->guest_count; i++)
        free_guest(&plan->guests[i]);
    for (size_t i = 0; i < plan->file_count; i++) {
        checks_free(plan->files[i].checks);
        free(plan->files[i].selected);
    }
    free(plan->guests);
    free(plan->files);
    *plan = (struct plan){0};
}

const char *plan_place(const struct statement *statement)
{
    static char texts[4][600];
    static unsigned int next;
    char *text = texts[next++ % 4];

    snprintf(text, sizeof(texts[0]), "%s:%u", statement->place.source->path, statement->place.line);
    return text;
}
