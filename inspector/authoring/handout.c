/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "handout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "lesson_guest.h"

/* Lines to write an answer on. */
#define ROOM "<p class=\"room\"></p>\n"

struct handout {
    FILE *out;
    FILE *answers; /* a stream in memory, printed behind the lessons */
    struct text nowhere;
    const struct library *library;
    const struct lesson *lesson;
    char *image;                /* its path, which the guest needs as long as it lives */
    struct lesson_guest *guest; /* NULL: its image was not built */
    unsigned int questions;     /* of this lesson, so far */
};

/* Without a guest: {EXPR} becomes `EXPR`, and the format that p would take goes. */
static char *unfilled(const char *markdown)
{
    char *copy = malloc(strlen(markdown) + 1), *out = copy;

    if (!copy)
        return NULL;
    for (const char *at = markdown; *at; at++) {
        if (at[0] == '{' && at[1] == '{') {
            *out++ = *at++;
        } else if (*at == '{') {
            *out++ = '`';
            if (at[1] == '/')
                at += strcspn(at, " }");
        } else {
            *out++ = *at == '}' ? '`' : *at;
        }
    }
    *out = '\0';
    return copy;
}

/* Markdown of a question, with its values; question NULL: where the guest stands. */
static struct error *print_filled(struct handout *handout, FILE *out,
                                  const struct question *question, const char *markdown)
{
    struct error *err = NULL;
    char *filled = NULL;

    if (handout->guest)
        err = lesson_guest_fill(handout->guest, question, markdown, &filled);
    else if (!(filled = unfilled(markdown)))
        err = error_new(ERROR_SYSTEM, "no memory");
    if (!err)
        html_markdown(out, filled, strlen(filled));
    free(filled);
    return err;
}

static struct error *print_choices(struct handout *handout, const struct question *question)
{
    struct error *err = NULL;

    fputs("<ol>\n", handout->out);
    for (size_t i = 0; !err && i < question->choice_count; i++) {
        fputs("<li>", handout->out);
        err = print_filled(handout, handout->out, NULL, question->choices[i].text);
        fputs("</li>\n", handout->out);
    }
    fputs("</ol>\n", handout->out);
    return err;
}

static void print_value(FILE *out, const struct question *question, uint64_t right)
{
    switch (question->kind) {
    case QUESTION_NUMBER:
        fprintf(out, "%s (%s)", text_count(right), text_hex(right));
        break;
    case QUESTION_ADDRESS:
        fputs(text_hex(right), out);
        break;
    case QUESTION_FLAG:
        fputs(right ? "yes" : "no", out);
        break;
    case QUESTION_CHOICE:
        fprintf(out, "number %u", (unsigned int)right);
        break;
    }
}

static struct error *print_answer(struct handout *handout, const struct question *question)
{
    FILE *out = handout->answers;
    struct verdict verdict;
    struct error *err;

    fprintf(out, "<div class=\"answer\"><p><b>%u. ", handout->questions);
    if (handout->guest) {
        /* Whatever is answered, the verdict knows what is right. */
        err = lesson_guest_judge(handout->guest, question, "1", &verdict);
        if (err)
            return err;
        print_value(out, question, verdict.right);
        verdict_clear(&verdict);
    }
    fputs("</b></p>\n", out);
    err = print_filled(handout, out, question, question->explain);
    fputs("</div>\n", out);
    return err;
}

static struct error *print_question(struct handout *handout, const struct question *question)
{
    struct error *err;

    handout->questions++;
    fprintf(handout->out, "<div class=\"question\"><p class=\"number\">Question %u</p>\n",
            handout->questions);
    err = print_filled(handout, handout->out, NULL, question->ask);
    if (!err && question->kind == QUESTION_CHOICE)
        err = print_choices(handout, question);
    fputs(question->kind == QUESTION_CHOICE ? "</div>\n" : ROOM "</div>\n", handout->out);
    return err ? err : print_answer(handout, question);
}

static void html_command(FILE *out, const char *line)
{
    html_text(out, line, strlen(line));
    putc('\n', out);
}

static void print_commands(struct handout *handout, const struct lesson_commands *commands)
{
    bool shown = commands->has_output && commands->output.length > 0;

    fputs("<div class=\"run\">\n", handout->out);
    /* The output of several commands has each of them in it, behind its prompt. */
    if (!shown || commands->count == 1) {
        fputs("<pre class=\"commands\">", handout->out);
        for (size_t i = 0; i < commands->count; i++)
            html_command(handout->out, commands->lines[i]);
        fputs("</pre>\n", handout->out);
    }
    if (shown)
        html_lines(handout->out, "output", commands->output.text, commands->output.length);
    fputs("</div>\n", handout->out);
}

static struct error *print_step(struct handout *handout, size_t index)
{
    const struct lesson_step *step = &handout->lesson->steps[index];
    struct error *err = NULL;
    unsigned int removed;

    html_markdown(handout->out, step->prose.text, step->prose.length);
    if (handout->guest && step->kind == STEP_PREDICT)
        err = lesson_guest_to_step(handout->guest, index, &removed);
    if (err)
        return err;
    switch (step->kind) {
    case STEP_TEXT:
        break;
    case STEP_COMMANDS:
        print_commands(handout, &step->commands);
        break;
    case STEP_PREDICT:
        err = print_question(handout, &step->question);
        break;
    case STEP_CHECK:
        html_lines(handout->out, "check", step->check.text, step->check.length);
        break;
    }
    return error_context(err, "%s:%u", handout->lesson->path, step->line);
}

