/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lesson, read from its Markdown (docs/lessons.md is the form's reference). md4c finds the blocks,
 * libyaml reads the questions. Nothing here knows a guest.
 */
#ifndef BOOTSCOPE_LESSON_LESSON_H
#define BOOTSCOPE_LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Bounds of what is read: a lesson may come from anybody. */
#define LESSON_BYTES_MAX ((size_t)1 << 20)
#define LESSON_STEPS_MAX 200
#define LESSON_NAME_MAX  64
#define LESSON_WORDS_MAX 32

/* A piece of lesson.text; not terminated. */
struct span {
    const char *text;
    size_t length;
};

/* A number in a sentence that a run checks: `0x100000`<!--= load at image-copied --> */
struct live_value {
    struct span shown; /* what stands between the backquotes */
    char *expression;
    char *at; /* a checkpoint; NULL: where the step begins */
    unsigned int line;
};

/* output NAME=VALUE: both as written; value NULL when it was not filled in yet. */
struct mask {
    char *name, *value;
};

struct lesson_commands {
    size_t count;
    char **lines;       /* blank lines and comments left out */
    bool fails;         /* the last command must fail */
    bool has_output;    /* an output block follows */
    struct span info;   /* the words behind "output" in its fence */
    struct span output; /* what stands in it; length 0: where it would begin */
    size_t mask_count;
    struct mask masks[LESSON_WORDS_MAX];
};

enum question_kind { QUESTION_NUMBER, QUESTION_ADDRESS, QUESTION_FLAG, QUESTION_CHOICE };

struct choice {
    char *text, *when;
};

struct wrong_answer {
    char *value, *says;
};

struct question {
    char *id;
    enum question_kind kind;
    char *ask, *answer, *at, *evidence, *explain;
    size_t after_count, hint_count, choice_count, wrong_count;
    char **after, **hints;
    struct choice *choices;
    struct wrong_answer *wrong;
};

enum step_kind {
    STEP_TEXT, /* nothing but text: the last one, or before a section that begins anew */
    STEP_COMMANDS,
    STEP_PREDICT,
    STEP_CHECK,
};

struct lesson_step {
    enum step_kind kind;
    unsigned int line; /* of the block, or of the text when there is none; from 1 */
    /*
     * The Markdown in front of the block: of lesson.shown. The title is left out, a heading "## " that
     * begins there is not.
     */
    struct span prose;
    struct span
        section;       /* the text of the "## " heading it belongs to; length 0: before the first */
    struct span block; /* the block from fence to fence, its output block with it */
    size_t value_count;
    struct live_value *values; /* in prose */
    struct lesson_commands commands;
    struct question question;
    struct span check; /* the statements */
};

struct lesson {
    char *name;   /* "04-where-are-we": the folder's */
    char *folder; /* its path */
    char *path;   /* of the Markdown */
    char *title;
    bool exercise;
    char *text;  /* the Markdown, terminated */
    char *shown; /* the same, its image and options blocks made blank */
    size_t length;
    char *image;               /* as in the image block */
    unsigned int options_line; /* of the options block */
    size_t option_count;
    char **options; /* words of the options block, quotes taken away */
    size_t step_count;
    struct lesson_step *steps;
};

/*
 * Reads FOLDER/lesson.md, or FOLDER/exercise.md. ERROR_INPUT, "PATH:LINE: ...", for whatever does
 * not keep to the form: no title, no image, an unknown key, a question without a hint, two of one id.
 */
struct error *lesson_open(const char *folder, struct lesson **ret);
/* The same of text in memory, which is copied; path is for messages. */
struct error *lesson_parse(const char *path, const char *text, size_t length, struct lesson **ret);
void lesson_free(struct lesson *lesson);

/* The step with that question, or NULL. */
const struct lesson_step *lesson_find_question(const struct lesson *lesson, const char *id);

#endif
