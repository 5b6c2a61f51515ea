/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "values_step.h"

#include <string.h>

static struct value number(int64_t value)
{
    return (struct value){.base = VALUE_NUMBER, .offset = value};
}

static struct value link_address(uint64_t address)
{
    return (struct value){.base = VALUE_ADDRESS, .offset = (int64_t)address};
}

struct value value_left_by(const struct insn *insn, enum insn_gpr gpr)
{
    return (struct value){.base = VALUE_RESULT, .id = insn->address << 4 | (gpr & 15)};
}

struct value value_plus(struct value value, int64_t number)
{
    value.offset = (int64_t)((uint64_t)value.offset + (uint64_t)number);
    return value;
}

/* In 32-bit code numbers have 32 bits; kept signed, so that small negative ones stay small. */
static struct value fit(const struct code *code, struct value value)
{
    if (code->bits < 64)
        value.offset = (int32_t)(uint32_t)value.offset;
    return value;
}

bool values_operand_address(const struct value_state *state, const struct insn *insn,
                            const cs_x86_op *operand, struct value *ret)
{
    unsigned int width;
    uint64_t target;

    if (insn_rip_target(insn, operand, &target)) {
        *ret = link_address(target);
        return true;
    }
    if (operand->type != X86_OP_MEM || operand->mem.segment != X86_REG_INVALID)
        return false;
    if (operand->mem.base == X86_REG_INVALID && operand->mem.index == X86_REG_INVALID) {
        *ret = number(operand->mem.disp);
        return true;
    }
    enum insn_gpr base = insn_gpr_of(operand->mem.base, &width);
    if (operand->mem.index != X86_REG_INVALID || base == INSN_NO_GPR)
        return false;
    *ret = value_plus(state->registers[base], operand->mem.disp);
    return true;
}

static size_t slot_of(const struct value_state *state, struct value address)
{
    size_t i = 0;

    while (i < state->slot_count && !value_equal(state->slots[i].address, address))
        i++;
    return i;
}

static void forget_slot(struct value_state *state, size_t slot)
{
    state->slot_count--;
    memmove(&state->slots[slot], &state->slots[slot + 1],
            (state->slot_count - slot) * sizeof(state->slots[0]));
}

static void store(struct value_state *state, struct value address, struct value content)
{
    size_t slot = slot_of(state, address);

    if (slot < state->slot_count)
        forget_slot(state, slot);
    else if (state->slot_count == VALUE_SLOTS_MAX)
        forget_slot(state, 0);
    state->slots[state->slot_count].address = address;
    state->slots[state->slot_count++].content = content;
}

static void forget(struct value_state *state, struct value address)
{
    size_t slot = slot_of(state, address);

    if (slot < state->slot_count)
        forget_slot(state, slot);
}

bool values_slot(const struct value_state *state, struct value address, int64_t offset,
                 struct value *ret)
{
    size_t slot = slot_of(state, value_plus(address, offset));

    if (slot == state->slot_count)
        return false;
    *ret = state->slots[slot].content;
    return true;
}

/* What a word of memory holds; false when that is not known. */
static bool load(const struct value_state *state, const struct insn *insn, const cs_x86_op *from,
                 struct value *ret)
{
    struct value address;

    if (!values_operand_address(state, insn, from, &address))
        return false;
    if (values_slot(state, address, 0, ret))
        return true;
    if (address.base != VALUE_ENTRY || address.id == INSN_RSP || address.offset < INT32_MIN ||
        address.offset > INT32_MAX)
        return false;
    *ret = (struct value){.base = VALUE_FIELD,
                          .id = value_field((enum insn_gpr)address.id, (int32_t)address.offset)};
    return true;
}

/* The value of a source operand of at least 4 bytes. */
static bool source(const struct value_state *state, const struct insn *insn, const cs_x86_op *from,
                   struct value *ret)
{
    unsigned int width = from->size;

    if (from->type == X86_OP_IMM) {
        *ret = number(from->imm);
        return true;
    }
    if (width < 4)
        return false;
    if (from->type == X86_OP_MEM)
        return load(state, insn, from, ret);
    enum insn_gpr gpr = insn_gpr_of(from->reg, &width);
    if (from->type != X86_OP_REG || gpr == INSN_NO_GPR)
        return false;
    *ret = state->registers[gpr];
    return true;
}

static bool sum(struct value left, struct value right, bool minus, struct value *ret)
{
    if (right.base == VALUE_NUMBER) {
        *ret = value_plus(left, minus ? (int64_t)(0 - (uint64_t)right.offset) : right.offset);
        return true;
    }
    if (!minus && left.base == VALUE_NUMBER) {
        *ret = value_plus(right, left.offset);
        return true;
    }
    if (!minus || !value_same_base(left, right))
        return false;
    *ret = number((int64_t)((uint64_t)left.offset - (uint64_t)right.offset));
    return true;
}

