/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dominators and post-dominators of a graph's blocks (Cooper, Harvey and Kennedy's way). */
#ifndef BOOTSCOPE_CODE_DOMINATORS_H
#define BOOTSCOPE_CODE_DOMINATORS_H

#include "graph.h"

/* Fills dominator and post_dominator of every block. ERROR_SYSTEM: memory. */
struct error *dominators_find(struct graph *graph);

#endif
