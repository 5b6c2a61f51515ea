/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loops that load a kernel: over its program headers, and over the sites to relocate. */
#ifndef BOOTSCOPE_STAGES_DISCOVER_LOOPS_H
#define BOOTSCOPE_STAGES_DISCOVER_LOOPS_H

#include "graph.h"

/* What an error() of a relocation loop says. */
#define RELOCATION_MESSAGE "relocation outside of kernel"

/* Addresses of instructions; 0: none. */
struct loading_loops {
    uint64_t behind_headers;
    /* Where it is decided whether to relocate, and where control is in either case. */
    uint64_t before_relocating, behind_relocating;
    bool by_message; /* relocation was known by RELOCATION_MESSAGE, not by what it does */
    bool skipped;    /* when there is nothing to relocate, control does not come to behind_... */
};

/*
 * Looks for what *loops does not have yet. Nothing lies before the loops in the block that has the
 * instruction at first. ERROR_SYSTEM: memory.
 */
struct error *discover_loops(const struct code *code, const struct graph *graph, uint64_t first,
                             struct loading_loops *loops);

#endif