/* What the instruction computes for its first operand; false when that is not known. */
static bool compute(const struct value_state *state, const struct insn *insn, struct value *ret)
{
    const cs_x86_op *to = &insn->operands[0], *from = &insn->operands[1];
    struct value left, right;

    switch (insn->id) {
    case X86_INS_MOV:
    case X86_INS_MOVABS:
        return source(state, insn, from, ret);
    case X86_INS_LEA:
        return values_operand_address(state, insn, from, ret);
    case X86_INS_XOR:
    case X86_INS_SUB:
    case X86_INS_ADD:
        if (insn->id != X86_INS_ADD && to->type == X86_OP_REG && from->type == X86_OP_REG &&
            to->reg == from->reg) {
            *ret = number(0);
            return true;
        }
        return insn->id != X86_INS_XOR && source(state, insn, to, &left) &&
               source(state, insn, from, &right) && sum(left, right, insn->id == X86_INS_SUB, ret);
    case X86_INS_SHR:
        if (!source(state, insn, to, ret) || ret->base != VALUE_NUMBER || ret->offset < 0 ||
            from->type != X86_OP_IMM)
            return false;
        ret->offset >>= from->imm & 31;
        return true;
    case X86_INS_INC:
    case X86_INS_DEC:
        if (!source(state, insn, to, &left))
            return false;
        *ret = value_plus(left, insn->id == X86_INS_INC ? 1 : -1);
        return true;
    default:
        return false;
    }
}

static int64_t word(const struct code *code)
{
    return code->bits == 64 ? 8 : 4;
}

static void push(const struct code *code, struct value_state *state, bool known,
                 struct value content)
{
    struct value *stack = &state->registers[INSN_RSP];

    *stack = value_plus(*stack, -word(code));
    if (known)
        store(state, *stack, content);
    else
        forget(state, *stack);
}

static void call(const struct code *code, const struct insn *insn, struct value_state *state)
{
    const unsigned int kept = 1u << INSN_RBX | 1u << INSN_RBP | 1u << INSN_RSP |
                              (code->bits == 64 ? 0xf000 : 1u << INSN_RSI | 1u << INSN_RDI);

    if (insn->direct && insn->target == insn_end(insn)) {
        push(code, state, true, link_address(insn->target));
        return;
    }
    for (unsigned int gpr = 0; gpr < INSN_GPR_COUNT; gpr++)
        if (!(kept >> gpr & 1))
            state->registers[gpr] = value_left_by(insn, (enum insn_gpr)gpr);
}

/* A far return takes an address and a selector from the stack, a near one the address. */
static void leave(const struct code *code, const struct insn *insn, struct value_state *state)
{
    int64_t words = insn->id == X86_INS_RETF || insn->id == X86_INS_RETFQ ? 2 : 1;

    state->registers[INSN_RSP] = value_plus(state->registers[INSN_RSP], words * word(code));
}

static void pop(const struct code *code, const struct insn *insn, struct value_state *state)
{
    struct value address = state->registers[INSN_RSP], content;
    const cs_x86_op *to = &insn->operands[0];
    unsigned int width;
    enum insn_gpr gpr = to->type == X86_OP_REG ? insn_gpr_of(to->reg, &width) : INSN_NO_GPR;
    bool known = values_slot(state, address, 0, &content);

    state->registers[INSN_RSP] = value_plus(address, word(code));
    if (gpr != INSN_NO_GPR)
        state->registers[gpr] = known ? content : value_left_by(insn, gpr);
}

static void write_memory(const struct insn *insn, struct value_state *state)
{
    struct value address, content;

    if (!values_operand_address(state, insn, &insn->operands[0], &address))
        return;
    if (insn->id != X86_INS_CMP && insn->id != X86_INS_TEST && compute(state, insn, &content))
        store(state, address, content);
    else if (insn->operands[0].access & CS_AC_WRITE)
        forget(state, address);
}

static void write_registers(const struct code *code, const struct insn *insn,
                            struct value_state *state)
{
    const cs_x86_op *to = &insn->operands[0];
    struct value content;
    unsigned int width = 0;
    enum insn_gpr gpr = insn->operand_count > 0 && to->type == X86_OP_REG
                            ? insn_gpr_of(to->reg, &width)
                            : INSN_NO_GPR;
    bool known = gpr != INSN_NO_GPR && width >= 4 && (insn->writes >> gpr & 1) &&
                 compute(state, insn, &content);

    for (unsigned int i = 0; i < INSN_GPR_COUNT; i++)
        if (insn->writes >> i & 1)
            state->registers[i] = value_left_by(insn, (enum insn_gpr)i);
    if (known)
        state->registers[gpr] = fit(code, content);
}

void values_step(const struct code *code, const struct insn *insn, struct value_state *state)
{
    struct value content = {0};

    switch (insn->id) {
    case X86_INS_PUSH:
        push(code, state,
             insn->operand_count > 0 && source(state, insn, &insn->operands[0], &content), content);
        return;
    case X86_INS_PUSHF:
    case X86_INS_PUSHFD:
    case X86_INS_PUSHFQ:
        push(code, state, false, content);
        return;
    case X86_INS_POPF:
    case X86_INS_POPFD:
    case X86_INS_POPFQ:
        state->registers[INSN_RSP] = value_plus(state->registers[INSN_RSP], word(code));
        return;
    case X86_INS_POP:
        pop(code, insn, state);
        return;
    case X86_INS_LEAVE:
        state->registers[INSN_RSP] = state->registers[INSN_RBP];
        pop(code,
            &(struct insn){.address = insn->address,
                           .operands = {{.type = X86_OP_REG, .reg = X86_REG_RBP}}},
            state);
        return;
    default:
        break;
    }
    if (insn->flow == FLOW_CALL)
        call(code, insn, state);
    else if (insn->flow == FLOW_RETURN)
        leave(code, insn, state);
    else if (insn->operand_count > 0 && insn->operands[0].type == X86_OP_MEM)
        write_memory(insn, state);
    if (insn->flow == FLOW_NEXT)
        write_registers(code, insn, state);
}
