/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "callers.h"

#include <stdlib.h>
#include <string.h>

/* The longest call (a call through memory with all prefixes is longer, but no compiler's). */
#define CALL_BYTES_MAX 8

/* How far before a call its argument is looked for. */
#define ARGUMENT_BYTES 64

/* Whether control comes to place from function's start, without a return. */
static bool leads_to(struct functions *functions, uint64_t function, uint64_t place)
{
    const struct insn **insns;
    size_t count;
    bool found = false;

    if (!code_walk(functions, NULL, 0, function, &insns, &count))
        return false;
    for (size_t i = 0; i < count && !found; i++)
        found = insns[i]->address == place;
    free(insns);
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

bool call_leads_to(struct functions *functions, uint64_t return_address, uint64_t place,
                   struct call_found *ret)
{
    const struct code *code = functions->code;

    if (return_address < code->start || return_address - code->start > code->size ||
        !call_before(code, return_address, ret))
        return false;
    return !ret->direct || leads_to(functions, ret->target, place);
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

static bool writes(const struct insn *insn, enum insn_gpr gpr)
{
    return insn->writes & 1u << gpr;
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
        if (code->bits == 64 && writes(&insn, INSN_RDI))
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

static bool preserved(enum insn_gpr gpr)
{
    return gpr == INSN_RBX || gpr == INSN_RBP || (gpr >= INSN_R12 && gpr < INSN_GPR_COUNT);
}

/* mov of rdi to a register that calls preserve. */
static bool saves(const struct insn *insn, enum insn_gpr *ret)
{
    unsigned int width;

    if (insn->id != X86_INS_MOV || insn->operand_count != 2 ||
        insn->operands[0].type != X86_OP_REG || insn->operands[1].type != X86_OP_REG ||
        insn->operands[1].reg != X86_REG_RDI)
        return false;
    *ret = insn_gpr_of(insn->operands[0].reg, &width);
    return preserved(*ret);
}

bool saved_argument(const struct code *code, uint64_t function, uint64_t place, enum insn_gpr *ret)
{
    bool changed = false, saved = false;
    struct insn insn;

    for (uint64_t at = function; at < place; at += insn.size) {
        if (!code_decode(code, at, &insn) || insn.flow == FLOW_RETURN)
            return false;
        if (saved && writes(&insn, *ret))
            return false;
        saved = saved || (!changed && saves(&insn, ret));
        changed = changed || insn.flow == FLOW_CALL || writes(&insn, INSN_RDI);
    }
    return saved;
}
