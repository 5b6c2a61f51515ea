/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "callers.h"

#include <stdlib.h>
#include <string.h>

/* How far from a function's start its code is followed, in bytes, and at most at how many places. */
#define REACH_BYTES ((uint64_t)128 << 10)
#define REACH_WORK  4096

/* The longest call (a call through memory with all prefixes is longer, but no compiler's). */
#define CALL_BYTES_MAX 8

/* How far before a call its argument is looked for. */
#define ARGUMENT_BYTES 64

struct reach {
    const struct code *code;
    uint64_t start; /* bytes below it are not followed either */
    const struct call_found *ends;
    uint8_t seen[REACH_BYTES / 8];
    size_t count;
    uint64_t work[REACH_WORK];
};

static void add(struct reach *reach, uint64_t address)
{
    uint64_t at = address - reach->start;

    if (at >= REACH_BYTES || reach->count == REACH_WORK || reach->seen[at / 8] & 1u << at % 8)
        return;
    reach->seen[at / 8] |= (uint8_t)(1u << at % 8);
    reach->work[reach->count++] = address;
}

static void follow(struct reach *reach, const struct insn *insn)
{
    bool next = insn->flow == FLOW_NEXT || insn->flow == FLOW_HALT || insn->flow == FLOW_BRANCH;

    if (insn->flow == FLOW_CALL)
        next = !(reach->ends && reach->ends->direct && insn->direct &&
                 insn->target == reach->ends->target);
    if (next)
        add(reach, insn->address + insn->size);
    if ((insn->flow == FLOW_JUMP || insn->flow == FLOW_BRANCH) && insn->direct)
        add(reach, insn->target);
}

/* Parts of a function may lie before its start (.cold ones do); its start is then not far behind. */
static bool leads_to(const struct code *code, uint64_t function, uint64_t place,
                     const struct call_found *ends)
{
    struct reach *reach = calloc(1, sizeof(*reach));
    struct insn insn;
    bool found = false;

    if (!reach)
        return false;
    reach->code = code;
    reach->ends = ends;
    reach->start = function > REACH_BYTES / 4 ? function - REACH_BYTES / 4 : 0;
    add(reach, function);
    while (reach->count && !found) {
        uint64_t address = reach->work[--reach->count];

        found = address == place;
        if (!found && code_decode(code, address, &insn))
            follow(reach, &insn);
    }
    free(reach);
    return found;
}

static bool call_before(const struct code *code, uint64_t address, struct call_found *ret)
{
    struct insn insn;

    for (unsigned int size = CALL_BYTES_MAX; size >= 2; size--) {
        if (address - code->start < size || !code_decode(code, address - size, &insn) ||
            insn.size != size || insn.flow != FLOW_CALL)
            continue;
        *ret = (struct call_found){
            .call = insn.address, .direct = insn.direct, .target = insn.target};
        return true;
    }
    return false;
}

bool call_leads_to(const struct code *code, uint64_t return_address, uint64_t place,
                   const struct call_found *ends, struct call_found *ret)
{
    if (return_address < code->start || return_address - code->start > code->size ||
        !call_before(code, return_address, ret))
        return false;
    return !ret->direct || leads_to(code, ret->target, place, ends);
}

static bool loads_argument(const struct code *code, const struct insn *insn, uint64_t *ret)
{
    if (insn->operand_count != 2 || insn->operands[0].type != X86_OP_REG)
        return false;
    if (code->bits == 64)
        return insn->id == X86_INS_LEA && insn->operands[0].reg == X86_REG_RDI &&
               insn_rip_target(insn, &insn->operands[1], ret);
    if (code->bits != 16 || insn->id != X86_INS_MOV || insn->operands[0].reg != X86_REG_EAX ||
        insn->operands[1].type != X86_OP_IMM)
        return false;
    *ret = (uint64_t)insn->operands[1].imm & UINT32_MAX;
    return true;
}

static bool writes(const struct insn *insn, x86_reg wide, x86_reg narrow)
{
    const cs_x86_op *first = &insn->operands[0];

    return insn->operand_count > 0 && first->type == X86_OP_REG &&
           (first->reg == wide || first->reg == narrow) && (first->access & CS_AC_WRITE);
}

/* Whether the way from behind the load to the call is straight and leaves the argument alone. */
static bool straight(const struct code *code, uint64_t from, uint64_t call)
{
    struct insn insn;
    uint64_t at = from;

    for (; at < call; at += insn.size) {
        if (!code_decode(code, at, &insn))
            return false;
        if (insn.flow == FLOW_CALL ? code->bits == 64 : insn.flow != FLOW_NEXT)
            return false;
        if (code->bits == 64 && writes(&insn, X86_REG_RDI, X86_REG_EDI))
            return false;
    }
    return at == call;
}

bool caller_text_address(const struct code *code, uint64_t call, uint64_t *ret)
{
    struct insn insn;

    for (uint64_t back = 2; back <= ARGUMENT_BYTES && call - code->start >= back; back++)
        if (code_decode(code, call - back, &insn) && loads_argument(code, &insn, ret) &&
            straight(code, call - back + insn.size, call))
            return true;
    return false;
}

static bool preserved(x86_reg reg)
{
    return reg == X86_REG_RBX || reg == X86_REG_RBP || reg == X86_REG_R12 || reg == X86_REG_R13 ||
           reg == X86_REG_R14 || reg == X86_REG_R15;
}

/* mov of rdi to a register that calls preserve. */
static bool saves(const struct insn *insn, x86_reg *ret)
{
    const cs_x86_op *to = &insn->operands[0], *from = &insn->operands[1];

    if (insn->id != X86_INS_MOV || insn->operand_count != 2 || to->type != X86_OP_REG ||
        from->type != X86_OP_REG || from->reg != X86_REG_RDI || !preserved(to->reg))
        return false;
    *ret = to->reg;
    return true;
}

bool saved_argument(const struct code *code, uint64_t function, uint64_t place, x86_reg *ret)
{
    bool changed = false, saved = false;
    struct insn insn;

    for (uint64_t at = function; at < place; at += insn.size) {
        if (!code_decode(code, at, &insn) || insn.flow == FLOW_RETURN)
            return false;
        if (!saved && !changed && saves(&insn, ret))
            saved = true;
        else if (saved && writes(&insn, *ret, *ret))
            return false;
        changed = changed || insn.flow == FLOW_CALL || writes(&insn, X86_REG_RDI, X86_REG_EDI);
    }
    return saved;
}
