/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_code.h"

#include <capstone.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

/* Text is AT&T's; operands are taken in Intel's order, in which capstone knows who is written. */
struct pair {
    csh text, operands;
    bool open;
};

struct decoder {
    struct pair pairs[3]; /* 16, 32, 64 bits */
    cs_insn *insn;
};

static struct error *failed(cs_err status)
{
    return error_new(ERROR_SYSTEM, "disassembly: capstone: %s", cs_strerror(status));
}

static struct error *open_pair(struct pair *pair, cs_mode mode)
{
    cs_err status = cs_open(CS_ARCH_X86, mode, &pair->text);

    if (status != CS_ERR_OK)
        return failed(status);
    status = cs_open(CS_ARCH_X86, mode, &pair->operands);
    if (status != CS_ERR_OK) {
        cs_close(&pair->text);
        return failed(status);
    }
    pair->open = true;
    cs_option(pair->text, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
    cs_option(pair->operands, CS_OPT_DETAIL, CS_OPT_ON);
    return NULL;
}

struct error *decoder_new(struct decoder **ret)
{
    static const cs_mode modes[] = {CS_MODE_16, CS_MODE_32, CS_MODE_64};
    struct decoder *decoder = calloc(1, sizeof(*decoder));
    struct error *err = NULL;

    if (!decoder)
        return error_new(ERROR_SYSTEM, "disassembly: no memory");
    for (size_t i = 0; i < 3 && !err; i++)
        err = open_pair(&decoder->pairs[i], modes[i]);
    if (!err) {
        decoder->insn = cs_malloc(decoder->pairs[0].operands);
        if (!decoder->insn)
            err = error_new(ERROR_SYSTEM, "disassembly: no memory");
    }
    if (err) {
        decoder_free(decoder);
        return err;
    }
    *ret = decoder;
    return NULL;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    if (decoder->insn)
        cs_free(decoder->insn, 1);
    for (size_t i = 0; i < 3; i++) {
        if (!decoder->pairs[i].open)
            continue;
        cs_close(&decoder->pairs[i].text);
        cs_close(&decoder->pairs[i].operands);
    }
    free(decoder);
}

/* A register of an address; those that are none (no base, riz) count nothing. */
static uint64_t value_of(csh handle, const struct registers *regs, x86_reg reg, uint64_t next)
{
    const char *name = reg == X86_REG_INVALID ? NULL : cs_reg_name(handle, reg);
    unsigned int width;
    uint64_t value;

    if (reg == X86_REG_RIP || reg == X86_REG_EIP)
        return next;
    return name && registers_get(regs, name, &value, &width) ? value : 0;
}

static uint64_t masked(uint64_t value, unsigned int bytes)
{
    return bytes >= 8 ? value : value & ((UINT64_C(1) << 8 * bytes) - 1);
}

static bool is_stack(x86_reg reg)
{
    return reg == X86_REG_RSP || reg == X86_REG_ESP || reg == X86_REG_SP || reg == X86_REG_RBP ||
           reg == X86_REG_EBP || reg == X86_REG_BP;
}

static uint64_t segment_base(const struct registers *regs, x86_reg segment, x86_reg base)
{
    static const struct {
        x86_reg reg;
        enum segment_register index;
    } segments[] = {{X86_REG_ES, SEG_ES}, {X86_REG_CS, SEG_CS}, {X86_REG_SS, SEG_SS},
                    {X86_REG_DS, SEG_DS}, {X86_REG_FS, SEG_FS}, {X86_REG_GS, SEG_GS}};
    enum segment_register index = is_stack(base) ? SEG_SS : SEG_DS;

    for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
        if (segments[i].reg == segment)
            index = segments[i].index;
    if (!regs->hidden_known ||
        (registers_mode(regs) == CPU_LONG64 && index != SEG_FS && index != SEG_GS))
        return 0;
    return regs->segment[index].base;
}

static uint64_t address_of(csh handle, const struct registers *regs, const cs_x86 *x86,
                           const x86_op_mem *memory, uint64_t next)
{
    uint64_t offset = value_of(handle, regs, memory->base, next) +
                      value_of(handle, regs, memory->index, next) * (uint64_t)memory->scale +
                      (uint64_t)memory->disp;

    return segment_base(regs, memory->segment, memory->base) + masked(offset, x86->addr_size);
}

/* Instructions whose memory operand is an address only. */
static bool touches_nothing(unsigned int id)
{
    return id == X86_INS_LEA || id == X86_INS_NOP || id == X86_INS_INVLPG ||
           id == X86_INS_PREFETCHNTA || id == X86_INS_PREFETCHT0;
}

static void add_memory(csh handle, const struct registers *regs, const cs_insn *insn, uint64_t next,
                       struct code *code)
{
    const cs_x86 *x86 = &insn->detail->x86;

