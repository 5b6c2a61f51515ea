/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question, as a learner may come to see it: all its texts filled in, its answers judged. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guest_internal.h"
#include "judging.h"
#include "verify_internal.h"

static struct error *at_step(const struct verify *verify, const struct lesson_step *step,
                             struct error *err)
{
    return error_context(err, "%s:%u", verify->lesson->path, step->line);
}

static struct error *fills(struct lesson_guest *guest, const char *what, const char *markdown)
{
    char *filled = NULL;
    struct error *err = markdown ? guest_fill_here(guest, markdown, &filled) : NULL;

    free(filled);
    return error_context(err, "%s", what);
}

/* Here, where the guest stands. */
static struct error *check_asked(struct verify *verify, const struct question *question)
{
    struct error *err = fills(verify->guest, "ask", question->ask);

    for (size_t i = 0; !err && i < question->hint_count; i++)
        err = fills(verify->guest, "hints", question->hints[i]);
    return err;
}

/* At the question's place: all that may be said, and that no wrong answer is the right one. */
static struct error *look_texts(void *context, struct lesson_guest *guest)
{
    const struct question *question = context;
    uint64_t right, value;
    struct error *err = question_right(guest, question, &right);

    if (!err)
        err = fills(guest, "evidence", question->evidence);
    if (!err)
        err = fills(guest, "explain", question->explain);
    for (size_t i = 0; !err && i < question->wrong_count; i++) {
        err = guest_evaluate(guest, question->wrong[i].value, &value);
        if (!err && question->kind == QUESTION_FLAG)
            value = value != 0;
        if (!err && value == right)
            err = error_new(ERROR_CHECK, "wrong: %s is the right answer", question->wrong[i].value);
        if (!err)
            err = fills(guest, "says", question->wrong[i].says);
    }
    return err;
}

/* Judges an answer, which must come out as expected. */
static struct error *judged(struct verify *verify, const struct question *question,
                            const char *answer, enum verdict_kind expected)
{
    static const char *const names[] = {"right", "wrong", "unreadable"};
    struct verdict verdict;
    struct error *err = lesson_guest_judge(verify->guest, question, answer, &verdict);

    if (err)
        return err;
    if (verdict.kind != expected && expected == ANSWER_RIGHT)
        err = error_new(ERROR_CHECK,
                        "%s: the answer %s of solution.yaml is %s%s%s; right is 0x%" PRIx64,
                        question->id, answer, names[verdict.kind],
                        verdict.kind == ANSWER_UNREADABLE ? ": " : "",
                        verdict.kind == ANSWER_UNREADABLE ? verdict.says : "", verdict.right);
    else if (verdict.kind != expected)
        err = error_new(ERROR_CHECK, "%s: the answer %s is judged %s", question->id, answer,
                        names[verdict.kind]);
    verdict_clear(&verdict);
    return err;
}

static struct error *look_right(void *context, struct lesson_guest *guest)
{
    struct {
        const struct question *question;
        uint64_t right;
    } *looking = context;

    return question_right(guest, looking->question, &looking->right);
}

/* An answer that is plainly wrong must not be taken for right. */
static struct error *check_wrong(struct verify *verify, const struct question *question)
{
    struct {
        const struct question *question;
        uint64_t right;
    } looking = {question, 0};
    char answer[32];
    struct error *err = guest_elsewhere(verify->guest, question->at, question->after,
                                        question->after_count, look_right, &looking);

    if (err)
        return err;
    if (question->kind == QUESTION_FLAG)
        strcpy(answer, looking.right ? "no" : "yes");
    else if (question->kind == QUESTION_CHOICE)
        snprintf(answer, sizeof(answer), "%" PRIu64, looking.right % question->choice_count + 1);
    else
        snprintf(answer, sizeof(answer), "0x%" PRIx64, looking.right ^ 0x5a5a5a5a);
    return judged(verify, question, answer, ANSWER_WRONG);
}

void verify_question(struct verify *verify, const struct lesson_step *step)
{
    const struct question *question = &step->question;
    struct error *err = check_asked(verify, question);

    if (!err)
        err = guest_elsewhere(verify->guest, question->at, question->after, question->after_count,
                              look_texts, (void *)question);
    err = error_context(err, "%s", question->id);
    if (!err)
        err = judged(verify, question, solution_find(&verify->solution, question->id),
                     ANSWER_RIGHT);
    if (!err)
        err = check_wrong(verify, question);
    verify->counts->questions++;
    verify_failed(verify, at_step(verify, step, err));
}
