/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All lessons and exercises as one HTML page that is made to be printed: contents, each lesson from
 * a page of its own, questions with room to write, the answers at the end. Numbers are those of a run.
 */
#ifndef BOOTSCOPE_AUTHORING_HANDOUT_H
#define BOOTSCOPE_AUTHORING_HANDOUT_H

#include "library.h"

/*
 * Writes the page to path, which appears whole or not at all. Each lesson's guest is booted for its
 * numbers; where the image was not built, expressions stand in their place. The style is handout.css
 * in the lessons' folder, else the project's own. ERROR_INPUT: a lesson that does not keep to the form, an unwritable path;
 * ERROR_GUEST and others from the guests.
 */
struct error *handout_write(const struct library *library, const char *path);

#endif