    if (touches_nothing(insn->id))
        return;
    for (uint8_t i = 0; i < x86->op_count && code->memory_count < CODE_MEMORY_MAX; i++) {
        const cs_x86_op *op = &x86->operands[i];

        if (op->type != X86_OP_MEM || !op->size)
            continue;
        code->memory[code->memory_count++] = (struct code_memory){
            .address = address_of(handle, regs, x86, &op->mem, next),
            .size = op->size,
            .reads = op->access & CS_AC_READ,
            .writes = op->access & CS_AC_WRITE};
    }
}

static void add_kind(csh handle, const struct registers *regs, const cs_insn *insn, uint64_t base,
                     struct code *code)
{
    const cs_x86 *x86 = &insn->detail->x86;
    unsigned int id = insn->id;

    code->call = cs_insn_group(handle, insn, CS_GRP_CALL);
    code->ret = cs_insn_group(handle, insn, CS_GRP_RET);
    code->jump = cs_insn_group(handle, insn, CS_GRP_JUMP);
    code->conditional = code->jump && id != X86_INS_JMP && id != X86_INS_LJMP;
    code->pushes = code->call || strncmp(insn->mnemonic, "push", 4) == 0;
    code->repeats = x86->prefix[0] == X86_PREFIX_REP || x86->prefix[0] == X86_PREFIX_REPNE;
    code->counter = code->repeats ? masked(regs->gpr[RCX], x86->addr_size) : 0;
    code->direct = (code->call || code->jump) && x86->op_count == 1 &&
                   x86->operands[0].type == X86_OP_IMM;
    if (code->direct)
        code->target = base + (uint64_t)x86->operands[0].imm;
}

static const struct pair *pair_for(const struct decoder *decoder, const struct registers *regs)
{
    unsigned int bits = cpu_mode_bits(registers_mode(regs));

    return &decoder->pairs[bits == 64 ? 2 : bits == 32 ? 1 : 0];
}

/* Jumps count within the code segment, so capstone is given offsets in it, not linear addresses. */
struct error *decoder_bytes(struct decoder *decoder, const struct registers *regs, uint64_t address,
                            const uint8_t *bytes, size_t length, struct code *ret)
{
    const struct pair *pair = pair_for(decoder, regs);
    bool flat = registers_mode(regs) == CPU_LONG64 || !regs->hidden_known;
    uint64_t base = flat ? 0 : regs->segment[SEG_CS].base;
    cs_insn *insn = decoder->insn, *shown;
    const uint8_t *at = bytes;
    uint64_t offset = address - base;

    *ret = (struct code){.address = address, .size = 1};
    if (!cs_disasm_iter(pair->operands, &at, &length, &offset, insn))
        return NULL;
    ret->decoded = true;
    ret->size = insn->size;
    add_memory(pair->operands, regs, insn, address - base + insn->size, ret);
    add_kind(pair->operands, regs, insn, base, ret);
    /* detail belongs to the other handle's insn, so this one is asked apart */
    if (cs_disasm(pair->text, bytes, ret->size, address - base, 1, &shown) != 1)
        return NULL;
    snprintf(ret->text, sizeof(ret->text), "%s%s%s", shown->mnemonic, shown->op_str[0] ? " " : "",
             shown->op_str);
    cs_free(shown, 1);
    return NULL;
}

struct error *decoder_here(struct decoder *decoder, const struct stop *stop, struct code *ret)
{
    virt_t pc = registers_pc(&stop->regs);
    uint8_t bytes[CODE_BYTES_MAX];
    size_t length;
    struct error *err = guest_try_linear(stop, pc, bytes, sizeof(bytes), &length);

    return err ? err : decoder_bytes(decoder, &stop->regs, pc.value, bytes, length, ret);
}
