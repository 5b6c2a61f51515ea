/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tables.h"

#include <string.h>

#define ENTRY 4

static enum insn_gpr register_of(const struct insn *insn, unsigned int operand)
{
    unsigned int width;

    return operand < insn->operand_count && insn->operands[operand].type == X86_OP_REG
               ? insn_gpr_of(insn->operands[operand].reg, &width)
               : INSN_NO_GPR;
}

/* The nearest instruction before place on the way that writes gpr; count when there is none. */
static size_t writer(const struct insn *const *way, size_t count, size_t place, enum insn_gpr gpr)
{
    while (place < count && !(way[place]->writes >> gpr & 1))
        place++;
    return place;
}

/* How many indices the nearest comparison of the index lets through; 0: not known. */
static size_t bound_of(const struct insn *const *way, size_t count, size_t place,
                       enum insn_gpr index)
{
    bool above = false;

    for (; place < count && !(way[place]->writes >> index & 1); place++) {
        const struct insn *insn = way[place];

        above = above || insn->id == X86_INS_JA;
        if (insn->id != X86_INS_CMP || register_of(insn, 0) != index)
            continue;
        if (!above || insn->operands[1].type != X86_OP_IMM || insn->operands[1].imm < 0 ||
            insn->operands[1].imm >= TABLE_MAX)
            return 0;
        return (size_t)insn->operands[1].imm + 1;
    }
    return 0;
}

uint64_t jump_table_target(const struct code *code, const struct jump_table *table, size_t index)
{
    int32_t distance;

    memcpy(&distance, code->bytes + (table->address - code->start) + index * ENTRY,
           sizeof(distance));
    return table->address + (uint64_t)(int64_t)distance;
}

static bool holds(const struct code *code, const struct jump_table *table)
{
    uint64_t offset = table->address - code->start;

    if (table->count == 0 || offset >= code->size || code->size - offset < table->count * ENTRY)
        return false;
    for (size_t i = 0; i < table->count; i++)
        if (jump_table_target(code, table, i) - code->start >= code->size)
            return false;
    return true;
}

bool jump_table_find(const struct code *code, const struct insn *jump,
                     const struct insn *const *way, size_t count, struct jump_table *ret)
{
    enum insn_gpr target = register_of(jump, 0);
    struct jump_table table;
    unsigned int width;

    if (target == INSN_NO_GPR)
        return false;
    size_t add = writer(way, count, 0, target);
    if (add == count || way[add]->id != X86_INS_ADD || register_of(way[add], 1) == INSN_NO_GPR)
        return false;
    size_t load = writer(way, count, add + 1, target);
    if (load == count || way[load]->id != X86_INS_MOVSXD || way[load]->operand_count != 2 ||
        way[load]->operands[1].type != X86_OP_MEM || way[load]->operands[1].mem.scale != ENTRY)
        return false;
    const x86_op_mem *from = &way[load]->operands[1].mem;
    enum insn_gpr base = insn_gpr_of(from->base, &width), index = insn_gpr_of(from->index, &width);
    if (base == INSN_NO_GPR || index == INSN_NO_GPR || register_of(way[add], 1) != base)
        return false;
    size_t lea = writer(way, count, add + 1, base);
    if (lea == count || way[lea]->id != X86_INS_LEA ||
        !insn_rip_target(way[lea], &way[lea]->operands[1], &table.address))
        return false;
    table.count = bound_of(way, count, load + 1, index);
    if (!holds(code, &table))
        return false;
    *ret = table;
    return true;
}
