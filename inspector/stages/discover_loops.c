/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loops are known by marked blocks in them. Behind them is the nearest block that every way out of
 * them passes, and that leads back into none.
 */
#include "discover_loops.h"

#include <stdlib.h>
#include <string.h>

/* More blocks than these are no loops of a decompressor. */
#define MARKS_MAX 64
/* How many blocks behind a loop its end is looked for. */
#define CHAIN_MAX 256

/* Blocks of one kind in a graph; marked[i] for block i. */
struct marks {
    bool *marked, *reached; /* reached: scratch */
    size_t count;
};

static struct error *marks_make(const struct graph *graph, struct marks *ret)
{
    *ret = (struct marks){.marked = calloc(graph->block_count + 1, sizeof(bool)),
                          .reached = calloc(graph->block_count + 1, sizeof(bool))};
    if (ret->marked && ret->reached)
        return NULL;
    free(ret->marked);
    free(ret->reached);
    return error_new(ERROR_SYSTEM, "no memory to look for loops");
}

static void marks_close(struct marks *marks)
{
    free(marks->marked);
    free(marks->reached);
}

static void mark(struct marks *marks, size_t block)
{
    marks->count += !marks->marked[block];
    marks->marked[block] = true;
}

static bool takes_message(const struct code *code, const struct insn *insn)
{
    uint64_t address;
    const char *text;

    return insn->id == X86_INS_LEA && insn->operand_count == 2 &&
           insn_rip_target(insn, &insn->operands[1], &address) &&
           (text = code_text(code, address)) && strstr(text, RELOCATION_MESSAGE);
}

static bool block_takes_message(const struct code *code, const struct graph *graph,
                                const struct block *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (takes_message(code, graph->insns[block->first + i]))
            return true;
    return false;
}

/* Blocks that branch to where the message is given and nothing comes back. */
static void mark_by_message(const struct code *code, const struct graph *graph, struct marks *marks)
{
    for (size_t i = 0; i < graph->block_count; i++) {
        const struct block *block = &graph->blocks[i];

        for (size_t j = 0; !block->dead && j < block->next_count; j++) {
            const struct block *next = &graph->blocks[block->next[j]];

            if (next->dead && block_takes_message(code, graph, next))
                mark(marks, i);
        }
    }
}

typedef bool (*block_test)(const struct graph *graph, const struct block *block);

/* Blocks that pass the test, and that control can come back to. */
static struct error *mark_in_loops(const struct graph *graph, block_test test, struct marks *marks)
{
    for (size_t i = 0; i < graph->block_count; i++) {
        const struct block *block = &graph->blocks[i];

        if (block->dead || marks->count > MARKS_MAX || !test(graph, block))
            continue;
        struct error *err = graph_reached(graph, i, marks->reached);
        if (err)
            return err;
        if (marks->reached[i])
            mark(marks, i);
    }
    return NULL;
}

/* A site is loaded sign-extended, and something is added to or taken off memory. */
static bool relocates(const struct graph *graph, const struct block *block)
{
    bool adds = false, loads = false;

    for (size_t i = 0; i < block->count; i++) {
        const struct insn *insn = graph->insns[block->first + i];
        unsigned int width;

        if (insn->operand_count != 2)
            continue;
        loads = loads || (insn->id == X86_INS_MOVSXD && insn->operands[1].type == X86_OP_MEM);
        adds = adds || ((insn->id == X86_INS_ADD || insn->id == X86_INS_SUB) &&
                        insn->operands[0].type == X86_OP_MEM && insn->operands[0].mem.disp == 0 &&
                        insn_gpr_of(insn->operands[0].mem.base, &width) < INSN_NO_GPR &&
                        insn->operands[1].type == X86_OP_REG);
    }
    return adds && loads;
}

/* A word is compared with PT_LOAD. */
static bool looks_for_segments(const struct graph *graph, const struct block *block)
{
    for (size_t i = 0; i < block->count; i++) {
        const struct insn *insn = graph->insns[block->first + i];

        if (insn->id == X86_INS_CMP && insn->operand_count == 2 &&
            insn->operands[0].type == X86_OP_MEM && insn->operands[0].size == 4 &&
            insn->operands[1].type == X86_OP_IMM && insn->operands[1].imm == 1)
            return true;
    }
    return false;
}

static bool behind_all(const struct graph *graph, const struct marks *marks, size_t block)
{
    if (marks->marked[block])
        return false;
    for (size_t i = 0; i < graph->block_count; i++)
        if (marks->marked[i] && (marks->reached[i] || !graph_post_dominates(graph, block, i)))
            return false;
    return true;
}

/* The nearest block behind all that are marked; GRAPH_NONE: control leaves from among them. */
static struct error *find_behind(const struct graph *graph, struct marks *marks, size_t *ret)
{
    size_t block = 0;

    while (block < graph->block_count && !marks->marked[block])
        block++;
    *ret = GRAPH_NONE;
    if (block == graph->block_count || marks->count > MARKS_MAX)
        return NULL;
    for (unsigned int i = 0; i < CHAIN_MAX; i++) {
        block = graph->blocks[block].post_dominator;
        if (block == GRAPH_NONE)
            return NULL;
        struct error *err = graph_reached(graph, block, marks->reached);

        if (err)
            return err;
        if (behind_all(graph, marks, block)) {
            *ret = block;
            return NULL;
        }
    }
    return NULL;
}

