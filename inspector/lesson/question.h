/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions, and the answers that --check types, from their YAML. */
#ifndef BOOTSCOPE_LESSON_QUESTION_H
#define BOOTSCOPE_LESSON_QUESTION_H

#include "error.h"
#include "lesson.h"

#define QUESTION_LIST_MAX 32 /* hints, choices, wrong answers, commands */

/*
 * Reads a predict block. first is the line of path that text begins at. ERROR_INPUT, "PATH:LINE: ...": bad YAML, an
 * unknown key, one twice, one that is missing, an expression that cannot be parsed.
 */
struct error *question_parse(const char *path, unsigned int first, struct span text,
                             struct question *ret);
void question_clear(struct question *question);

/* What solution.yaml says: pairs of id and answer. */
struct solution {
    size_t count;
    struct solution_answer {
        char *id, *answer;
        unsigned int line;
    } * answers;
};

/*
 * Reads FOLDER/solution.yaml. ERROR_INPUT: not there, bad YAML, an id twice, an id that the lesson
 * has no question for, a question without an answer.
 */
struct error *solution_open(const struct lesson *lesson, struct solution *ret);
void solution_clear(struct solution *solution);
/* NULL when there is none. */
const char *solution_find(const struct solution *solution, const char *id);

#endif
