/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The instructions of one function, or of what control reaches from any address, without those of
 * the functions it calls; and which functions give control back.
 */
#ifndef BOOTSCOPE_CODE_FUNCTIONS_H
#define BOOTSCOPE_CODE_FUNCTIONS_H

#include "address_map.h"
#include "code.h"
#include "tables.h"

/*
 * Most instructions of one walk, and of all walks of one struct functions: behind that many, nothing
 * is found any more. Linux 7.2 takes 120,000.
 */
#define WALK_MAX       16384
#define WALK_STEPS_MAX 1000000

#define TABLES_MAX 64

/* What is known of the functions of a piece of code. Zeroed but for code it knows nothing yet. */
struct functions {
    const struct code *code;
    struct address_map returns; /* entry: 1 when it may return */
    struct address_map tables;  /* jumps of a switch, met on a walk: index in table_list */
    struct jump_table table_list[TABLES_MAX];
    size_t table_count;
    unsigned int depth; /* while it is being found out */
    size_t steps;       /* instructions walked over so far */
};

/*
 * False when no way through the function leads to a return or out of what can be followed: error()
 * in an endless hlt. True also where finding out would go too deep, or round in a circle.
 */
bool function_returns(struct functions *functions, uint64_t entry);
void functions_close(struct functions *functions);

/* How control comes to the other end of a code_edge. */
enum edge_way {
    EDGE_STRAIGHT,
    /*
     * Through code that is not here, such as a trampoline. It comes back by an address that it takes
     * from the stack, and may leave any register but the stack pointer changed.
     */
    EDGE_BY_STACK,
    /* The same, but by an address in a register: rbx, rbp and r12 to r15 are as they were. */
    EDGE_BY_REGISTER,
};

/* Control goes from an instruction to a place that the instruction does not name. */
struct code_edge {
    uint64_t from, to;
    enum edge_way way;
};

#define CODE_EDGES_MAX 16

/* Where control goes on behind an instruction, inside of the function; at most this many places. */
#define SUCCESSORS_MAX (TABLE_MAX + 4)
/*
 * Calls go on behind the call, those of a function that does not return nowhere. edges (may be
 * NULL) adds what only data flow can tell. Returns the number of places.
 */
size_t code_successors(struct functions *functions, const struct code_edge *edges,
                       size_t edge_count, const struct insn *insn, uint64_t ret[SUCCESSORS_MAX]);

/*
 * Takes up to WALK_MAX instructions from entry on, in no order, each once, into *ret (to be freed).
 * False: no memory.
 */
bool code_walk(struct functions *functions, const struct code_edge *edges, size_t edge_count,
               uint64_t entry, const struct insn ***ret, size_t *ret_count);

/*
 * Looks at the instructions of the function at entry, and of those that it calls and they call
 * (nearest first), until visit says true. ret_function (may be NULL) is then the function that has
 * the instruction. False: none did, or no memory.
 */
typedef bool (*insn_visitor)(void *context, const struct insn *insn);
bool code_reaches(struct functions *functions, uint64_t entry, insn_visitor visit, void *context,
                  uint64_t *ret_function);

#endif