/* Some way on from here, other than to a failure, comes to no marked block. */
static struct error *has_way_around(const struct graph *graph, struct marks *marks, size_t block,
                                    bool *ret)
{
    const struct block *from = &graph->blocks[block];

    *ret = false;
    for (size_t i = 0; !*ret && i < from->next_count; i++) {
        size_t next = from->next[i];
        bool meets = marks->marked[next];
        struct error *err = graph_reached(graph, next, marks->reached);

        if (err)
            return err;
        for (size_t j = 0; j < graph->block_count; j++)
            meets = meets || (marks->marked[j] && marks->reached[j]);
        *ret = !meets && !graph->blocks[next].dead;
    }
    return NULL;
}

static bool dominates_all(const struct graph *graph, const struct marks *marks, size_t block)
{
    for (size_t i = 0; i < graph->block_count; i++)
        if (marks->marked[i] && !graph_dominates(graph, block, i))
            return false;
    return true;
}

/* The nearest block before all that are marked and the loops they are in; GRAPH_NONE: none. */
static struct error *find_entry(const struct graph *graph, struct marks *marks, size_t *ret)
{
    size_t block = 0;
    bool *behind = calloc(graph->block_count + 1, sizeof(*behind));
    struct error *err = behind ? NULL : error_new(ERROR_SYSTEM, "no memory to look for loops");

    *ret = GRAPH_NONE;
    for (size_t i = 0; !err && i < graph->block_count; i++) {
        if (!marks->marked[i])
            continue;
        block = i;
        err = graph_reached(graph, i, marks->reached);
        for (size_t j = 0; !err && j < graph->block_count; j++)
            behind[j] = behind[j] || marks->reached[j];
    }
    while (!err && block != GRAPH_NONE &&
           (marks->marked[block] || behind[block] || !dominates_all(graph, marks, block)))
        block = graph->blocks[block].dominator;
    free(behind);
    if (!err)
        *ret = block;
    return err;
}

/*
 * Where it is decided whether to come to the loops at all: the nearest block before their entry that
 * has a way around them, whatever lies between. Without one it is their entry.
 */
static struct error *find_decision(const struct graph *graph, struct marks *marks, size_t *ret)
{
    struct error *err = find_entry(graph, marks, ret);

    if (err || *ret == GRAPH_NONE)
        return err;
    size_t before = graph->blocks[*ret].dominator;
    for (unsigned int i = 0; i < CHAIN_MAX && before != GRAPH_NONE; i++) {
        bool around;

        err = has_way_around(graph, marks, before, &around);
        if (err)
            return err;
        if (around) {
            *ret = before;
            return NULL;
        }
        before = graph->blocks[before].dominator;
    }
    return NULL;
}

static struct error *mark_relocating(const struct code *code, const struct graph *graph,
                                     struct marks *marks, bool *ret_by_message)
{
    mark_by_message(code, graph, marks);
    *ret_by_message = marks->count > 0;
    return *ret_by_message ? NULL : mark_in_loops(graph, relocates, marks);
}

/* A block that does nothing but jump is left away: where it goes, other ways may come, too. */
static size_t past_jumps(const struct graph *graph, size_t block)
{
    for (unsigned int i = 0; i < CHAIN_MAX && block != GRAPH_NONE; i++) {
        const struct block *at = &graph->blocks[block];

        if (at->count != 1 || at->next_count != 1 || graph->insns[at->first]->flow != FLOW_JUMP)
            break;
        block = at->next[0];
    }
    return block;
}

/* The nearest block from behind on that control also comes to when it leaves the loops out; else behind. */
static size_t find_meeting(const struct graph *graph, size_t before, size_t behind)
{
    size_t block = behind;

    for (unsigned int i = 0; i < CHAIN_MAX && before != GRAPH_NONE && block != GRAPH_NONE; i++) {
        if (graph_post_dominates(graph, block, before))
            return block;
        block = graph->blocks[block].post_dominator;
    }
    return behind;
}

static struct error *find_relocating(const struct code *code, const struct graph *graph,
                                     uint64_t first, struct loading_loops *ret)
{
    struct marks marks;
    size_t before = GRAPH_NONE, behind = GRAPH_NONE;
    bool by_message;
    struct error *err = marks_make(graph, &marks);

    if (err)
        return err;
    err = mark_relocating(code, graph, &marks, &by_message);
    if (!err)
        err = find_behind(graph, &marks, &behind);
    behind = past_jumps(graph, behind);
    if (!err && behind != GRAPH_NONE)
        err = find_decision(graph, &marks, &before);
    marks_close(&marks);
    if (err || behind == GRAPH_NONE)
        return err;
    behind = find_meeting(graph, before, behind);
    ret->behind_relocating = graph->blocks[behind].start;
    ret->by_message = by_message;
    ret->skipped = before != GRAPH_NONE && !graph_post_dominates(graph, behind, before);
    if (before != GRAPH_NONE && before != graph_block(graph, first))
        ret->before_relocating = graph->blocks[before].start;
    return NULL;
}

static struct error *find_headers(const struct graph *graph, struct loading_loops *ret)
{
    struct marks marks;
    size_t behind = GRAPH_NONE;
    struct error *err = marks_make(graph, &marks);

    if (err)
        return err;
    err = mark_in_loops(graph, looks_for_segments, &marks);
    if (!err)
        err = find_behind(graph, &marks, &behind);
    behind = past_jumps(graph, behind);
    marks_close(&marks);
    if (!err && behind != GRAPH_NONE)
        ret->behind_headers = graph->blocks[behind].start;
    return err;
}

struct error *discover_loops(const struct code *code, const struct graph *graph, uint64_t first,
                             struct loading_loops *loops)
{
    struct error *err = NULL;

    if (!loops->behind_headers)
        err = find_headers(graph, loops);
    if (!err && !loops->behind_relocating)
        err = find_relocating(code, graph, first, loops);
    return err;
}
