/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <stdlib.h>

#include "values_step.h"

/* Instructions that are gone over while the states settle, for each of the graph. */
#define STEPS_EACH 32

/* Registers that code outside leaves as they are, when it needs no stack to come back. */
#define KEPT_OUTSIDE (1u << INSN_RBX | 1u << INSN_RBP | 0xf000u)

/* The state before instruction number position of a block. */
struct value_cursor {
    size_t block, position;
    struct value_state state;
};

bool value_same_base(struct value left, struct value right)
{
    return left.base == right.base && left.id == right.id;
}

bool value_equal(struct value left, struct value right)
{
    return value_same_base(left, right) && left.offset == right.offset;
}

uint64_t value_field(enum insn_gpr gpr, int32_t offset)
{
    return (uint64_t)gpr << 32 | (uint32_t)offset;
}

bool value_result(struct value value, uint64_t *ret_address)
{
    if (value.base != VALUE_RESULT)
        return false;
    *ret_address = value.id >> 4;
    return true;
}

/* Takes what is known on another way to the block into its state; true when that changed it. */
static bool merge(struct value_state *into, const struct value_state *from, uint64_t block)
{
    bool changed = false;

    if (!into->reached) {
        *into = *from;
        return true;
    }
    for (unsigned int i = 0; i < INSN_GPR_COUNT; i++) {
        struct value merged = {.base = VALUE_MERGED, .id = block << 4 | i};

        if (value_equal(into->registers[i], from->registers[i]) ||
            value_equal(into->registers[i], merged))
            continue;
        into->registers[i] = merged;
        changed = true;
    }
    for (size_t i = into->slot_count; i-- > 0;) {
        struct value content;

        if (values_slot(from, into->slots[i].address, 0, &content) &&
            value_equal(into->slots[i].content, content))
            continue;
        into->slots[i] = into->slots[--into->slot_count];
        changed = true;
    }
    return changed;
}

static void run_block(const struct values *values, const struct block *block,
                      struct value_state *state)
{
    for (size_t i = 0; i < block->count; i++)
        values_step(values->code, values->graph->insns[block->first + i], state);
}

/* What is known when code outside has returned to the block at to. */
static void come_back(const struct values *values, const struct insn *last, uint64_t to,
                      struct value_state *state)
{
    for (size_t i = 0; i < values->edge_count; i++) {
        const struct code_edge *edge = &values->edges[i];

        if (edge->from != last->address || edge->to != to || edge->way == EDGE_STRAIGHT)
            continue;
        const unsigned int kept = edge->way == EDGE_BY_STACK ? 1u << INSN_RSP : KEPT_OUTSIDE;

        for (unsigned int gpr = 0; gpr < INSN_GPR_COUNT; gpr++)
            if (!(kept >> gpr & 1))
                state->registers[gpr] = value_left_by(last, (enum insn_gpr)gpr);
        if (edge->way == EDGE_BY_STACK)
            state->registers[INSN_RSP] = value_plus(state->registers[INSN_RSP],
                                                    values->code->bits == 64 ? 8 : 4);
    }
}

/* Merges what is known behind a block into all that follow it. */
static void pass_on(const struct values *values, const struct block *block,
                    const struct value_state *state)
{
    const struct graph *graph = values->graph;
    const struct insn *last = graph->insns[block->first + block->count - 1];

    for (size_t i = 0; i < block->next_count; i++) {
        size_t next = block->next[i];
        struct value_state there = *state;

        come_back(values, last, graph->blocks[next].start, &there);
        if (merge(&values->states[next], &there, graph->blocks[next].start))
            values->pending[next] = true;
    }
}

static void forget_all(const struct values *values)
{
    for (size_t i = 0; i < values->graph->block_count; i++)
        values->states[i].reached = false;
}

static void settle(const struct values *values)
{
    const struct graph *graph = values->graph;
    size_t left = graph->insn_count * STEPS_EACH;
    bool any = true;

    while (any) {
        any = false;
        for (size_t i = 0; i < graph->block_count; i++) {
            const struct block *block = &graph->blocks[i];
            struct value_state state = values->states[i];

            if (!values->pending[i])
                continue;
            if (left < block->count) {
                forget_all(values);
                return;
            }
            left -= block->count;
            any = true;
            values->pending[i] = false;
            run_block(values, block, &state);
            pass_on(values, block, &state);
        }
    }
}

struct error *values_make(const struct code *code, const struct graph *graph,
                          const struct code_edge *edges, size_t edge_count, struct values *ret)
{
    struct values values = {.code = code, .graph = graph, .edges = edges, .edge_count = edge_count};

    values.states = calloc(graph->block_count + 1, sizeof(*values.states));
    values.pending = calloc(graph->block_count + 1, sizeof(*values.pending));
    values.cursor = malloc(sizeof(*values.cursor));
    if (!values.states || !values.pending || !values.cursor) {
        values_close(&values);
        return error_new(ERROR_SYSTEM, "no memory for the data flow of code");
    }
    values.cursor->block = GRAPH_NONE;
    if (graph->block_count > 0) {
        struct value_state *state = &values.states[graph->entry];

        state->reached = true;
        for (unsigned int i = 0; i < INSN_GPR_COUNT; i++)
            state->registers[i] = (struct value){.base = VALUE_ENTRY, .id = i};
        values.pending[graph->entry] = true;
        settle(&values);
    }
    *ret = values;
    return NULL;
}

void values_close(struct values *values)
{
    free(values->states);
    free(values->pending);
    free(values->cursor);
    *values = (struct values){0};
}

/* Moves the cursor to the instruction at address; false when control does not get there. */
static bool move_to(const struct values *values, uint64_t address)
{
    struct value_cursor *cursor = values->cursor;
    size_t number = graph_block(values->graph, address);

    if (number == GRAPH_NONE || !values->states[number].reached)
        return false;
    const struct block *block = &values->graph->blocks[number];
    const struct insn **insns = values->graph->insns + block->first;
    if (cursor->block != number || insns[cursor->position]->address > address)
        *cursor = (struct value_cursor){.block = number, .state = values->states[number]};
    for (; insns[cursor->position]->address != address; cursor->position++)
        values_step(values->code, insns[cursor->position], &cursor->state);
    return true;
}

bool values_before(const struct values *values, uint64_t address, struct value_state *ret)
{
    if (!move_to(values, address))
        return false;
    *ret = values->cursor->state;
    return true;
}

bool values_after(const struct values *values, uint64_t address, struct value_state *ret)
{
    if (!values_before(values, address, ret))
        return false;
    const struct block *block = &values->graph->blocks[values->cursor->block];
    values_step(values->code, values->graph->insns[block->first + values->cursor->position], ret);
    return true;
}
