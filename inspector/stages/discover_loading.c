/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unpacked kernel: its ELF header is checked, it is loaded, and relocated. */
#include "discover_loading.h"

#include <stdlib.h>

#define ELF_MAGIC 0x464c457f

/* Instructions between the first and the last byte of it. */
#define SPELLING_MAX 16
/* Blocks on the way to a call of error(). */
#define DEAD_MAX 8
/* Functions between extract_kernel and the comparison. */
#define CALLERS_MAX 4

static bool compares(const struct insn *insn, uint32_t number, bool wide)
{
    return insn->id == X86_INS_CMP && insn->operand_count == 2 &&
           insn->operands[1].type == X86_OP_IMM && (uint32_t)insn->operands[1].imm == number &&
           (insn->operands[0].size >= 4) == wide;
}

/* The first of four comparisons with a byte of the magic each; what differs branches away. */
static bool spells_magic(const struct code *code, const struct insn *insn)
{
    const char *letter = "ELF";

    if (!compares(insn, 0x7f, false))
        return false;
    for (unsigned int i = 0; *letter && i < SPELLING_MAX; i++) {
        insn = code_at(code, insn_end(insn));
        if (!insn || insn->flow == FLOW_JUMP || insn->flow == FLOW_RETURN)
            return false;
        letter += compares(insn, (uint8_t)*letter, false);
    }
    return !*letter;
}

struct magic {
    const struct code *code;
    const struct insn *insn; /* the first; a comparison of all bytes at once goes before others */
    size_t count;
    bool spelled; /* byte by byte */
};

static bool take_magic(void *context, const struct insn *insn)
{
    struct magic *magic = context;
    bool whole = compares(insn, ELF_MAGIC, true);

    if (!whole && !spells_magic(magic->code, insn))
        return false;
    if (!magic->insn || (whole && magic->spelled)) {
        magic->insn = insn;
        magic->spelled = !whole;
    }
    magic->count++;
    return false;
}

static bool is_there(void *context, const struct insn *insn)
{
    return insn == context;
}

/* The instruction reads memory that is neither on the stack nor the code's own. */
static bool reads_elsewhere(const struct insn *insn)
{
    unsigned int width;

    if (insn->rep)
        return true;
    for (uint8_t i = 0; insn->id != X86_INS_LEA && i < insn->operand_count; i++) {
        const cs_x86_op *operand = &insn->operands[i];

        if (operand->type == X86_OP_MEM && (operand->access & CS_AC_READ) &&
            operand->mem.base != X86_REG_RIP && insn_gpr_of(operand->mem.base, &width) != INSN_RSP)
            return true;
    }
    return false;
}

/*
 * From where on code may load the header: behind the last call before the load, or the call itself
 * when nothing else loads anything.
 */
static uint64_t find_near(const struct graph *graph, const struct insn *magic)
{
    size_t number = graph_block(graph, magic->address);
    bool loads = false;

    for (uint64_t last = magic->address; number != GRAPH_NONE; last = UINT64_MAX) {
        const struct block *block = &graph->blocks[number];

        if (block->start > magic->address)
            break;
        for (size_t i = block->count; i-- > 0;) {
            const struct insn *insn = graph->insns[block->first + i];

            if (insn->address > last)
                continue;
            if (insn->flow == FLOW_CALL)
                return loads ? insn_end(insn) : insn->address;
            loads = loads || reads_elsewhere(insn);
        }
        if (loads)
            return block->start;
        number = block->dominator;
    }
    return magic->address;
}

/* The last instruction of a way that nothing leaves; NULL when it is none, or splits. */
static const struct insn *last_of_dead(const struct graph *graph, size_t number)
{
    const struct block *block = &graph->blocks[number];

    for (unsigned int i = 0; i < DEAD_MAX && block->dead && block->next_count == 1; i++)
        block = &graph->blocks[block->next[0]];
    return block->dead && block->next_count == 0 ? graph->insns[block->first + block->count - 1]
                                                 : NULL;
}

