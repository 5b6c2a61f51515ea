/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "code.h"

#include <stdlib.h>
#include <string.h>

#include "address_map.h"

#define CHUNK    512
#define TEXT_MAX 256

struct code_cache {
    struct address_map places; /* the number of an instruction; NOTHING where none decodes */
    struct insn *chunks[CODE_INSNS_MAX / CHUNK];
    size_t count;
    cs_insn *scratch;
};

#define NOTHING CODE_INSNS_MAX

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
    if (failure == CS_ERR_OK) {
        ret->cache = calloc(1, sizeof(*ret->cache));
        if (ret->cache)
            ret->cache->scratch = cs_malloc(ret->capstone);
        if (ret->cache && ret->cache->scratch)
            return NULL;
        failure = CS_ERR_MEM;
    }
    code_close(ret);
    return error_new(ERROR_SYSTEM, "capstone: %s", cs_strerror(failure));
}

void code_close(struct code *code)
{
    if (code->cache) {
        for (size_t i = 0; i < CODE_INSNS_MAX / CHUNK; i++)
            free(code->cache->chunks[i]);
        address_map_close(&code->cache->places);
        if (code->cache->scratch)
            cs_free(code->cache->scratch, 1);
        free(code->cache);
    }
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
    /* loop is no jump for capstone. */
    return cs_insn_group(capstone, insn, X86_GRP_JUMP) ||
                   cs_insn_group(capstone, insn, X86_GRP_BRANCH_RELATIVE)
               ? FLOW_BRANCH
               : FLOW_NEXT;
}

static uint16_t writes_of(const struct code *code, const cs_insn *insn)
{
    cs_regs read, written;
    uint8_t read_count, written_count;
    uint16_t mask = 0;
    unsigned int width;

    if (cs_regs_access(code->capstone, insn, read, &read_count, written, &written_count) !=
        CS_ERR_OK)
        return UINT16_MAX;
    for (uint8_t i = 0; i < written_count; i++) {
        enum insn_gpr gpr = insn_gpr_of((x86_reg)written[i], &width);

        if (gpr != INSN_NO_GPR)
            mask |= (uint16_t)(1u << gpr);
    }
    return mask;
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
        .writes = writes_of(code, from),
    };
    memcpy(ret->operands, x86->operands, sizeof(ret->operands[0]) * ret->operand_count);
    if (ret->flow == FLOW_NEXT || ret->flow == FLOW_RETURN || ret->operand_count != 1 ||
        ret->operands[0].type != X86_OP_IMM)
        return;
    ret->target = (uint64_t)ret->operands[0].imm;
    if (code->bits < 64)
        ret->target &= UINT32_MAX;
    ret->direct = inside(code, ret->target);
}

bool code_decode(const struct code *code, uint64_t address, struct insn *ret)
{
    if (!inside(code, address))
        return false;
    uint64_t offset = address - code->start;
    const uint8_t *bytes = code->bytes + offset;
    size_t left = code->size - offset > 15 ? 15 : code->size - offset;
    if (!cs_disasm_iter(code->capstone, &bytes, &left, &address, code->cache->scratch))
        return false;
    take(code, code->cache->scratch, ret);
    return true;
}

static const struct insn *keep(struct code_cache *cache, const struct insn *insn)
{
    size_t number = cache->count;
    struct insn **chunk = &cache->chunks[number / CHUNK];

    if (!*chunk)
        *chunk = malloc(CHUNK * sizeof(**chunk));
    if (!*chunk || !address_map_put(&cache->places, insn->address, (uint32_t)number))
        return NULL;
    cache->count++;
    (*chunk)[number % CHUNK] = *insn;
    return &(*chunk)[number % CHUNK];
}

const struct insn *code_at(const struct code *code, uint64_t address)
{
    struct code_cache *cache = code->cache;
    struct insn insn;
    uint32_t number;

    if (address_map_get(&cache->places, address, &number))
        return number == NOTHING ? NULL : &cache->chunks[number / CHUNK][number % CHUNK];
    if (!inside(code, address) || cache->count == CODE_INSNS_MAX)
        return NULL;
    if (code_decode(code, address, &insn))
        return keep(cache, &insn);
    address_map_put(&cache->places, address, NOTHING);
    return NULL;
}

bool insn_rip_target(const struct insn *insn, const cs_x86_op *operand, uint64_t *ret)
{
    if (operand->type != X86_OP_MEM || operand->mem.base != X86_REG_RIP)
        return false;
    *ret = insn->address + insn->size + (uint64_t)operand->mem.disp;
    return true;
}

bool insn_operand_is(const struct insn *insn, unsigned int operand, enum insn_gpr gpr)
{
    unsigned int width;

    return operand < insn->operand_count && insn->operands[operand].type == X86_OP_REG &&
           insn_gpr_of(insn->operands[operand].reg, &width) == gpr;
}

const char *code_text(const struct code *code, uint64_t address)
{
    if (!inside(code, address))
        return NULL;
    const char *text = (const char *)code->bytes + (address - code->start);
    size_t left = code->size - (address - code->start);
    for (size_t i = 0; i < left && i < TEXT_MAX; i++) {
        if (text[i] == '\0')
            return text;
        if ((text[i] < ' ' || text[i] > '~') && text[i] != '\n' && text[i] != '\t')
            return NULL;
    }
    return NULL;
}
