/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner did, noted. */
#include "progress_internal.h"
#include "progress_step.h"

/* The value of key, made when it is not there. */
static json_t *child(json_t *parent, const char *key)
{
    json_t *value = json_object_get(parent, key);

    if (!value && json_object_set_new(parent, key, json_object()) == 0)
        value = json_object_get(parent, key);
    return value;
}

static json_t *lesson_of(struct progress_file *file, const char *lesson)
{
    return child(child(file->root, "lessons"), lesson);
}

static json_t *question_of(struct progress_file *file, const char *lesson, const char *id)
{
    return child(child(lesson_of(file, lesson), "questions"), id);
}

struct error *progress_stand(struct progress_file *file, const struct lesson *lesson, size_t step)
{
    char key[PROGRESS_KEY_SIZE];
    int lock;
    struct error *err = progress_begin_event(file, &lock);

    progress_step_key(lesson, step, key);
    json_object_set_new(file->root, "current", json_string(lesson->name));
    json_object_set_new(lesson_of(file, lesson->name), "step", json_string(key));
    return progress_end_event(file, lock, err);
}

static bool settled(const json_t *question)
{
    return json_is_true(json_object_get(question, "right")) ||
           json_is_true(json_object_get(question, "skipped"));
}

static void count(json_t *question, const char *key)
{
    json_int_t now = json_integer_value(json_object_get(question, key));

    json_object_set_new(question, key, json_integer(now + 1));
}

/* Counts one more of what, and sets a flag, unless the question is done with. */
static struct error *note(struct progress_file *file, const char *lesson, const char *id,
                          const char *counted, const char *flag)
{
    int lock;
    struct error *err = progress_begin_event(file, &lock);
    json_t *question = question_of(file, lesson, id);

    if (!settled(question)) {
        if (counted)
            count(question, counted);
        if (flag)
            json_object_set_new(question, flag, json_true());
    }
    return progress_end_event(file, lock, err);
}

struct error *progress_answer(struct progress_file *file, const char *lesson, const char *id,
                              bool right)
{
    return note(file, lesson, id, "tries", right ? "right" : NULL);
}

struct error *progress_hint(struct progress_file *file, const char *lesson, const char *id)
{
    return note(file, lesson, id, "hints", NULL);
}

struct error *progress_skip(struct progress_file *file, const char *lesson, const char *id)
{
    return note(file, lesson, id, NULL, "skipped");
}

static struct error *set_flag(struct progress_file *file, const char *lesson, const char *flag)
{
    int lock;
    struct error *err = progress_begin_event(file, &lock);

    json_object_set_new(lesson_of(file, lesson), flag, json_true());
    return progress_end_event(file, lock, err);
}

struct error *progress_finish(struct progress_file *file, const char *lesson)
{
    return set_flag(file, lesson, "done");
}

struct error *progress_verified(struct progress_file *file, const char *exercise)
{
    return set_flag(file, exercise, "verified");
}

static struct forgotten tell_forgotten(const struct progress_file *file, const char *lesson)
{
    json_t *entry = progress_lesson_entry(file, lesson), *question;
    struct forgotten sum = {.known = entry != NULL};
    const char *id;

    json_object_foreach(json_object_get(entry, "questions"), id, question)
    {
        struct question_state state = progress_question(file, lesson, id);

        sum.answers += state.tries;
        sum.hints += state.hints;
        sum.points += progress_points(&state);
    }
    return sum;
}

struct error *progress_forget(struct progress_file *file, const char *lesson, struct forgotten *ret)
{
    int lock;
    struct error *err = progress_begin_event(file, &lock);
    struct forgotten sum = tell_forgotten(file, lesson);

    json_object_del(json_object_get(file->root, "lessons"), lesson);
    err = progress_end_event(file, lock, err);
    if (!err)
        *ret = sum;
    return err;
}
