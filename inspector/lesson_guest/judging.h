/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOOTSCOPE_LESSON_GUEST_JUDGING_H
#define BOOTSCOPE_LESSON_GUEST_JUDGING_H

#include "lesson_guest.h"

/*
 * The right answer, where the guest stands: of a choice its number, of a flag 0 or 1. ERROR_INPUT: an
 * expression that means nothing here, no choice that holds or more than one.
 */
struct error *question_right(struct lesson_guest *guest, const struct question *question,
                             uint64_t *ret);

#endif
