/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "expr.h"
#include "yaml_file.h"

static const char *const kind_names[] = {
    [QUESTION_NUMBER] = "number",
    [QUESTION_ADDRESS] = "address",
    [QUESTION_FLAG] = "flag",
    [QUESTION_CHOICE] = "choice",
};

static char *copy(const char *text)
{
    return span_copy(span_trim((struct span){text, strlen(text)}));
}

static struct error *take_text(struct yaml_file *file, const yaml_node_t *node, const char *key,
                               char **ret)
{
    const char *text;
    struct error *err = yaml_file_text(file, node, key, &text);

    if (!err)
        *ret = copy(text);
    return err;
}

/* Whether it can be parsed; what its names mean, only a guest knows. */
static struct error *take_expression(struct yaml_file *file, const yaml_node_t *node,
                                     const char *key, char **ret)
{
    struct expr *expr = NULL;
    struct error *err = take_text(file, node, key, ret);

    if (err)
        return err;
    err = expr_parse(*ret, &expr);
    expr_free(expr);
    return error_context(err, "%s:%u: %s", file->path, yaml_file_line(file, node), key);
}

static struct error *take_kind(struct yaml_file *file, const yaml_node_t *node,
                               enum question_kind *ret)
{
    const char *text;
    struct error *err = yaml_file_text(file, node, "kind", &text);

    if (err)
        return err;
    for (unsigned int i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
        *ret = (enum question_kind)i;
        if (strcmp(text, kind_names[i]) == 0)
            return NULL;
    }
    return yaml_file_error(file, node, "kind: %s is none of number, address, flag, choice", text);
}

static struct error *take_id(struct yaml_file *file, const yaml_node_t *node, char **ret)
{
    struct error *err = take_text(file, node, "id", ret);

    if (!err && (strspn(*ret, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(*ret) ||
                 strlen(*ret) > LESSON_NAME_MAX))
        err = yaml_file_error(file, node, "id: lower case letters, digits and -, at most %d",
                              LESSON_NAME_MAX);
    return err;
}

/* How many items a list has; ERROR_INPUT: none, too many, no list. */
static struct error *list_length(struct yaml_file *file, const yaml_node_t *node, const char *key,
                                 size_t *ret)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return yaml_file_error(file, node, "%s: a list is wanted", key);
    *ret = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (*ret == 0 || *ret > QUESTION_LIST_MAX)
        return yaml_file_error(file, node, "%s: %zu of them; 1 to %d is right", key, *ret,
                               QUESTION_LIST_MAX);
    return NULL;
}

static void *new_list(size_t count, size_t size)
{
    void *list = calloc(count, size);

    if (!list)
        abort();
    return list;
}

static struct error *take_texts(struct yaml_file *file, const yaml_node_t *node, const char *key,
                                size_t *ret_count, char ***ret)
{
    size_t count;
    struct error *err = list_length(file, node, key, &count);

    if (err)
        return err;
    *ret = new_list(count, sizeof(**ret));
    *ret_count = count;
    for (size_t i = 0; !err && i < count; i++)
        err = take_text(file, yaml_file_node(file, node->data.sequence.items.start[i]), key,
                        &(*ret)[i]);
    return err;
}

static struct error *take_after(struct yaml_file *file, const yaml_node_t *node,
                                struct question *question)
{
    if (node->type != YAML_SCALAR_NODE)
        return take_texts(file, node, "after", &question->after_count, &question->after);
    question->after = new_list(1, sizeof(*question->after));
    question->after_count = 1;
    return take_text(file, node, "after", &question->after[0]);
}

static struct error *choice_key(void *context, struct yaml_file *file, const char *key,
                                const yaml_node_t *key_node, const yaml_node_t *value)
{
    struct choice *choice = context;

    if (strcmp(key, "text") == 0)
        return take_text(file, value, key, &choice->text);
    if (strcmp(key, "when") == 0)
        return take_expression(file, value, key, &choice->when);
    return yaml_file_error(file, key_node, "%s: a choice has text and when", key);
}

static struct error *wrong_key(void *context, struct yaml_file *file, const char *key,
                               const yaml_node_t *key_node, const yaml_node_t *value)
{
    struct wrong_answer *wrong = context;

    if (strcmp(key, "value") == 0)
        return take_expression(file, value, key, &wrong->value);
    if (strcmp(key, "says") == 0)
        return take_text(file, value, key, &wrong->says);
    return yaml_file_error(file, key_node, "%s: a wrong answer has value and says", key);
}

static struct error *take_choices(struct yaml_file *file, const yaml_node_t *node,
                                  struct question *question)
{
    struct error *err = list_length(file, node, "choices", &question->choice_count);

