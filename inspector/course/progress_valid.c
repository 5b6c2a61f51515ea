/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress_valid.h"

#include <stdbool.h>
#include <string.h>

#include "progress_file.h"

#define COUNT_MAX 1000000000

/* A name of the file's own in a message: it may be anything. */
static const char *shown(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    return strlen(name) <= LESSON_NAME_MAX && name[strspn(name, allowed)] == '\0' ? name : "?";
}

static bool is_count(const json_t *value)
{
    json_int_t count = json_integer_value(value);

    return !value || (json_is_integer(value) && count >= 0 && count <= COUNT_MAX);
}

static bool is_flag(const json_t *value)
{
    return !value || json_is_boolean(value);
}

static bool is_object(const json_t *value)
{
    return !value || json_is_object(value);
}

static bool is_text(const json_t *value)
{
    return !value || json_is_string(value);
}

static bool question_good(const json_t *question)
{
    const json_t *right = json_object_get(question, "right");
    const json_t *skipped = json_object_get(question, "skipped");
    const json_t *tries = json_object_get(question, "tries");

    return json_is_object(question) && is_flag(right) && is_flag(skipped) && is_count(tries) &&
           is_count(json_object_get(question, "hints")) &&
           !(json_is_true(right) && json_is_true(skipped)) &&
           !(json_is_true(right) && json_integer_value(tries) == 0);
}

static struct error *check_lesson(const char *name, json_t *lesson)
{
    json_t *questions = json_object_get(lesson, "questions"), *question;
    const char *id;

    if (!json_is_object(lesson) || !is_text(json_object_get(lesson, "step")) ||
        !is_flag(json_object_get(lesson, "done")) ||
        !is_flag(json_object_get(lesson, "verified")) || !is_object(questions))
        return error_new(ERROR_INPUT, "what it says of lesson %s makes no sense", shown(name));
    json_object_foreach(questions, id, question) if (!question_good(question)) return error_new(
        ERROR_INPUT, "what it says of question %s of lesson %s makes no sense", shown(id),
        shown(name));
    return NULL;
}

static struct error *check(json_t *root)
{
    json_t *version = json_object_get(root, "version"), *lessons = json_object_get(root, "lessons");
    json_t *lesson;
    const char *name;

    if (!json_is_object(root) || !json_is_integer(version) || json_integer_value(version) < 1)
        return error_new(ERROR_INPUT, "it has no version");
    if (json_integer_value(version) > PROGRESS_VERSION)
        return error_new(ERROR_INPUT, "a newer bootscope wrote it: version %lld, this one knows %d",
                         (long long)json_integer_value(version), PROGRESS_VERSION);
    if (!is_text(json_object_get(root, "current")) || !is_object(lessons))
        return error_new(ERROR_INPUT, "\"current\" or \"lessons\" makes no sense");
    json_object_foreach(lessons, name, lesson)
    {
        struct error *err = check_lesson(name, lesson);

        if (err)
            return err;
    }
    return NULL;
}

struct error *progress_valid(const char *bytes, size_t length, json_t **ret)
{
    json_error_t where;
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &where);
    struct error *err;

    if (!root)
        return error_new(ERROR_INPUT, "not JSON at line %d, column %d", where.line, where.column);
    err = check(root);
    if (err)
        json_decref(root);
    else
        *ret = root;
    return err;
}
