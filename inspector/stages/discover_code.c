/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "discover_code.h"

#include <stdio.h>
#include <string.h>

bool discover_symbol(const struct analysis *analysis, const char *name, uint64_t *ret)
{
    return analysis->finding->stub && symbols_value(analysis->finding->stub, name, ret);
}

/* Where the function ends, by its symbol or its code; 0: not known. */
static uint64_t function_size(struct analysis *analysis, const char *name, uint64_t address)
{
    struct symbol_info info;
    struct graph graph;

    if (analysis->finding->stub && symbols_info(analysis->finding->stub, name, &info) &&
        info.size > 0)
        return info.size;
    struct error *err = graph_make(&analysis->functions64, NULL, 0, address, &graph);
    if (err) {
        error_free(err);
        return 0;
    }
    uint64_t size = graph.block_count > 0 ? graph_end(&graph) - address : 0;
    graph_close(&graph);
    return size;
}

void discover_function(struct analysis *analysis, const char *name, uint64_t address)
{
    discover_symbol(analysis, name, &address);
    finding_function(analysis->finding, name, MODULE_STUB, address,
                     function_size(analysis, name, address));
}

void discover_label(struct analysis *analysis, const char *name, uint64_t address)
{
    discover_symbol(analysis, name, &address);
    finding_label(analysis->finding, name, MODULE_STUB, address);
}

void discover_function_stage(struct analysis *analysis, const char *stage, const char *name,
                             uint64_t address, enum stage_certainty certainty, const char *how)
{
    uint64_t symbol;

    if (!discover_symbol(analysis, name, &symbol))
        finding_stage(analysis->finding, stage, MODULE_STUB, address, STAGE_FROM_CODE, certainty,
                      "%s", how);
    else if (symbol == address)
        finding_stage(analysis->finding, stage, MODULE_STUB, symbol, STAGE_FROM_SYMBOL,
                      STAGE_CERTAIN, "symbol %s", name);
    else
        finding_stage(analysis->finding, stage, MODULE_STUB, symbol, STAGE_FROM_SYMBOL,
                      STAGE_CERTAIN, "symbol %s; the code has it at 0x%llx: %s", name,
                      (unsigned long long)address, how);
    discover_function(analysis, name, address);
}

bool discover_is_lidt(void *context, const struct insn *insn)
{
    (void)context;
    return insn->id == X86_INS_LIDT;
}

bool discover_writes_cr3(void *context, const struct insn *insn)
{
    (void)context;
    return insn->id == X86_INS_MOV && insn->operand_count == 2 &&
           insn->operands[0].type == X86_OP_REG && insn->operands[0].reg == X86_REG_CR3;
}

bool discover_uses_text(void *context, const struct insn *insn)
{
    const struct discover_text *wanted = context;
    uint64_t address;

    for (uint8_t i = 0; i < insn->operand_count; i++) {
        const char *text;

        if (insn->id == X86_INS_LEA && insn_rip_target(insn, &insn->operands[i], &address) &&
            (text = code_text(wanted->code, address)) && strcmp(text, wanted->text) == 0)
            return true;
    }
    return false;
}

const struct insn *discover_call(struct analysis *analysis, const struct region *region,
                                 uint64_t first, uint64_t last, insn_visitor visit)
{
    const struct graph *graph = &region->graph;
    const struct insn *found = NULL;

    for (size_t i = 0; i < graph->insn_count; i++) {
        const struct insn *insn = graph->insns[i];

        if (insn->flow != FLOW_CALL || !insn->direct || insn->address == last ||
            insn->target == insn_end(insn) || !region_passes(region, first, insn->address) ||
            !region_passes(region, insn->address, last) ||
            (found && !region_passes(region, insn->address, found->address)))
            continue;
        if (code_reaches(&analysis->functions64, insn->target, visit, NULL, NULL))
            found = insn;
    }
    return found;
}

struct discover_name discover_name(const struct analysis *analysis, uint64_t address)
{
    const struct symbols *stub = analysis->finding->stub;
    struct discover_name ret;
    uint64_t offset = 1;
    const char *name = stub ? symbols_name(stub, address, &offset) : NULL;

    if (name && offset == 0)
        snprintf(ret.text, sizeof(ret.text), "%s", name);
    else
        snprintf(ret.text, sizeof(ret.text), "0x%llx", (unsigned long long)address);
    return ret;
}

bool discover_loads_gdt(const struct region *region, const struct insn *insn, struct value *ret)
{
    struct value_state before;
    struct value address;

    return insn->id == X86_INS_LGDT && values_before(&region->values, insn->address, &before) &&
           values_operand_address(&before, insn, &insn->operands[0], &address) &&
           values_slot(&before, address, 2, ret);
}
