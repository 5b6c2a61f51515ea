/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "region.h"

const struct insn *region_last(const struct region *region, size_t block)
{
    const struct block *from = &region->graph.blocks[block];

    return region->graph.insns[from->first + from->count - 1];
}

static bool is_far(const struct insn *insn)
{
    return insn->id == X86_INS_RETF || insn->id == X86_INS_RETFQ;
}

static bool known_address(const struct code *code, struct value value)
{
    return value.base == VALUE_ADDRESS && (uint64_t)value.offset - code->start < code->size;
}

/* A register holds the address of what comes next: to come back to from elsewhere. */
static bool comes_back(const struct value_state *state, const struct insn *insn)
{
    const struct value next = {.base = VALUE_ADDRESS, .offset = (int64_t)insn_end(insn)};

    for (unsigned int gpr = 0; gpr < INSN_GPR_COUNT; gpr++)
        if (value_equal(state->registers[gpr], next))
            return true;
    return false;
}

/* A jump through a register. */
static bool resolve_jump(const struct insn *insn, const struct value_state *state,
                         struct code_edge *ret)
{
    unsigned int width;

    if (insn->operand_count != 1 || insn->operands[0].type != X86_OP_REG)
        return false;
    enum insn_gpr gpr = insn_gpr_of(insn->operands[0].reg, &width);
    if (gpr == INSN_NO_GPR || state->registers[gpr].base != VALUE_ADDRESS)
        return false;
    *ret = (struct code_edge){insn->address, (uint64_t)state->registers[gpr].offset, EDGE_STRAIGHT};
    return true;
}

/* A return to a pushed address; or a far one to elsewhere, with an address here to come back to. */
static bool resolve_return(const struct code *code, const struct insn *insn,
                           const struct value_state *state, struct code_edge *ret)
{
    const int64_t word = code->bits == 64 ? 8 : 4;
    struct value stack = state->registers[INSN_RSP], value;

    *ret = (struct code_edge){.from = insn->address};
    if (values_slot(state, stack, 0, &value) && known_address(code, value)) {
        ret->to = (uint64_t)value.offset;
        return true;
    }
    if (!is_far(insn))
        return false;
    if (values_slot(state, stack, 2 * word, &value) && known_address(code, value)) {
        ret->to = (uint64_t)value.offset;
        ret->way = EDGE_BY_STACK;
        return true;
    }
    ret->to = insn_end(insn);
    ret->way = EDGE_BY_REGISTER;
    return comes_back(state, insn);
}

/* Where a leaving instruction goes, as far as data flow tells. */
static bool resolve(const struct code *code, const struct insn *insn,
                    const struct value_state *state, struct code_edge *ret)
{
    return insn->flow == FLOW_JUMP ? resolve_jump(insn, state, ret)
                                   : resolve_return(code, insn, state, ret);
}

/* One more edge; false when there is none to be found. */
static bool add_edge(struct region *region, const struct code *code, uint64_t away)
{
    for (size_t i = 0; i < region->graph.block_count; i++) {
        const struct insn *last = region_last(region, i);
        struct code_edge *edge = &region->edges[region->edge_count];
        struct value_state state;

        if (region->edge_count == CODE_EDGES_MAX)
            return false;
        if (!region->graph.blocks[i].leaves ||
            !values_before(&region->values, last->address, &state) ||
            !resolve(code, last, &state, edge) || edge->to == away ||
            edge->to - code->start >= code->size)
            continue;
        region->edge_count++;
        return true;
    }
    return false;
}

struct error *region_make(struct functions *functions, uint64_t entry, uint64_t away,
                          struct region *ret)
{
    *ret = (struct region){0};
    for (;;) {
        struct error *err = graph_make(functions, ret->edges, ret->edge_count, entry, &ret->graph);

        if (!err)
            err = values_make(functions->code, &ret->graph, ret->edges, ret->edge_count,
                              &ret->values);
        if (err) {
            region_close(ret);
            return err;
        }
        if (!add_edge(ret, functions->code, away))
            return NULL;
        values_close(&ret->values);
        graph_close(&ret->graph);
    }
}

void region_close(struct region *region)
{
    values_close(&region->values);
    graph_close(&region->graph);
    *region = (struct region){0};
}

bool region_passes(const struct region *region, uint64_t before, uint64_t behind)
{
    size_t first = graph_block(&region->graph, before),
           second = graph_block(&region->graph, behind);

    if (first == GRAPH_NONE || second == GRAPH_NONE)
        return false;
    return first == second ? before <= behind : graph_dominates(&region->graph, first, second);
}
