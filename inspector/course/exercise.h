/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A break-it exercise: the stub with one planted bug, in a work folder of its own, where it is built
 * with the checkout's own rules (lessons/exercises/prepare makes and builds it).
 *
 *      CHECKOUT/work/NAME              the learner's; survives make clean, never written over
 *      CHECKOUT/build/exercises/NAME   of bootscope lesson --check; made anew each time
 *
 * Everything here needs a checkout, for which ERROR_INPUT says so.
 */
#ifndef BOOTSCOPE_COURSE_EXERCISE_H
#define BOOTSCOPE_COURSE_EXERCISE_H

#include "library.h"
#include "text.h"

/*
 * bootscope lesson start NAME: makes the work folder and builds its image; prints where it is and which
 * files the bug is in. A folder that is there is left as it is, and said to be there. ERROR_INPUT when
 * entry is no exercise; ERROR_SYSTEM, with what patch or the compiler said, when it cannot be made.
 */
struct error *exercise_start(const struct library *library, const struct library_entry *entry,
                             const struct text *text);

/*
 * bootscope lesson verify NAME: builds the work folder, boots its image against the exercise's verify.check,
 * and prints what came of it. When every check holds, that is noted in the progress file. ERROR_CHECK when
 * it does not build (the compiler's words are printed) or a check fails; ERROR_INPUT when it
 * was not started.
 */
struct error *exercise_verify(const struct library *library, const struct library_entry *entry,
                              const struct text *text);

/*
 * The exercise that `verify` without a name means: the one in whose work folder the program was
 * started, else the only one that was started. ERROR_INPUT, which names them, when there are several.
 */
struct error *exercise_started(const struct library *library, const struct library_entry **ret);

/* The path of the image in the learner's work folder, owned by the caller; ERROR_INPUT when not started. */
struct error *exercise_image(const struct library *library, const char *name, char **ret);

/*
 * For bootscope lesson --check, before the exercise's text is run: makes build/exercises/NAME with the present
 * stub and the bug, and sees that verify.check fails there. *ret_image is owned by the caller. ERROR_CHECK
 * when the patch does not apply, the image does not build (text gets what patch or the compiler said), or
 * verify.check passes in spite of the bug.
 */
struct error *exercise_check_bug(const struct library *library, const struct library_entry *entry,
                                 const struct text *text, char **ret_image);
/*
 * And after it: applies solution.patch there, builds, and sees that verify.check passes. text gets the report of
 * one that fails. ERROR_CHECK. The mended image stays in that folder.
 */
struct error *exercise_check_solution(const struct library *library,
                                      const struct library_entry *entry, const struct text *text);

#endif
