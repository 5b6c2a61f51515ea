/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a wrong number may come from, when the question does not say it. */
#ifndef BOOTSCOPE_LESSON_GUEST_EVIDENCE_H
#define BOOTSCOPE_LESSON_GUEST_EVIDENCE_H

#include "lesson_guest.h"

/*
 * One sentence of Markdown about verdict->given, or "": the digits of the right answer in the other
 * base, one off, a factor of a page or of 8 bytes; else what in the guest, where it stands, has that value. answer is
 * as typed. Owned by the caller.
 */
char *evidence_of(struct lesson_guest *guest, const struct question *question, const char *answer,
                  const struct verdict *verdict);

#endif
