/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where control is again whether or not there was anything to relocate, and where the program
 * headers are done. Both follow from the loops: the nearest block that every way out of a loop
 * passes, and that leads back into none.
 */
#include <stdlib.h>
#include <string.h>

#include "discover_loading.h"

#define MESSAGE "relocation outside of kernel"
#define DEPTH   4
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
           (text = code_text(code, address)) && strstr(text, MESSAGE);
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

/* In a loop: a site is loaded sign-extended, and something is added to or taken off memory. */
static struct error *mark_by_shape(const struct graph *graph, struct marks *marks)
{
    for (size_t i = 0; i < graph->block_count; i++) {
        const struct block *block = &graph->blocks[i];
        bool adds = false, loads = false;

        for (size_t j = 0; j < block->count; j++) {
            const struct insn *insn = graph->insns[block->first + j];
            unsigned int width;

            if (insn->operand_count != 2)
                continue;
            loads = loads || (insn->id == X86_INS_MOVSXD && insn->operands[1].type == X86_OP_MEM);
            adds = adds ||
                   ((insn->id == X86_INS_ADD || insn->id == X86_INS_SUB) &&
                    insn->operands[0].type == X86_OP_MEM && insn->operands[0].mem.disp == 0 &&
                    insn_gpr_of(insn->operands[0].mem.base, &width) < INSN_NO_GPR &&
                    insn->operands[1].type == X86_OP_REG);
        }
        if (!adds || !loads || block->dead || marks->count > MARKS_MAX)
            continue;
        struct error *err = graph_reached(graph, i, marks->reached);
        if (err)
            return err;
        if (marks->reached[i])
            mark(marks, i);
    }
    return NULL;
}

/* In a loop: a word is compared with PT_LOAD. */
static struct error *mark_headers(const struct graph *graph, struct marks *marks)
{
    for (size_t i = 0; i < graph->block_count; i++) {
        const struct block *block = &graph->blocks[i];
        bool compares = false;

        for (size_t j = 0; j < block->count; j++) {
            const struct insn *insn = graph->insns[block->first + j];

            compares = compares ||
                       (insn->id == X86_INS_CMP && insn->operand_count == 2 &&
                        insn->operands[0].type == X86_OP_MEM && insn->operands[0].size == 4 &&
                        insn->operands[1].type == X86_OP_IMM && insn->operands[1].imm == 1);
        }
        if (!compares || block->dead || marks->count > MARKS_MAX)
            continue;
        struct error *err = graph_reached(graph, i, marks->reached);
        if (err)
            return err;
        if (marks->reached[i])
            mark(marks, i);
    }
    return NULL;
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

/* What was looked for in one graph. */
struct loops {
    uint64_t behind_headers; /* 0: none */
    uint64_t before_relocating, behind_relocating;
    bool by_message;
};

static struct error *find_relocating(const struct code *code, const struct graph *graph,
                                     struct loops *ret)
{
    struct marks marks;
    size_t behind;
    struct error *err = marks_make(graph, &marks);

    if (err)
        return err;
    mark_by_message(code, graph, &marks);
    bool by_message = marks.count > 0;
    if (marks.count == 0)
        err = mark_by_shape(graph, &marks);
    if (!err)
        err = find_behind(graph, &marks, &behind);
    marks_close(&marks);
    if (err || behind == GRAPH_NONE)
        return err;
    size_t before = graph->blocks[behind].dominator;
    ret->behind_relocating = graph->blocks[behind].start;
    ret->before_relocating = before == GRAPH_NONE ? 0 : graph->blocks[before].start;
    ret->by_message = by_message;
    return NULL;
}

static struct error *find_headers(const struct graph *graph, struct loops *ret)
{
    struct marks marks;
    size_t behind;
    struct error *err = marks_make(graph, &marks);

