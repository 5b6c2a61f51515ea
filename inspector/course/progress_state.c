/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a learner. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "progress_internal.h"
#include "progress_step.h"

json_t *progress_lesson_entry(const struct progress_file *file, const char *lesson)
{
    return json_object_get(json_object_get(file->root, "lessons"), lesson);
}

struct question_state progress_question(const struct progress_file *file, const char *lesson,
                                        const char *id)
{
    json_t *entry = progress_lesson_entry(file, lesson);
    json_t *question = json_object_get(json_object_get(entry, "questions"), id);

    return (struct question_state){
        .tries = (unsigned int)json_integer_value(json_object_get(question, "tries")),
        .hints = (unsigned int)json_integer_value(json_object_get(question, "hints")),
        .right = json_is_true(json_object_get(question, "right")),
        .skipped = json_is_true(json_object_get(question, "skipped")),
    };
}

unsigned int progress_points(const struct question_state *state)
{
    /* Of a right one: at least one try. Neither count is above a thousand million. */
    unsigned int lost = state->right ? state->hints + state->tries - 1 : 0;

    if (!state->right)
        return 0;
    return lost < PROGRESS_POINTS_MAX ? PROGRESS_POINTS_MAX - lost : 1;
}

struct lesson_score progress_score(const struct progress_file *file, const struct lesson *lesson)
{
    struct lesson_score score = {0};

    for (size_t i = 0; i < lesson->step_count; i++) {
        const struct lesson_step *step = &lesson->steps[i];

        if (step->kind != STEP_PREDICT)
            continue;
        struct question_state state = progress_question(file, lesson->name, step->question.id);
        score.questions++;
        score.right += state.right;
        score.skipped += state.skipped;
        score.at_once += progress_points(&state) == PROGRESS_POINTS_MAX;
        score.points += progress_points(&state);
        score.max += PROGRESS_POINTS_MAX;
    }
    if (lesson->exercise) {
        score.points += progress_done(file, lesson) ? PROGRESS_MENDED : 0;
        score.max += PROGRESS_MENDED;
    }
    return score;
}

const char *progress_current(const struct progress_file *file)
{
    return json_string_value(json_object_get(file->root, "current"));
}

bool progress_begun(const struct progress_file *file, const char *lesson)
{
    return progress_lesson_entry(file, lesson);
}

bool progress_done(const struct progress_file *file, const struct lesson *lesson)
{
    json_t *entry = progress_lesson_entry(file, lesson->name);

    return json_is_true(json_object_get(entry, lesson->exercise ? "verified" : "done"));
}

/* FNV-1a: the same on every machine, and in every version. */
static uint64_t hash(uint64_t sum, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t hash_step(const struct lesson_step *step)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    switch (step->kind) {
    case STEP_COMMANDS:
        for (size_t i = 0; i < step->commands.count; i++)
            sum = hash(sum, step->commands.lines[i], strlen(step->commands.lines[i]) + 1);
        return sum;
    case STEP_CHECK:
        return hash(sum, step->check.text, step->check.length);
    case STEP_TEXT:
    case STEP_PREDICT:
        break;
    }
    return hash(sum, step->prose.text, step->prose.length);
}

/* How many steps before it do the very same, it included. */
static unsigned int ordinal(const struct lesson *lesson, size_t index)
{
    const struct lesson_step *step = &lesson->steps[index];
    unsigned int count = 1;

    for (size_t i = 0; i < index; i++)
        if (lesson->steps[i].kind == step->kind && hash_step(&lesson->steps[i]) == hash_step(step))
            count++;
    return count;
}

void progress_step_key(const struct lesson *lesson, size_t index, char out[PROGRESS_KEY_SIZE])
{
    static const char *const kinds[] = {
        [STEP_TEXT] = "text", [STEP_COMMANDS] = "commands", [STEP_CHECK] = "check"};
    const struct lesson_step *step = &lesson->steps[index];

    if (step->kind == STEP_PREDICT) {
        snprintf(out, PROGRESS_KEY_SIZE, "question:%s", step->question.id);
        return;
    }
    unsigned int number = ordinal(lesson, index);
    int used = snprintf(out, PROGRESS_KEY_SIZE, "%s:%016" PRIx64, kinds[step->kind],
                        hash_step(step));
    if (number > 1)
        snprintf(out + used, PROGRESS_KEY_SIZE - (size_t)used, "#%u", number);
}

size_t progress_step(const struct progress_file *file, const struct lesson *lesson)
{
    const char *wanted = json_string_value(
        json_object_get(progress_lesson_entry(file, lesson->name), "step"));
    char key[PROGRESS_KEY_SIZE];
    size_t last = 0;

    for (size_t i = 0; wanted && i < lesson->step_count; i++) {
        progress_step_key(lesson, i, key);
        if (strcmp(key, wanted) == 0)
            return i;
        if (lesson->steps[i].kind != STEP_PREDICT)
            continue;
        struct question_state state = progress_question(file, lesson->name,
                                                        lesson->steps[i].question.id);
        if (state.right || state.skipped)
            last = i;
    }
    return last;
}
