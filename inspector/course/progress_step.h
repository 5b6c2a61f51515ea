/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A step's name in the progress file. Not its number, nor its line: it is what the step does, so that it is found
 * again in a newer lesson, in which there are more steps, or other sentences.
 */
#ifndef BOOTSCOPE_COURSE_PROGRESS_STEP_H
#define BOOTSCOPE_COURSE_PROGRESS_STEP_H

#include <stddef.h>

#include "lesson.h"

#define PROGRESS_KEY_SIZE 160

/* "question:ID", or "commands:", "check:", "text:" with a hash of what stands there, and "#2" for a second one. */
void progress_step_key(const struct lesson *lesson, size_t index, char out[PROGRESS_KEY_SIZE]);

#endif
