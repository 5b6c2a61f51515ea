/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A graph with its data flow, made of boot code that also goes on through far returns, returns to
 * pushed addresses and jumps through registers: where data flow tells their targets, they are
 * followed.
 */
#ifndef BOOTSCOPE_CODE_REGION_H
#define BOOTSCOPE_CODE_REGION_H

#include "values.h"

struct region {
    struct code_edge edges[CODE_EDGES_MAX];
    size_t edge_count;
    struct graph graph;
    struct values values;
};

/*
 * From entry on. Control that goes to the address away is not followed (another width of code lies
 * there, say; UINT64_MAX: none). *ret must stay where it is until region_close(). ERROR_SYSTEM:
 * memory; *ret is then closed.
 */
struct error *region_make(struct functions *functions, uint64_t entry, uint64_t away,
                          struct region *ret);
void region_close(struct region *region);

/* The block's last instruction. */
const struct insn *region_last(const struct region *region, size_t block);
/* Every way from the entry to behind comes through before: of one block, or of two. */
bool region_passes(const struct region *region, uint64_t before, uint64_t behind);

#endif
