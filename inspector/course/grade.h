/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a learner has reached, for a script that grades. */
#ifndef BOOTSCOPE_COURSE_GRADE_H
#define BOOTSCOPE_COURSE_GRADE_H

#include "catalogue.h"
#include "text.h"

#define GRADE_NO_MARK (-1)

/*
 * Prints one JSON value: {"lessons":[{"name","title","exercise","done","points","max",
 * "questions":{ID:{"points","max","tries","hints","right","skipped"}}}],"points","max","pass_mark","passed"}. *ret_passed: at
 * least mark percent of the points; with GRADE_NO_MARK: each lesson is done, and each question right.
 * ERROR_INPUT: a lesson that cannot be read.
 */
struct error *grade(const struct catalogue *catalogue, int mark, const struct text *text,
                    bool *ret_passed);

#endif
