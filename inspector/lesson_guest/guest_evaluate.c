/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the live guest: here, or at another place that is gone to and come back from. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "evaluate.h"
#include "guest_internal.h"

/* An expression's error has a column and two more lines, to mark it; in a sentence only the reason fits. */
static struct error *in_one_line(const char *expression, struct error *err)
{
    const char *message = err ? error_message(err) : "";
    struct error *reason;
    unsigned int column;
    int skip = 0;

    if (!err)
        return NULL;
    if (sscanf(message, "column %u: %n", &column, &skip) == 1)
        message += skip;
    if (strncmp(message, expression, strlen(expression)) == 0) /* it is but a name */
        reason = error_new(error_kind(err), "%.*s", (int)strcspn(message, "\n"), message);
    else
        reason = error_new(error_kind(err), "%s: %.*s", expression, (int)strcspn(message, "\n"),
                           message);
    error_free(err);
    return reason;
}

struct error *guest_evaluate(struct lesson_guest *guest, const char *expression, uint64_t *ret)
{
    return in_one_line(expression, evaluate(guest->debugger, expression, ret));
}

struct error *guest_go_to(struct lesson_guest *guest, const char *checkpoint)
{
    const struct stage *stage;
    struct error *err = command_checkpoint(&guest->environment, checkpoint, &stage);

    return err ? err : debugger_seek(guest->debugger, stage);
}

static struct error *run_unseen(struct lesson_guest *guest, const char *line)
{
    return error_context(commands_execute(&guest->environment, line), "%s", line);
}

static struct error *look_there(struct lesson_guest *guest, const char *at, char *const *after,
                                size_t after_count, guest_look look, void *context)
{
    struct command_cursor cursor = guest->environment.cursor;
    bool quit = guest->environment.quit, moved = guest->environment.moved;
    struct error *err = at ? guest_go_to(guest, at) : NULL;

    for (size_t i = 0; !err && i < after_count; i++)
        err = run_unseen(guest, after[i]);
    if (!err)
        err = look(context, guest);
    guest->environment.cursor = cursor;
    guest->environment.quit = quit;
    guest->environment.moved = moved;
    return err;
}

struct error *guest_elsewhere(struct lesson_guest *guest, const char *at, char *const *after,
                              size_t after_count, guest_look look, void *context)
{
    bool own = debugger_writes(guest->debugger) == guest->total_writes;
    bool unseen = guest->unseen;
    struct error *err, *second;

    if (!at && after_count == 0)
        return look(context, guest);
    err = debugger_leave(guest->debugger);
    if (err)
        return err;
    guest_unseen(guest);
    err = look_there(guest, at, after, after_count, look, context);
    second = debugger_return(guest->debugger);
    if (!unseen)
        guest_seen(guest);
    /* Writes on the way were undone. */
    if (own)
        guest->total_writes = debugger_writes(guest->debugger);
    if (!err)
        return second;
    error_free(second);
    return err;
}

/* p in a format: its own words for it. */
static struct error *print(struct lesson_guest *guest, struct span format, struct span expression,
                           FILE *out)
{
    char *line, *printed = NULL;
    size_t size;
    FILE *stream = open_memstream(&printed, &size);
    struct text text = {stream, false};
    struct environment environment = {.debugger = guest->debugger, .text = &text};
    struct error *err;

    if (!stream || asprintf(&line, "p/%.*s %.*s", (int)format.length, format.text,
                            (int)expression.length, expression.text) < 0)
        abort();
    err = in_one_line(line, commands_execute(&environment, line));
    fclose(stream);
    if (!err)
        fprintf(out, "%.*s", (int)strcspn(printed, "\n"), printed);
    free(printed);
    free(line);
    return err;
}

/* What stands between braces. */
static struct error *fill_one(struct lesson_guest *guest, struct span inner, FILE *out)
{
    struct span expression = span_trim(inner), format;
    struct error *err;
    uint64_t value;
    char *copy;

    if (expression.length > 0 && expression.text[0] == '/') {
        format = span_word(&expression);
        return print(guest, (struct span){format.text + 1, format.length - 1},
                     span_trim(expression), out);
    }
    copy = span_copy(expression);
    err = guest_evaluate(guest, copy, &value);
    free(copy);
    if (!err)
        fprintf(out, "0x%" PRIx64, value);
    return err;
}

static struct error *fill_all(struct lesson_guest *guest, const char *markdown, FILE *out)
{
    struct error *err = NULL;

    for (const char *at = markdown; !err && *at; at++) {
        const char *end = strchr(at, '}');

        if (*at != '{') {
            putc(*at, out);
        } else if (at[1] == '{') {
            putc(*at++, out);
        } else if (!end) {
            return error_new(ERROR_INPUT, "a { that is never closed; {{ is a brace");
        } else {
            err = fill_one(guest, (struct span){at + 1, (size_t)(end - at - 1)}, out);
            at = end;
        }
    }
    return err;
}

struct error *guest_fill_here(struct lesson_guest *guest, const char *markdown, char **ret)
{
    char *filled = NULL;
    size_t size;
    FILE *out = open_memstream(&filled, &size);
    struct error *err;

    if (!out)
        abort();
    err = fill_all(guest, markdown, out);
    fclose(out);
    if (err)
        free(filled);
    else
        *ret = filled;
    return err;
}

struct filling {
    const char *markdown;
    char **ret;
};

static struct error *look_fill(void *context, struct lesson_guest *guest)
{
    const struct filling *filling = context;

    return guest_fill_here(guest, filling->markdown, filling->ret);
}

struct error *lesson_guest_fill(struct lesson_guest *guest, const struct question *question,
                                const char *markdown, char **ret)
{
    struct filling filling = {markdown, ret};

    if (!question)
        return guest_fill_here(guest, markdown, ret);
    return guest_elsewhere(guest, question->at, question->after, question->after_count, look_fill,
                           &filling);
}
