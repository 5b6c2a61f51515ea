/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grade.h"

#include <jansson.h>

static json_t *question_json(const struct question_state *state)
{
    return json_pack("{s:i,s:i,s:i,s:i,s:b,s:b}", "points", (int)progress_points(state), "max",
                     PROGRESS_POINTS_MAX, "tries", (int)state->tries, "hints", (int)state->hints,
                     "right", state->right, "skipped", state->skipped);
}

static json_t *lesson_json(const struct progress_file *progress,
                           const struct catalogue_entry *entry)
{
    const struct lesson *lesson = entry->lesson;
    struct lesson_score score = progress_score(progress, lesson);
    json_t *questions = json_object();

    for (size_t i = 0; i < lesson->step_count; i++) {
        const char *id = lesson->steps[i].question.id;

        if (lesson->steps[i].kind != STEP_PREDICT)
            continue;
        struct question_state state = progress_question(progress, lesson->name, id);
        json_object_set_new(questions, id, question_json(&state));
    }
    return json_pack("{s:s,s:s,s:b,s:b,s:i,s:i,s:o}", "name", lesson->name, "title", entry->title,
                     "exercise", lesson->exercise, "done", progress_done(progress, lesson),
                     "points", (int)score.points, "max", (int)score.max, "questions", questions);
}

struct error *grade(const struct catalogue *catalogue, int mark, const struct text *text,
                    bool *ret_passed)
{
    unsigned int points = 0, max = 0;
    bool all = true;
    json_t *lessons, *value;

    for (size_t i = 0; i < catalogue->count; i++)
        if (!catalogue->entries[i].lesson)
            return error_new(ERROR_INPUT, "%s", error_message(catalogue->entries[i].err));
    lessons = json_array();
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct lesson *lesson = catalogue->entries[i].lesson;
        struct lesson_score score = progress_score(catalogue->progress, lesson);

        points += score.points;
        max += score.max;
        all = all && progress_done(catalogue->progress, lesson) && score.right == score.questions;
        json_array_append_new(lessons, lesson_json(catalogue->progress, &catalogue->entries[i]));
    }
    bool passed = mark == GRADE_NO_MARK ? all : 100 * (uint64_t)points >= (uint64_t)mark * max;
    value = json_pack("{s:o,s:i,s:i,s:o,s:b}", "lessons", lessons, "points", (int)points, "max",
                      (int)max, "pass_mark",
                      mark == GRADE_NO_MARK ? json_null() : json_integer(mark), "passed", passed);
    json_dumpf(value, text->stream, JSON_COMPACT);
    text_print(text, TEXT_PLAIN, "\n");
    json_decref(value);
    *ret_passed = passed;
    return NULL;
}