/* error() is where a header without the magic ends. */
static void find_error(struct analysis *analysis, const struct graph *graph,
                       const struct insn *magic)
{
    const struct block *block = &graph->blocks[graph_block(graph, magic->address)];

    for (size_t i = 0; i < block->next_count; i++) {
        const struct insn *last = last_of_dead(graph, block->next[i]);

        if (last && last->flow == FLOW_CALL && last->direct)
            discover_function(analysis, "error", last->target);
    }
}

static void add_decompressed(struct analysis *analysis, const struct graph *graph,
                             const struct magic *magic, uint64_t function)
{
    /* A read of memory is seen only when it is over. */
    bool reads = reads_elsewhere(magic->insn);
    struct stage *stage = finding_stage(
        analysis->finding, "decompressed", MODULE_STUB,
        reads ? insn_end(magic->insn) : magic->insn->address, STAGE_FROM_CODE,
        magic->count == 1 && !magic->spelled ? STAGE_CERTAIN : STAGE_LIKELY,
        "%sthe comparison with the ELF magic in %s", reads ? "behind " : "",
        function == analysis->extract ? "extract_kernel" : discover_name(analysis, function).text);

    stage->way = STAGE_ON_READ;
    stage->near = find_near(graph, magic->insn);
    stage->near_end = graph->blocks[graph_block(graph, magic->insn->address)].end;
    finding_after(analysis->finding, "decompressed", "location-chosen");
}

/* The instruction names an address in the compressed kernel. */
static bool names_payload(const struct setup_fields *setup, const struct insn *insn)
{
    uint64_t address;

    for (uint8_t i = 0; i < insn->operand_count; i++)
        if (insn_rip_target(insn, &insn->operands[i], &address) &&
            address - setup->payload_offset < setup->payload_length)
            return true;
    return false;
}

static struct error *function_names_payload(struct analysis *analysis, uint64_t function, bool *ret)
{
    const struct insn **list;
    size_t count;

    *ret = false;
    if (!code_walk(&analysis->functions64, NULL, 0, function, &list, &count))
        return error_new(ERROR_SYSTEM, "no memory to look for decompress_kernel");
    for (size_t i = 0; i < count; i++)
        *ret = *ret || names_payload(&analysis->finding->image->setup, list[i]);
    free(list);
    return NULL;
}

/* The function of the comparison, or else one on the way to it, that names the compressed kernel. */
static struct error *label_decompress(struct analysis *analysis, uint64_t function)
{
    for (unsigned int i = 0; i < CALLERS_MAX && function != analysis->extract; i++) {
        struct discover_caller caller = {.callee = function};
        bool names;
        struct error *err = function_names_payload(analysis, function, &names);

        if (err)
            return err;
        if (names) {
            discover_function(analysis, "decompress_kernel", function);
            return NULL;
        }
        if (!code_reaches(&analysis->functions64, analysis->extract, discover_calls, &caller,
                          &function))
            return NULL;
    }
    return NULL;
}

static struct error *loaded(struct analysis *analysis, const struct magic *magic, uint64_t function)
{
    struct graph graph;
    struct error *err = graph_make(&analysis->functions64, NULL, 0, function, &graph);

    if (err)
        return err;
    if (graph_block(&graph, magic->insn->address) != GRAPH_NONE) {
        add_decompressed(analysis, &graph, magic, function);
        find_error(analysis, &graph, magic->insn);
    }
    graph_close(&graph);
    err = label_decompress(analysis, function);
    if (err)
        return err;
    return discover_relocating(analysis, function, magic->insn->address);
}

struct error *discover_loading(struct analysis *analysis)
{
    struct magic magic = {.code = &analysis->code64};
    uint64_t function;

    if (!analysis->has_extract)
        return NULL;
    code_reaches(&analysis->functions64, analysis->extract, take_magic, &magic, NULL);
    if (!magic.insn || !code_reaches(&analysis->functions64, analysis->extract, is_there,
                                     (void *)(uintptr_t)magic.insn, &function)) {
        finding_absent(analysis->finding, "decompressed", true,
                       "nothing that extract_kernel calls compares with the ELF magic");
        return NULL;
    }
    return loaded(analysis, &magic, function);
}
