/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers: read where the guest stands, judged at the question's place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "evidence.h"
#include "guest_internal.h"
#include "judging.h"
#include "number_form.h"

struct judging {
    const struct question *question;
    const char *answer; /* as typed, without "answer" in front */
    bool given_known;   /* it could be read where the guest stood */
    struct error *unreadable;
    struct verdict *verdict;
};

static struct error *right_choice(struct lesson_guest *guest, const struct question *question,
                                  uint64_t *ret)
{
    uint64_t found = 0, holds;

    for (size_t i = 0; i < question->choice_count; i++) {
        struct error *err = guest_evaluate(guest, question->choices[i].when, &holds);

        if (err)
            return err;
        if (holds && found)
            return error_new(ERROR_INPUT, "choices %u and %zu both hold", (unsigned int)found,
                             i + 1);
        if (holds)
            found = i + 1;
    }
    *ret = found;
    return found ? NULL : error_new(ERROR_INPUT, "no choice holds");
}

struct error *question_right(struct lesson_guest *guest, const struct question *question,
                             uint64_t *ret)
{
    struct error *err;

    if (question->kind == QUESTION_CHOICE)
        return right_choice(guest, question, ret);
    err = guest_evaluate(guest, question->answer, ret);
    if (!err && question->kind == QUESTION_FLAG)
        *ret = *ret != 0;
    return err;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

static struct error *read_flag(const char *text, uint64_t *ret)
{
    static const char *const yes[] = {"yes", "y", "true", "1", NULL};
    static const char *const no[] = {"no", "n", "false", "0", NULL};

    *ret = is_one_of(text, yes);
    return *ret || is_one_of(text, no) ? NULL : error_new(ERROR_INPUT, "answer yes or no");
}

static struct error *read_choice(const struct question *question, const char *text, uint64_t *ret)
{
    struct span span = {text, strlen(text)};

    if (number_with_commas(span, ret) && *ret >= 1 && *ret <= question->choice_count)
        return NULL;
    return error_new(ERROR_INPUT, "answer with the number of a choice, 1 to %zu",
                     question->choice_count);
}

static struct error *read_answer(struct lesson_guest *guest, const struct question *question,
                                 const char *text, uint64_t *ret)
{
    struct span span = {text, strlen(text)};

    if (span.length == 0)
        return error_new(ERROR_INPUT, "that is no answer");
    if (question->kind == QUESTION_FLAG)
        return read_flag(text, ret);
    if (question->kind == QUESTION_CHOICE)
        return read_choice(question, text, ret);
    if (strchr(text, ',') && number_with_commas(span, ret))
        return NULL;
    return guest_evaluate(guest, text, ret);
}

/* The question's own words for this answer; NULL when it has none. */
static struct error *own_words(struct lesson_guest *guest, const struct question *question,
                               uint64_t given, const char **ret)
{
    uint64_t value;

    *ret = NULL;
    for (size_t i = 0; i < question->wrong_count && !*ret; i++) {
        struct error *err = guest_evaluate(guest, question->wrong[i].value, &value);

        if (err)
            return err;
        if (question->kind == QUESTION_FLAG)
            value = value != 0;
        if (value == given)
            *ret = question->wrong[i].says;
    }
    return NULL;
}

/* Two paragraphs, of which either may be empty. */
static char *paragraphs(const char *first, const char *second)
{
    char *both;

    if (asprintf(&both, "%s%s%s", first, *first && *second ? "\n\n" : "", second) < 0)
        abort();
    return both;
}

static struct error *say_wrong(struct lesson_guest *guest, const struct judging *judging)
{
    const struct question *question = judging->question;
    struct verdict *verdict = judging->verdict;
    char *says = NULL, *evidence = NULL;
    const char *own;
    struct error *err = own_words(guest, question, verdict->given, &own);

    if (!err && own)
        err = guest_fill_here(guest, own, &says);
    else if (!err)
        says = evidence_of(guest, question, judging->answer, verdict);
    if (!err && question->evidence)
        err = guest_fill_here(guest, question->evidence, &evidence);
    if (!err)
        verdict->says = paragraphs(says, evidence ? evidence : "");
    free(says);
    free(evidence);
    return err;
}

static struct error *judge_there(void *context, struct lesson_guest *guest)
{
    struct judging *judging = context;
    const struct question *question = judging->question;
    struct verdict *verdict = judging->verdict;
    struct error *err = question_right(guest, question, &verdict->right);

    if (err)
        return err;
    /* An expression may be of what is known there only. */
    if (!judging->given_known) {
        err = read_answer(guest, question, judging->answer, &verdict->given);
        if (err) {
            error_free(err);
            verdict->kind = ANSWER_UNREADABLE;
            verdict->says = strdup(error_message(judging->unreadable));
            return NULL;
        }
    }
    verdict->kind = verdict->given == verdict->right ? ANSWER_RIGHT : ANSWER_WRONG;
    return verdict->kind == ANSWER_RIGHT ? guest_fill_here(guest, question->explain, &verdict->says)
                                         : say_wrong(guest, judging);
}

struct error *lesson_guest_judge(struct lesson_guest *guest, const struct question *question,
                                 const char *answer, struct verdict *ret)
{
    struct span typed = span_trim((struct span){answer, strlen(answer)}), rest = typed;
    struct verdict verdict = {0};
    struct judging judging = {.question = question, .verdict = &verdict};
    char *text;
    struct error *err;

    if (span_is(span_word(&rest), "answer"))
        typed = span_trim(rest);
    text = span_copy(typed);
    judging.answer = text;
    judging.unreadable = read_answer(guest, question, text, &verdict.given);
    judging.given_known = !judging.unreadable;
    err = guest_elsewhere(guest, question->at, question->after, question->after_count, judge_there,
                          &judging);
    error_free(judging.unreadable);
    free(text);
    if (err) {
        verdict_clear(&verdict);
        return error_context(err, "%s", question->id);
    }
    *ret = verdict;
    return NULL;
}

void verdict_clear(struct verdict *verdict)
{
    free(verdict->says);
    *verdict = (struct verdict){0};
}
