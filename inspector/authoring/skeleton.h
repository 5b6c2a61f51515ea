/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_AUTHORING_SKELETON_H
#define BOOTSCOPE_AUTHORING_SKELETON_H

#include "error.h"

/*
 * Makes LESSONS/NN-NAME with a lesson.md and a solution.yaml that pass --check as they are, and prints where. NN follows the
 * last lesson's number. ERROR_INPUT: NAME is not of lower case letters, digits and "-", or a lesson has it;
 * ERROR_SYSTEM: cannot be written.
 */
struct error *skeleton_make(const char *name);

#endif
