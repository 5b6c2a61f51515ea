/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small data flow: what the general registers and the stack's words hold at every instruction of a
 * graph, as far as it follows from moves, additions, pushes and pops. A value is a base plus a
 * known number. Nothing is guessed: what is not known is a base of its own, so that two values with
 * the same base differ by their offsets whatever the base is.
 */
#ifndef BOOTSCOPE_CODE_VALUES_H
#define BOOTSCOPE_CODE_VALUES_H

#include "graph.h"

enum value_base {
    VALUE_NUMBER,  /* the number itself */
    VALUE_ADDRESS, /* where link address 0 is at run time */
    VALUE_ENTRY,   /* what the register id (enum insn_gpr) held at the graph's entry */
    VALUE_FIELD,   /* read from memory at (register at the entry) + number: value_field() */
    VALUE_RESULT,  /* what the instruction at an address left in a register: value_result() */
    VALUE_MERGED,  /* one of several, at the beginning of a block */
};

struct value {
    enum value_base base;
    uint64_t id;
    int64_t offset;
};

bool value_equal(struct value left, struct value right);
bool value_same_base(struct value left, struct value right);
struct value value_plus(struct value value, int64_t number);
/* The id of what was read from memory at gpr (as at the entry) + offset. */
uint64_t value_field(enum insn_gpr gpr, int32_t offset);
/* The address of the instruction whose result is the base of value; false for other bases. */
bool value_result(struct value value, uint64_t *ret_address);

#define VALUE_SLOTS_MAX 40

struct value_state {
    bool reached;
    struct value registers[INSN_GPR_COUNT];
    struct {
        struct value address, content;
    } slots[VALUE_SLOTS_MAX]; /* words of memory; newest last */
    size_t slot_count;
};

struct values {
    const struct code *code;
    const struct graph *graph;
    const struct code_edge *edges;
    size_t edge_count;
    struct value_state *states; /* at the beginning of each block */
    bool *pending;
    struct value_cursor
        *cursor; /* where the last question was: the next is often about what follows */
};

/*
 * Functions are taken to keep rbx, rbp, rsp and r12 to r15 (in 32-bit code also esi and edi) and
 * the words of the caller's stack. ERROR_SYSTEM: memory. code, graph and edges
 * (of the graph) must stay.
 */
struct error *values_make(const struct code *code, const struct graph *graph,
                          const struct code_edge *edges, size_t edge_count, struct values *ret);
void values_close(struct values *values);

/* The state before the instruction at address; false when control does not get there. */
bool values_before(const struct values *values, uint64_t address, struct value_state *ret);
/* The state behind the instruction at address, wherever control goes on. */
bool values_after(const struct values *values, uint64_t address, struct value_state *ret);
/* The word of memory at address + offset; false when it is not known. */
bool values_slot(const struct value_state *state, struct value address, int64_t offset,
                 struct value *ret);
/* The address that a memory operand refers to; false when that is not known. */
bool values_operand_address(const struct value_state *state, const struct insn *insn,
                            const cs_x86_op *operand, struct value *ret);

#endif