/* The lesson's guest, or none when there is no image to boot. */
static struct error *open_guest(struct handout *handout)
{
    struct error *err;

    handout->guest = NULL;
    handout->image = NULL;
    err = library_image(handout->library, handout->lesson, &handout->image);
    if (err && error_kind(err) == ERROR_INPUT) {
        error_free(err);
        return NULL;
    }
    if (err)
        return err;
    err = lesson_guest_open(handout->lesson, handout->image, &handout->nowhere, &handout->guest);
    return error_context(err, "%s", handout->lesson->path);
}

static struct error *print_lesson(struct handout *handout)
{
    struct error *err = open_guest(handout);

    if (err)
        return err;
    handout->questions = 0;
    fprintf(handout->out, "<section id=\"%s\">\n<h1>", handout->lesson->name);
    html_text(handout->out, handout->lesson->title, strlen(handout->lesson->title));
    fputs("</h1>\n", handout->out);
    fputs("<h2>", handout->answers);
    html_text(handout->answers, handout->lesson->title, strlen(handout->lesson->title));
    fputs("</h2>\n", handout->answers);
    for (size_t i = 0; !err && i < handout->lesson->step_count; i++)
        err = print_step(handout, i);
    fputs("</section>\n", handout->out);
    lesson_guest_close(handout->guest);
    free(handout->image);
    return err;
}

static struct error *print_style(struct handout *handout)
{
    char buffer[4096], *path = library_file(handout->library, "handout.css");
    FILE *style = fopen(path, "re");
    struct error *err = NULL;
    size_t length;

    if (!style) {
        err = error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
        free(path);
        return err;
    }
    fputs("<style>\n", handout->out);
    while ((length = fread(buffer, 1, sizeof(buffer), style)) > 0)
        fwrite(buffer, 1, length, handout->out);
    if (ferror(style))
        err = error_new(ERROR_INPUT, "%s: cannot be read", path);
    fputs("</style>\n", handout->out);
    fclose(style);
    free(path);
    return err;
}

static struct error *print_head(struct handout *handout, struct lesson **lessons)
{
    struct error *err;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<title>bootscope: the lessons</title>\n",
          handout->out);
    err = print_style(handout);
    fputs("</head>\n<body>\n<header><h1>From the first instruction to the kernel's entry</h1>\n"
          "<p>The lessons of bootscope</p></header>\n<nav><h2>Contents</h2>\n<ul>\n",
          handout->out);
    for (size_t i = 0; i < handout->library->count; i++) {
        fprintf(handout->out, "<li><a href=\"#%s\">", lessons[i]->name);
        html_text(handout->out, lessons[i]->title, strlen(lessons[i]->title));
        fputs("</a></li>\n", handout->out);
    }
    fputs("<li><a href=\"#answers\">Answers</a></li>\n</ul></nav>\n", handout->out);
    return err;
}

static struct error *print_page(struct handout *handout, struct lesson **lessons)
{
    char *answers = NULL;
    size_t length;
    struct error *err = print_head(handout, lessons);

    handout->answers = open_memstream(&answers, &length);
    if (!err && !handout->answers)
        err = error_errno(errno, "handout");
    for (size_t i = 0; !err && i < handout->library->count; i++) {
        handout->lesson = lessons[i];
        err = print_lesson(handout);
    }
    if (handout->answers && fclose(handout->answers) != 0 && !err)
        err = error_errno(errno, "handout");
    if (!err) {
        fputs("<section id=\"answers\"><h1>Answers</h1>\n", handout->out);
        fwrite(answers, 1, length, handout->out);
        fputs("</section>\n</body>\n</html>\n", handout->out);
    }
    free(answers);
    return err;
}

static struct error *open_lessons(const struct library *library, struct lesson **lessons)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < library->count; i++)
        err = lesson_open(library->entries[i].folder, &lessons[i]);
    return err;
}

/* To a file beside path, which gets its name when all is in it. */
static struct error *write_page(struct handout *handout, struct lesson **lessons, const char *path)
{
    char *made;
    struct error *err;

    if (asprintf(&made, "%s.new", path) < 0)
        return error_new(ERROR_SYSTEM, "no memory");
    handout->out = fopen(made, "we");
    if (!handout->out) {
        err = error_new(ERROR_INPUT, "%s: %s", made, strerror(errno));
        free(made);
        return err;
    }
    err = print_page(handout, lessons);
    bool lost = ferror(handout->out) != 0;
    if ((fclose(handout->out) != 0 || lost) && !err)
        err = error_errno(errno, "%s", made);
    if (!err && rename(made, path) != 0)
        err = error_errno(errno, "%s", path);
    if (err)
        remove(made);
    free(made);
    return err;
}

struct error *handout_write(const struct library *library, const char *path)
{
    struct handout handout = {.library = library};
    struct lesson **lessons = calloc(library->count, sizeof(*lessons));
    struct error *err;

    if (!lessons)
        return error_new(ERROR_SYSTEM, "no memory");
    handout.nowhere.stream = fopen("/dev/null", "we");
    if (!handout.nowhere.stream)
        err = error_errno(errno, "/dev/null");
    else
        err = open_lessons(library, lessons);
    if (!err)
        err = write_page(&handout, lessons, path);
    if (handout.nowhere.stream)
        fclose(handout.nowhere.stream);
    for (size_t i = 0; i < library->count; i++)
        lesson_free(lessons[i]);
    free(lessons);
    return err;
}
