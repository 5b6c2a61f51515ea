/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dominators.h"

#include <stdlib.h>

/* Steps up the tree, for each block; code that compilers make takes a few. */
#define STEPS_EACH 1024

/*
 * Nodes with edges in both directions, so that one algorithm does for both trees: node n of a graph
 * of n blocks is the one that all leaving blocks go to, the root of the post-dominators.
 */
struct nodes {
    size_t count, root;
    size_t *out_first, *out; /* edges of node i: out[out_first[i]] to out[out_first[i + 1] - 1] */
    size_t *in_first, *in;
    size_t *order, reached; /* nodes that the root reaches, in postorder */
    size_t *rank;           /* position in order; GRAPH_NONE: not reached */
    size_t *tree;           /* the dominator */
    size_t steps;           /* up the tree, so far */
};

static void nodes_close(struct nodes *nodes)
{
    free(nodes->out_first);
    free(nodes->out);
    free(nodes->in_first);
    free(nodes->in);
    free(nodes->order);
    free(nodes->rank);
    free(nodes->tree);
}

static size_t edges_of(const struct graph *graph, size_t node, size_t next[SUCCESSORS_MAX])
{
    if (node == graph->block_count)
        return 0;
    const struct block *block = &graph->blocks[node];
    if (block->leaves) {
        next[0] = graph->block_count;
        return 1;
    }
    for (size_t i = 0; i < block->next_count; i++)
        next[i] = block->next[i];
    return block->next_count;
}

/* Room for all, and the edges: first counted, then filled in. Backwards swaps their direction. */
static bool nodes_make(const struct graph *graph, bool backwards, struct nodes *nodes)
{
    size_t count = graph->block_count + 1, edges = count * SUCCESSORS_MAX, next[SUCCESSORS_MAX];

    nodes->count = count;
    nodes->root = backwards ? graph->block_count : graph->entry;
    nodes->out_first = calloc(count + 2, sizeof(size_t));
    nodes->in_first = calloc(count + 2, sizeof(size_t));
    nodes->out = calloc(edges, sizeof(size_t));
    nodes->in = calloc(edges, sizeof(size_t));
    nodes->order = calloc(count, sizeof(size_t));
    nodes->rank = calloc(count, sizeof(size_t));
    nodes->tree = calloc(count, sizeof(size_t));
    if (!nodes->out_first || !nodes->in_first || !nodes->out || !nodes->in || !nodes->order ||
        !nodes->rank || !nodes->tree)
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = edges_of(graph, i, next); j-- > 0;) {
            nodes->out_first[(backwards ? next[j] : i) + 2]++;
            nodes->in_first[(backwards ? i : next[j]) + 2]++;
        }
    for (size_t i = 1; i < count + 2; i++) {
        nodes->out_first[i] += nodes->out_first[i - 1];
        nodes->in_first[i] += nodes->in_first[i - 1];
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = edges_of(graph, i, next); j-- > 0;) {
            size_t from = backwards ? next[j] : i, to = backwards ? i : next[j];

            nodes->out[nodes->out_first[from + 1]++] = to;
            nodes->in[nodes->in_first[to + 1]++] = from;
        }
    return true;
}

static bool number_nodes(struct nodes *nodes)
{
    size_t *stack = malloc(nodes->count * sizeof(size_t));
    size_t *position = malloc(nodes->count * sizeof(size_t)), used = 0;
    bool good = stack && position;

    for (size_t i = 0; i < nodes->count; i++)
        nodes->rank[i] = GRAPH_NONE;
    if (good) {
        stack[used++] = nodes->root;
        nodes->rank[nodes->root] = 0; /* seen; the rank itself follows */
        position[nodes->root] = nodes->out_first[nodes->root];
    }
    while (used > 0) {
        size_t node = stack[used - 1];

        if (position[node] == nodes->out_first[node + 1]) {
            nodes->rank[node] = nodes->reached;
            nodes->order[nodes->reached++] = node;
            used--;
            continue;
        }
        size_t next = nodes->out[position[node]++];
        if (nodes->rank[next] != GRAPH_NONE)
            continue;
        nodes->rank[next] = 0;
        position[next] = nodes->out_first[next];
        stack[used++] = next;
    }
    free(stack);
    free(position);
    return good;
}

static size_t meet(struct nodes *nodes, size_t a, size_t b)
{
    while (a != b) {
        for (; nodes->rank[a] < nodes->rank[b]; nodes->steps++)
            a = nodes->tree[a];
        for (; nodes->rank[b] < nodes->rank[a]; nodes->steps++)
            b = nodes->tree[b];
    }
    return a;
}

static void settle(struct nodes *nodes)
{
    bool changed = true;

    for (size_t i = 0; i < nodes->count; i++)
        nodes->tree[i] = GRAPH_NONE;
    nodes->tree[nodes->root] = nodes->root;
    while (changed && nodes->steps < nodes->count * STEPS_EACH) {
        changed = false;
        for (size_t i = nodes->reached; i-- > 0;) {
            size_t node = nodes->order[i], best = GRAPH_NONE;

            if (node == nodes->root)
                continue;
            for (size_t j = nodes->in_first[node]; j < nodes->in_first[node + 1]; j++) {
                size_t from = nodes->in[j];

                if (nodes->tree[from] != GRAPH_NONE)
                    best = best == GRAPH_NONE ? from : meet(nodes, best, from);
            }
            changed = changed || nodes->tree[node] != best;
            nodes->tree[node] = best;
        }
    }
    for (size_t i = 0; changed && i < nodes->count; i++)
        nodes->tree[i] = GRAPH_NONE;
}

static bool find(const struct graph *graph, bool backwards, struct nodes *nodes)
{
    if (!nodes_make(graph, backwards, nodes) || !number_nodes(nodes))
        return false;
    settle(nodes);
    return true;
}

struct error *dominators_find(struct graph *graph)
{
    for (int backwards = 0; backwards < 2; backwards++) {
        struct nodes nodes = {0};
        bool good = find(graph, backwards, &nodes);

        for (size_t i = 0; good && i < graph->block_count; i++) {
            size_t by = nodes.tree[i];

            if (backwards)
                graph->blocks[i].dead = by == GRAPH_NONE;
            if (i == nodes.root || by == graph->block_count)
                by = GRAPH_NONE;
            if (backwards)
                graph->blocks[i].post_dominator = by;
            else
                graph->blocks[i].dominator = by;
        }
        nodes_close(&nodes);
        if (!good)
            return error_new(ERROR_SYSTEM, "no memory for a graph of code");
    }
    return NULL;
}
