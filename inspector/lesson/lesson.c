/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blocks.h"
#include "build.h"
#include "question.h"
#include "sentence.h"
#include "text_file.h"
#include "words.h"

struct error *lesson_parse(const char *path, const char *text, size_t length, struct lesson **ret)
{
    struct lesson *lesson = calloc(1, sizeof(*lesson));
    struct error *err = NULL;

    if (!lesson)
        abort();
    lesson->path = strdup(path);
    lesson->text = span_copy((struct span){text, length});
    lesson->shown = span_copy((struct span){text, length});
    lesson->length = length;
    lesson->steps = calloc(LESSON_STEPS_MAX, sizeof(*lesson->steps));
    if (!lesson->path || !lesson->steps)
        abort();
    if (length > LESSON_BYTES_MAX)
        err = error_new(ERROR_INPUT, "%s: larger than %zu bytes", path, LESSON_BYTES_MAX);
    else
        err = text_file_check(path, lesson->text, length);
    if (!err)
        err = lesson_build(lesson);
    if (err)
        lesson_free(lesson);
    else
        *ret = lesson;
    return err;
}

static struct error *check_name(const char *folder, const char *name)
{
    if (strlen(name) <= LESSON_NAME_MAX)
        return NULL;
    return error_new(ERROR_INPUT, "%s: a name of more than %d characters", folder, LESSON_NAME_MAX);
}

static char *join(const char *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    return path;
}

struct error *lesson_open(const char *folder, struct lesson **ret)
{
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    char *path = join(folder, "lesson.md"), *text = NULL;
    struct error *err = check_name(folder, name);
    bool exercise = access(path, F_OK) != 0;
    size_t length;

    if (exercise) {
        char *other = join(folder, "exercise.md");

        exercise = access(other, F_OK) == 0;
        if (exercise) {
            free(path);
            path = other;
        } else {
            free(other); /* and the message is about lesson.md */
        }
    }
    if (!err)
        err = text_file_read(path, LESSON_BYTES_MAX, &text, &length);
    if (!err)
        err = lesson_parse(path, text, length, ret);
    if (!err) {
        (*ret)->name = strdup(name);
        (*ret)->folder = strdup(folder);
        (*ret)->exercise = exercise;
    }
    free(text);
    free(path);
    return err;
}

void lesson_free(struct lesson *lesson)
{
    if (!lesson)
        return;
    for (size_t i = 0; i < lesson->step_count; i++) {
        struct lesson_step *step = &lesson->steps[i];

        live_values_free(step->values, step->value_count);
        lesson_commands_clear(&step->commands);
        question_clear(&step->question);
    }
    words_free(lesson->options, lesson->option_count);
    free(lesson->steps);
    free(lesson->image);
    free(lesson->title);
    free(lesson->text);
    free(lesson->shown);
    free(lesson->path);
    free(lesson->folder);
    free(lesson->name);
    free(lesson);
}

const struct lesson_step *lesson_find_question(const struct lesson *lesson, const char *id)
{
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i].kind == STEP_PREDICT && strcmp(lesson->steps[i].question.id, id) == 0)
            return &lesson->steps[i];
    return NULL;
}
