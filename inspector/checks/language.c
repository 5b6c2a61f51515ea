/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language.h"

#include <stdlib.h>

static void free_statement(struct statement *statement)
{
    expr_free(statement->expr);
    expr_free(statement->range.start);
    expr_free(statement->range.end);
    free(statement->names);
}

void checks_free(struct checks *checks)
{
    if (!checks)
        return;
    for (size_t i = 0; i < checks->count; i++)
        free_statement(&checks->statements[i]);
    free(checks->statements);
    matrix_free(&checks->matrix);
    source_free(checks->sources);
    free(checks);
}

bool statement_is_check(const struct statement *statement)
{
    return statement->kind != STATEMENT_LET && statement->kind != STATEMENT_SHOW;
}

static struct error *link_name(struct checkpoint_name *name, const struct stages *stages)
{
    if (!name->name[0])
        return NULL;
    name->stage = stages_named(stages, name->name);
    if (name->stage)
        return NULL;
    return place_error(&name->place, ERROR_INPUT, "%s: the image has no such checkpoint",
                       name->name);
}

static struct error *link_statement(struct statement *statement, const struct stages *stages)
{
    struct error *err = link_name(&statement->at, stages);

    if (!err)
        err = link_name(&statement->from, stages);
    if (!err)
        err = link_name(&statement->to, stages);
    for (size_t i = 0; !err && i < statement->name_count; i++)
        err = link_name(&statement->names[i], stages);
    if (err || !statement->from.stage)
        return err;
    if (statement->kind == STATEMENT_UNCHANGED &&
        statement->from.stage->index >= statement->at.stage->index)
        return place_error(&statement->from.place, ERROR_INPUT, "%s comes no earlier than %s",
                           statement->from.name, statement->at.name);
    if (statement->to.stage && statement->to.stage->index < statement->from.stage->index)
        return place_error(&statement->to.place, ERROR_INPUT, "%s comes before %s",
                           statement->to.name, statement->from.name);
    return NULL;
}

struct error *checks_link(struct checks *checks, const struct stages *stages)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < checks->count; i++)
        err = link_statement(&checks->statements[i], stages);
    return err;
}