    if (err) {
        question->choice_count = 0;
        return err;
    }
    question->choices = new_list(question->choice_count, sizeof(*question->choices));
    for (size_t i = 0; !err && i < question->choice_count; i++) {
        const yaml_node_t *item = yaml_file_node(file, node->data.sequence.items.start[i]);

        err = yaml_file_each(file, item, choice_key, &question->choices[i]);
        if (!err && (!question->choices[i].text || !question->choices[i].when))
            err = yaml_file_error(file, item, "a choice has text and when");
    }
    return err;
}

static struct error *take_wrong(struct yaml_file *file, const yaml_node_t *node,
                                struct question *question)
{
    struct error *err = list_length(file, node, "wrong", &question->wrong_count);

    if (err) {
        question->wrong_count = 0;
        return err;
    }
    question->wrong = new_list(question->wrong_count, sizeof(*question->wrong));
    for (size_t i = 0; !err && i < question->wrong_count; i++) {
        const yaml_node_t *item = yaml_file_node(file, node->data.sequence.items.start[i]);

        err = yaml_file_each(file, item, wrong_key, &question->wrong[i]);
        if (!err && (!question->wrong[i].value || !question->wrong[i].says))
            err = yaml_file_error(file, item, "a wrong answer has value and says");
    }
    return err;
}

static struct error *question_key(void *context, struct yaml_file *file, const char *key,
                                  const yaml_node_t *key_node, const yaml_node_t *value)
{
    struct question *question = context;
    const struct {
        const char *key;
        char **text;
    } texts[] = {{"ask", &question->ask},
                 {"at", &question->at},
                 {"evidence", &question->evidence},
                 {"explain", &question->explain}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(key, texts[i].key) == 0)
            return take_text(file, value, key, texts[i].text);
    if (strcmp(key, "id") == 0)
        return take_id(file, value, &question->id);
    if (strcmp(key, "kind") == 0)
        return take_kind(file, value, &question->kind);
    if (strcmp(key, "answer") == 0)
        return take_expression(file, value, key, &question->answer);
    if (strcmp(key, "after") == 0)
        return take_after(file, value, question);
    if (strcmp(key, "hints") == 0)
        return take_texts(file, value, key, &question->hint_count, &question->hints);
    if (strcmp(key, "choices") == 0)
        return take_choices(file, value, question);
    if (strcmp(key, "wrong") == 0)
        return take_wrong(file, value, question);
    return yaml_file_error(file, key_node, "%s: no such key in a question (docs/lessons.md)", key);
}

static struct error *check_whole(const struct yaml_file *file, const struct question *question)
{
    const struct {
        const char *key;
        const void *there;
    } needed[] = {{"id", question->id},
                  {"ask", question->ask},
                  {"hints", question->hints},
                  {"explain", question->explain}};
    bool choice = question->kind == QUESTION_CHOICE;

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!needed[i].there)
            return yaml_file_error(file, NULL, "a question without %s", needed[i].key);
    if (choice && question->choice_count < 2)
        return yaml_file_error(file, NULL, "%s: a choice has two choices at least", question->id);
    if (choice && question->answer)
        return yaml_file_error(file, NULL, "%s: a choice has no answer: its choices say when",
                               question->id);
    if (!choice && question->choices)
        return yaml_file_error(file, NULL, "%s: choices go with kind: choice", question->id);
    if (!choice && !question->answer)
        return yaml_file_error(file, NULL, "%s: a question without answer", question->id);
    return NULL;
}

struct error *question_parse(const char *path, unsigned int first, struct span text,
                             struct question *ret)
{
    struct yaml_file file;
    struct error *err = yaml_file_open(path, first, text, &file);

    *ret = (struct question){.kind = QUESTION_NUMBER};
    if (err)
        return err;
    err = yaml_file_each(&file, yaml_file_root(&file), question_key, ret);
    if (!err)
        err = check_whole(&file, ret);
    yaml_file_close(&file);
    if (err)
        question_clear(ret);
    return err;
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void question_clear(struct question *question)
{
    char *texts[] = {question->id, question->ask,      question->answer,
                     question->at, question->evidence, question->explain};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    free_texts(question->after, question->after_count);
    free_texts(question->hints, question->hint_count);
    for (size_t i = 0; i < question->choice_count; i++) {
        free(question->choices[i].text);
        free(question->choices[i].when);
    }
    for (size_t i = 0; i < question->wrong_count; i++) {
        free(question->wrong[i].value);
        free(question->wrong[i].says);
    }
    free(question->choices);
    free(question->wrong);
    *question = (struct question){0};
}
