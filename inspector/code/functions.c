/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "functions.h"

#include <stdlib.h>

#define DEPTH_MAX     48
#define FUNCTIONS_MAX 1024
/* How far before a jump its table is looked for. */
#define WAY_MAX 24

struct walk {
    struct address_map seen;
    const struct insn **list;
    size_t *from; /* the instruction that control came to this one from; SIZE_MAX: none */
    size_t count, size;
};

void functions_close(struct functions *functions)
{
    address_map_close(&functions->returns);
    address_map_close(&functions->tables);
}

static bool call_comes_back(struct functions *functions, const struct insn *insn)
{
    /* A call of the next instruction only asks for its address. */
    return !insn->direct || insn->target == insn_end(insn) ||
           function_returns(functions, insn->target);
}

size_t code_successors(struct functions *functions, const struct code_edge *edges,
                       size_t edge_count, const struct insn *insn, uint64_t ret[SUCCESSORS_MAX])
{
    uint32_t number;
    size_t count = 0;
    bool next = insn->flow == FLOW_NEXT || insn->flow == FLOW_HALT || insn->flow == FLOW_BRANCH ||
                (insn->flow == FLOW_CALL && call_comes_back(functions, insn));

    if (next)
        ret[count++] = insn_end(insn);
    if ((insn->flow == FLOW_JUMP || insn->flow == FLOW_BRANCH) && insn->direct)
        ret[count++] = insn->target;
    if (address_map_get(&functions->tables, insn->address, &number))
        for (size_t i = 0; i < functions->table_list[number].count; i++)
            ret[count++] = jump_table_target(functions->code, &functions->table_list[number], i);
    for (size_t i = 0; i < edge_count && count < SUCCESSORS_MAX; i++)
        if (edges[i].from == insn->address)
            ret[count++] = edges[i].to;
    return count;
}

static bool grow(struct walk *walk)
{
    size_t size = walk->size ? walk->size * 2 : 64;
    const struct insn **list = realloc(walk->list, size * sizeof(*list));

    if (!list)
        return false;
    walk->list = list;
    size_t *from = realloc(walk->from, size * sizeof(*from));
    if (!from)
        return false;
    walk->from = from;
    walk->size = size;
    return true;
}

static bool add(struct walk *walk, const struct code *code, uint64_t address, size_t from)
{
    const struct insn *insn;
    uint32_t number;

    if (walk->count == WALK_MAX || address_map_get(&walk->seen, address, &number) ||
        !(insn = code_at(code, address)))
        return true;
    if (walk->count == walk->size && !grow(walk))
        return false;
    if (!address_map_put(&walk->seen, address, (uint32_t)walk->count))
        return false;
    walk->from[walk->count] = from;
    walk->list[walk->count++] = insn;
    return true;
}

/* A jump through a register may be that of a switch. False: no memory. */
static bool learn_table(struct functions *functions, const struct walk *walk, size_t at)
{
    const struct insn *jump = walk->list[at], *way[WAY_MAX];
    size_t count = 0;
    uint32_t number;

    if (jump->flow != FLOW_JUMP || jump->direct || functions->table_count == TABLES_MAX ||
        address_map_get(&functions->tables, jump->address, &number))
        return true;
    for (at = walk->from[at]; count < WAY_MAX && at != SIZE_MAX; at = walk->from[at])
        way[count++] = walk->list[at];
    if (!jump_table_find(functions->code, jump, way, count,
                         &functions->table_list[functions->table_count]))
        return true;
    return address_map_put(&functions->tables, jump->address, (uint32_t)functions->table_count++);
}

bool code_walk(struct functions *functions, const struct code_edge *edges, size_t edge_count,
               uint64_t entry, const struct insn ***ret, size_t *ret_count)
{
    struct walk walk = {0};
    bool good = add(&walk, functions->code, entry, SIZE_MAX);

    for (size_t i = 0; good && i < walk.count && functions->steps < WALK_STEPS_MAX; i++) {
        functions->steps++;
        good = learn_table(functions, &walk, i);
        uint64_t next[SUCCESSORS_MAX];
        size_t count = code_successors(functions, edges, edge_count, walk.list[i], next);

        for (size_t j = 0; good && j < count; j++)
            good = add(&walk, functions->code, next[j], i);
    }
    address_map_close(&walk.seen);
    free(walk.from);
    if (!good) {
        free(walk.list);
        return false;
    }
    *ret = walk.list;
    *ret_count = walk.count;
    return true;
}

static bool leaves(const struct functions *functions, const struct insn *insn)
{
    uint32_t number;

    return insn->flow == FLOW_RETURN ||
           (insn->flow == FLOW_JUMP && !insn->direct &&
            !address_map_get(&functions->tables, insn->address, &number));
}

bool function_returns(struct functions *functions, uint64_t entry)
{
    const struct insn **list;
    size_t count;
    uint32_t known;
    bool returns = false;

    if (address_map_get(&functions->returns, entry, &known))
        return known;
    if (functions->depth == DEPTH_MAX)
        return true;
    /* Who calls itself on the way finds this. */
    if (!address_map_put(&functions->returns, entry, 1))
        return true;
    functions->depth++;
    if (!code_walk(functions, NULL, 0, entry, &list, &count)) {
        functions->depth--;
        return true;
    }
    functions->depth--;
    for (size_t i = 0; i < count && !returns; i++)
        returns = leaves(functions, list[i]);
    returns = returns || count == 0 || count == WALK_MAX;
    free(list);
    address_map_put(&functions->returns, entry, returns);
    return returns;
}

struct queue {
    struct address_map seen;
    uint64_t list[FUNCTIONS_MAX];
    size_t count;
};

static void enqueue(struct queue *queue, uint64_t function)
{
    uint32_t number;

    if (queue->count < FUNCTIONS_MAX && !address_map_get(&queue->seen, function, &number) &&
        address_map_put(&queue->seen, function, (uint32_t)queue->count))
        queue->list[queue->count++] = function;
}

bool code_reaches(struct functions *functions, uint64_t entry, insn_visitor visit, void *context,
                  uint64_t *ret_function)
{
    struct queue *queue = calloc(1, sizeof(*queue));
    bool found = false;

    if (!queue)
        return false;
    enqueue(queue, entry);
    for (size_t i = 0; !found && i < queue->count; i++) {
        const struct insn **list;
        size_t count;

        if (!code_walk(functions, NULL, 0, queue->list[i], &list, &count))
            break;
        for (size_t j = 0; !found && j < count; j++) {
            found = visit(context, list[j]);
            if (list[j]->flow == FLOW_CALL && list[j]->direct)
                enqueue(queue, list[j]->target);
        }
        free(list);
        if (found && ret_function)
            *ret_function = queue->list[i];
    }
    address_map_close(&queue->seen);
    free(queue);
    return found;
}
