/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "code.h"

#include <string.h>

static cs_mode mode_of(unsigned int bits)
{
    return bits == 16 ? CS_MODE_16 : bits == 32 ? CS_MODE_32 : CS_MODE_64;
}

struct error *code_open(const uint8_t *bytes, uint64_t start, size_t size, unsigned int bits,
                        struct code *ret)
{
    if (bits != 16 && bits != 32 && bits != 64)
        return error_new(ERROR_INPUT, "code of %u bits: 16, 32 and 64 are known", bits);
    *ret = (struct code){.bytes = bytes, .start = start, .size = size, .bits = bits};
    cs_err failure = cs_open(CS_ARCH_X86, mode_of(bits), &ret->capstone);
    if (failure == CS_ERR_OK)
        failure = cs_option(ret->capstone, CS_OPT_DETAIL, CS_OPT_ON);
    if (failure == CS_ERR_OK)
        return NULL;
    code_close(ret);
    return error_new(ERROR_SYSTEM, "capstone: %s", cs_strerror(failure));
}

void code_close(struct code *code)
{
    if (code->capstone)
        cs_close(&code->capstone);
    *code = (struct code){0};
}

static bool inside(const struct code *code, uint64_t address)
{
    return address - code->start < code->size;
}

static enum flow_kind flow_of(const struct code *code, const cs_insn *insn)
{
    csh capstone = code->capstone;

    if (insn->id == X86_INS_HLT)
        return FLOW_HALT;
    if (insn->id == X86_INS_UD2 || insn->id == X86_INS_INT3)
        return FLOW_NOWHERE;
    if (cs_insn_group(capstone, insn, X86_GRP_RET) || cs_insn_group(capstone, insn, X86_GRP_IRET))
        return FLOW_RETURN;
    if (cs_insn_group(capstone, insn, X86_GRP_CALL))
        return FLOW_CALL;
    if (insn->id == X86_INS_JMP || insn->id == X86_INS_LJMP)
        return FLOW_JUMP;
    return cs_insn_group(capstone, insn, X86_GRP_JUMP) ? FLOW_BRANCH : FLOW_NEXT;
}

static void take(const struct code *code, const cs_insn *from, struct insn *ret)
{
    const cs_x86 *x86 = &from->detail->x86;

    *ret = (struct insn){
        .address = from->address,
        .size = from->size,
        .id = from->id,
        .flow = flow_of(code, from),
        .operand_count = x86->op_count > 4 ? 4 : x86->op_count,
        .rep = x86->prefix[0] == X86_PREFIX_REP || x86->prefix[0] == X86_PREFIX_REPNE,
    };
    memcpy(ret->operands, x86->operands, sizeof(ret->operands[0]) * ret->operand_count);
    if (ret->flow == FLOW_NEXT || ret->flow == FLOW_RETURN || ret->operand_count == 0 ||
        ret->operands[0].type != X86_OP_IMM)
        return;
    ret->target = (uint64_t)ret->operands[0].imm;
    if (code->bits < 64)
        ret->target &= UINT32_MAX;
    ret->direct = inside(code, ret->target);
}

bool code_decode(const struct code *code, uint64_t address, struct insn *ret)
{
    cs_insn *list;

    if (!inside(code, address))
        return false;
    uint64_t offset = address - code->start;
    if (cs_disasm(code->capstone, code->bytes + offset,
                  code->size - offset > 15 ? 15 : code->size - offset, address, 1, &list) != 1)
        return false;
    take(code, list, ret);
    cs_free(list, 1);
    return true;
}

bool insn_rip_target(const struct insn *insn, const cs_x86_op *operand, uint64_t *ret)
{
    if (operand->type != X86_OP_MEM || operand->mem.base != X86_REG_RIP)
        return false;
    *ret = insn->address + insn->size + (uint64_t)operand->mem.disp;
    return true;
}
