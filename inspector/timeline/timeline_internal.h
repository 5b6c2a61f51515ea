/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the timeline; nobody else includes this. */
#ifndef BOOTSCOPE_TIMELINE_INTERNAL_H
#define BOOTSCOPE_TIMELINE_INTERNAL_H

#include "timeline.h"

/* Applies the rules of the stop's checkpoint to its facts. Errors of target_read_virt. */
struct error *facts_learn(struct stop *stop);

/* Notes where the checkpoint's module must be, given that the guest stopped at it. */
void facts_place(struct stop *stop);

#endif