    if (err)
        return err;
    err = mark_headers(graph, &marks);
    if (!err)
        err = find_behind(graph, &marks, &behind);
    marks_close(&marks);
    if (!err && behind != GRAPH_NONE)
        ret->behind_headers = graph->blocks[behind].start;
    return err;
}

static struct error *find_in(struct analysis *analysis, const struct graph *graph,
                             struct loops *loops)
{
    struct error *err = NULL;

    if (!loops->behind_headers)
        err = find_headers(graph, loops);
    if (!err && !loops->behind_relocating)
        err = find_relocating(&analysis->code64, graph, loops);
    return err;
}

/* In the functions that the graph's code calls itself. */
static struct error *find_in_calls(struct analysis *analysis, const struct graph *graph,
                                   struct loops *loops)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < graph->insn_count; i++) {
        const struct insn *insn = graph->insns[i];
        struct graph callee;

        if (insn->flow != FLOW_CALL || !insn->direct ||
            !function_returns(&analysis->functions64, insn->target))
            continue;
        err = graph_make(&analysis->functions64, NULL, 0, insn->target, &callee);
        if (err)
            return err;
        err = find_in(analysis, &callee, loops);
        graph_close(&callee);
    }
    return err;
}

static struct error *find_from(struct analysis *analysis, uint64_t start, struct loops *loops)
{
    struct graph graph;
    struct error *err = graph_make(&analysis->functions64, NULL, 0, start, &graph);

    if (err)
        return err;
    err = find_in(analysis, &graph, loops);
    if (!err && (!loops->behind_headers || !loops->behind_relocating))
        err = find_in_calls(analysis, &graph, loops);
    graph_close(&graph);
    return err;
}

bool discover_calls(void *context, const struct insn *insn)
{
    struct discover_caller *caller = context;

    if (insn->flow != FLOW_CALL || !insn->direct || insn->target != caller->callee)
        return false;
    caller->call = insn;
    return true;
}

static void add_stages(struct analysis *analysis, const struct loops *loops)
{
    struct finding *finding = analysis->finding;
    const struct kernel *kernel = finding->image->unpacked ? &finding->image->kernel : NULL;

    if (loops->behind_relocating)
        finding_stage(finding, "relocations-applied", MODULE_STUB, loops->behind_relocating,
                      STAGE_FROM_CODE, STAGE_LIKELY, "where all ways meet behind the loops that %s",
                      loops->by_message ? "say \"" MESSAGE "\""
                                        : "add to what sign-extended words point to");
    else
        finding_absent(finding, "relocations-applied", kernel && kernel->has_relocs,
                       "no loop behind the ELF check applies relocations: built without "
                       "CONFIG_RANDOMIZE_BASE");
    if (loops->behind_relocating && loops->before_relocating)
        finding_stage(finding, "elf-loaded", MODULE_STUB, loops->before_relocating, STAGE_FROM_CODE,
                      STAGE_LIKELY,
                      "where it is decided whether to relocate; the program headers are done");
    else if (loops->behind_headers)
        finding_stage(finding, "elf-loaded", MODULE_STUB, loops->behind_headers, STAGE_FROM_CODE,
                      STAGE_LIKELY, "behind the loop that compares with PT_LOAD");
    else
        finding_absent(finding, "elf-loaded", true, "no loop over program headers was found");
    finding_after(finding, "elf-loaded", "decompressed");
    finding_after(finding, "relocations-applied", "decompressed");
}

struct error *discover_relocating(struct analysis *analysis, uint64_t function, uint64_t magic)
{
    struct loops loops = {0};
    uint64_t start = magic;
    struct error *err = NULL;

    for (unsigned int depth = 0; !err && depth < DEPTH; depth++) {
        struct discover_caller caller = {.callee = function};

        err = find_from(analysis, start, &loops);
        if (err || (loops.behind_headers && loops.behind_relocating) ||
            function == analysis->extract ||
            !code_reaches(&analysis->functions64, analysis->extract, discover_calls, &caller,
                          &function))
            break;
        start = insn_end(caller.call);
    }
    if (!err)
        add_stages(analysis, &loops);
    return err;
}
