/* SPDX-License-Identifier: GPL-3.0-or-later */
/* solution.yaml: what a learner would type for each question. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "question.h"
#include "text_file.h"
#include "yaml_file.h"

struct reading {
    const struct lesson *lesson;
    struct solution *solution;
};

static struct error *answer(void *context, struct yaml_file *file, const char *key,
                            const yaml_node_t *key_node, const yaml_node_t *value)
{
    const struct reading *reading = context;
    struct solution *solution = reading->solution;
    const char *text;
    struct error *err;

    if (!lesson_find_question(reading->lesson, key))
        return yaml_file_error(file, key_node, "%s: the lesson has no such question", key);
    err = yaml_file_text(file, value, key, &text);
    if (err)
        return err;
    solution->answers[solution->count++] = (struct solution_answer){
        span_copy((struct span){key, strlen(key)}),
        span_copy(span_trim((struct span){text, strlen(text)})), yaml_file_line(file, value)};
    return NULL;
}

static struct error *check_whole(const struct lesson *lesson, const struct solution *solution,
                                 const char *path)
{
    for (size_t i = 0; i < lesson->step_count; i++) {
        const struct lesson_step *step = &lesson->steps[i];

        if (step->kind == STEP_PREDICT && !solution_find(solution, step->question.id))
            return error_new(ERROR_INPUT, "%s: no answer to %s, which %s:%u asks", path,
                             step->question.id, lesson->path, step->line);
    }
    return NULL;
}

static struct error *read_answers(const struct lesson *lesson, const char *path, struct span text,
                                  struct solution *ret)
{
    struct reading reading = {lesson, ret};
    struct yaml_file file;
    struct error *err = yaml_file_open(path, 1, text, &file);

    if (err)
        return err;
    /* A lesson that asks nothing has nothing to answer. */
    if (yaml_file_root(&file))
        err = yaml_file_each(&file, yaml_file_root(&file), answer, &reading);
    yaml_file_close(&file);
    return err;
}

static bool asks(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i].kind == STEP_PREDICT)
            return true;
    return false;
}

struct error *solution_open(const struct lesson *lesson, struct solution *ret)
{
    char *path, *text = NULL;
    size_t length;
    struct error *err;

    *ret = (struct solution){0};
    if (!asks(lesson))
        return NULL;
    if (asprintf(&path, "%s/solution.yaml", lesson->folder) < 0)
        abort();
    ret->answers = calloc(LESSON_STEPS_MAX, sizeof(*ret->answers));
    if (!ret->answers)
        abort();
    err = text_file_read(path, LESSON_BYTES_MAX, &text, &length);
    if (!err)
        err = read_answers(lesson, path, (struct span){text, length}, ret);
    if (!err)
        err = check_whole(lesson, ret, path);
    free(text);
    free(path);
    if (err)
        solution_clear(ret);
    return err;
}

void solution_clear(struct solution *solution)
{
    for (size_t i = 0; i < solution->count; i++) {
        free(solution->answers[i].id);
        free(solution->answers[i].answer);
    }
    free(solution->answers);
    *solution = (struct solution){0};
}

const char *solution_find(const struct solution *solution, const char *id)
{
    for (size_t i = 0; i < solution->count; i++)
        if (strcmp(solution->answers[i].id, id) == 0)
            return solution->answers[i].answer;
    return NULL;
}
