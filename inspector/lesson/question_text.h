/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a question as Markdown; to be filled in. */
#ifndef BOOTSCOPE_LESSON_QUESTION_TEXT_H
#define BOOTSCOPE_LESSON_QUESTION_TEXT_H

#include "lesson.h"

/* The choices as a numbered list, owned by the caller; NULL when the question has none. */
char *question_choices(const struct question *question);
/* A hint with its number, owned by the caller. */
char *question_hint(const struct question *question, size_t index);

#endif
