/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_LESSON_BUILD_H
#define BOOTSCOPE_LESSON_BUILD_H

#include "error.h"
#include "lesson.h"

/*
 * Fills in what lesson->text says, in place of nothing: path, text, shown, length and room for
 * LESSON_STEPS_MAX steps are there. ERROR_INPUT as of lesson_parse(); what was built so far is lesson_free()'s.
 */
struct error *lesson_build(struct lesson *lesson);

#endif
