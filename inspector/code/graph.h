/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control flow graph of what control reaches from one address without calls: basic blocks, and
 * which of them every way from the entry, or every way out, must pass.
 */
#ifndef BOOTSCOPE_CODE_GRAPH_H
#define BOOTSCOPE_CODE_GRAPH_H

#include "functions.h"

#define GRAPH_NONE SIZE_MAX

struct block {
    uint64_t start, end; /* end: behind the last instruction */
    size_t first, count; /* in insns of the graph; at least one */
    size_t next[SUCCESSORS_MAX];
    size_t next_count;
    bool leaves; /* a return, or a jump to where only the CPU knows */
    bool dead;   /* no way from here comes to a leaving block */
    /*
     * The nearest block that every way from the entry to here (dominator), or from here to any
     * leaving block (post_dominator), passes; GRAPH_NONE: none, or no such way at all.
     */
    size_t dominator, post_dominator;
};

struct graph {
    const struct insn **insns; /* block by block */
    size_t insn_count;
    struct block *blocks; /* ascending by start; the entry's is blocks[entry] */
    size_t block_count;
    size_t entry;
};

/* ERROR_SYSTEM: memory. Where entry does not decode, the graph has no blocks. */
struct error *graph_make(struct functions *functions, const struct code_edge *edges,
                         size_t edge_count, uint64_t entry, struct graph *ret);
void graph_close(struct graph *graph);

/* The block that has the instruction at address; GRAPH_NONE when there is none. */
size_t graph_block(const struct graph *graph, uint64_t address);
/* Every way from the entry to block passes by (each block by itself). */
bool graph_dominates(const struct graph *graph, size_t by, size_t block);
bool graph_post_dominates(const struct graph *graph, size_t by, size_t block);
/* reached[i] (block_count of them): there is a way from block to i, of at least one step. */
struct error *graph_reached(const struct graph *graph, size_t block, bool *reached);
/* Where the function's last instruction ends, as far as it lies behind the entry in one piece. */
uint64_t graph_end(const struct graph *graph);

#endif
