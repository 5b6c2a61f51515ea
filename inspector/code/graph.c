/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph.h"

#include <stdlib.h>

#include "dominators.h"

/* Gaps of padding between two pieces of a function are smaller. */
#define GAP_MAX 32

static int compare_insns(const void *a, const void *b)
{
    const struct insn *const *left = a, *const *right = b;

    return ((*left)->address > (*right)->address) - ((*left)->address < (*right)->address);
}

static bool ends_block(const struct insn *insn)
{
    return insn->flow == FLOW_JUMP || insn->flow == FLOW_BRANCH || insn->flow == FLOW_RETURN ||
           insn->flow == FLOW_NOWHERE;
}

/* What the making of a graph needs and throws away. */
struct making {
    struct functions *functions;
    const struct code_edge *edges;
    size_t edge_count;
    struct address_map leaders, blocks;
};

static size_t after(struct making *making, const struct insn *insn, uint64_t next[SUCCESSORS_MAX])
{
    return code_successors(making->functions, making->edges, making->edge_count, insn, next);
}

static bool find_leaders(struct making *making, const struct graph *graph)
{
    for (size_t i = 0; i < graph->insn_count; i++) {
        const struct insn *insn = graph->insns[i];
        uint64_t next[SUCCESSORS_MAX];
        size_t count = after(making, insn, next);

        for (size_t j = 0; j < count; j++)
            if ((next[j] != insn_end(insn) || ends_block(insn) || count > 1) &&
                !address_map_put(&making->leaders, next[j], 0))
                return false;
    }
    return true;
}

static bool leads(const struct making *making, uint64_t address)
{
    uint32_t number;

    return address_map_get(&making->leaders, address, &number);
}

/* Instructions that follow each other, up to a leader or a place where control does not go on. */
static bool cut_blocks(struct making *making, struct graph *graph)
{
    struct block *block = NULL;

    for (size_t i = 0; i < graph->insn_count; i++) {
        const struct insn *insn = graph->insns[i];

        if (!block || insn->address != block->end || leads(making, insn->address)) {
            block = &graph->blocks[graph->block_count];
            *block = (struct block){.start = insn->address,
                                    .first = i,
                                    .dominator = GRAPH_NONE,
                                    .post_dominator = GRAPH_NONE};
            if (!address_map_put(&making->blocks, insn->address, (uint32_t)graph->block_count++))
                return false;
        }
        block->end = insn_end(insn);
        block->count++;
    }
    return true;
}

static void link_blocks(struct making *making, struct graph *graph)
{
    for (size_t i = 0; i < graph->block_count; i++) {
        struct block *block = &graph->blocks[i];
        const struct insn *last = graph->insns[block->first + block->count - 1];
        uint64_t next[SUCCESSORS_MAX];
        size_t count = after(making, last, next);
        uint32_t number;

        for (size_t j = 0; j < count; j++)
            if (address_map_get(&making->blocks, next[j], &number))
                block->next[block->next_count++] = number;
        block->leaves = block->next_count == 0 &&
                        (last->flow == FLOW_RETURN || (last->flow == FLOW_JUMP && !last->direct));
    }
}

static struct error *make(struct making *making, uint64_t entry, struct graph *graph)
{
    struct error *none = NULL;

    if (!code_walk(making->functions, making->edges, making->edge_count, entry, &graph->insns,
                   &graph->insn_count))
        return error_new(ERROR_SYSTEM, "no memory for a graph of code");
    if (graph->insn_count == 0)
        return none;
    qsort(graph->insns, graph->insn_count, sizeof(graph->insns[0]), compare_insns);
    graph->blocks = calloc(graph->insn_count, sizeof(*graph->blocks));
    if (!graph->blocks || !address_map_put(&making->leaders, entry, 0) ||
        !find_leaders(making, graph) || !cut_blocks(making, graph))
        return error_new(ERROR_SYSTEM, "no memory for a graph of code");
    link_blocks(making, graph);
    graph->entry = graph_block(graph, entry);
    return dominators_find(graph);
}

struct error *graph_make(struct functions *functions, const struct code_edge *edges,
                         size_t edge_count, uint64_t entry, struct graph *ret)
{
    struct making making = {.functions = functions, .edges = edges, .edge_count = edge_count};
    struct graph graph = {.entry = GRAPH_NONE};
    struct error *err = make(&making, entry, &graph);

    address_map_close(&making.leaders);
    address_map_close(&making.blocks);
    if (err)
        graph_close(&graph);
    else
        *ret = graph;
    return err;
}

void graph_close(struct graph *graph)
{
    free(graph->insns);
    free(graph->blocks);
    *graph = (struct graph){0};
}

size_t graph_block(const struct graph *graph, uint64_t address)
{
    size_t low = 0, high = graph->block_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (graph->blocks[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    /* Of code that overlaps itself, the blocks that begin at lower addresses may have it too. */
    for (size_t i = low; i-- > 0 && low - i < 8;) {
        const struct block *block = &graph->blocks[i];

        for (size_t j = 0; address < block->end && j < block->count; j++)
            if (graph->insns[block->first + j]->address == address)
                return i;
    }
    return GRAPH_NONE;
}

bool graph_dominates(const struct graph *graph, size_t by, size_t block)
{
    while (block != GRAPH_NONE && block != by)
        block = graph->blocks[block].dominator;
    return block == by && by != GRAPH_NONE;
}

bool graph_post_dominates(const struct graph *graph, size_t by, size_t block)
{
    while (block != GRAPH_NONE && block != by)
        block = graph->blocks[block].post_dominator;
    return block == by && by != GRAPH_NONE;
}

struct error *graph_reached(const struct graph *graph, size_t block, bool *reached)
{
    size_t *stack = malloc((graph->block_count + 1) * sizeof(*stack)), used = 0;

    if (!stack)
        return error_new(ERROR_SYSTEM, "no memory for a graph of code");
    for (size_t i = 0; i < graph->block_count; i++)
        reached[i] = false;
    stack[used++] = block;
    while (used > 0) {
        const struct block *from = &graph->blocks[stack[--used]];

        for (size_t i = 0; i < from->next_count; i++)
            if (!reached[from->next[i]]) {
                reached[from->next[i]] = true;
                stack[used++] = from->next[i];
            }
    }
    free(stack);
    return NULL;
}

uint64_t graph_end(const struct graph *graph)
{
    uint64_t end = graph->blocks[graph->entry].end;

    for (size_t i = graph->entry + 1; i < graph->block_count; i++) {
        if (graph->blocks[i].start > end + GAP_MAX)
            break;
        if (graph->blocks[i].end > end)
            end = graph->blocks[i].end;
    }
    return end;
}
