/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machine code as a graph: instructions decoded by capstone, followed as control would go, without
 * a guest. It knows the architecture and nothing of any particular boot code. The bytes are hostile:
 * everything is bounded by the piece of code and by the limits below.
 *
 * Addresses are the caller's link addresses; bytes[0] of a piece is at its start.
 */
#ifndef BOOTSCOPE_CODE_CODE_H
#define BOOTSCOPE_CODE_CODE_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* How many instructions one piece of code is looked at in, at most, by all who use code_at(). */
#define CODE_INSNS_MAX 131072

struct code_cache;

/* Bytes that control may be followed in; not owned. */
struct code {
    const uint8_t *bytes;
    uint64_t start; /* link address of bytes[0] */
    size_t size;
    unsigned int bits; /* 16, 32 or 64 */
    csh capstone;
    struct code_cache *cache; /* what code_at() has decoded */
};

/* ERROR_INPUT: another width; ERROR_SYSTEM: capstone cannot start, no memory. */
struct error *code_open(const uint8_t *bytes, uint64_t start, size_t size, unsigned int bits,
                        struct code *ret);
void code_close(struct code *code);

/* Where control goes after an instruction. */
enum flow_kind {
    FLOW_NEXT,    /* to the next one */
    FLOW_CALL,    /* a call: to target, and then to the next */
    FLOW_JUMP,    /* to target */
    FLOW_BRANCH,  /* to target or to the next */
    FLOW_RETURN,  /* near or far return, iret */
    FLOW_HALT,    /* hlt: goes on only with an interrupt; taken as FLOW_NEXT */
    FLOW_NOWHERE, /* ud2, int3, or bytes that do not decode */
};

/* The general registers, by their number in instructions; rsp also stands for esp, sp and spl. */
enum insn_gpr {
    INSN_RAX,
    INSN_RCX,
    INSN_RDX,
    INSN_RBX,
    INSN_RSP,
    INSN_RBP,
    INSN_RSI,
    INSN_RDI,
    INSN_R8,
    INSN_R12 = 12,
    INSN_GPR_COUNT = 16,
    INSN_NO_GPR = INSN_GPR_COUNT,
};

/* The general register that reg is or is a part of, and its width in bytes; INSN_NO_GPR for others. */
enum insn_gpr insn_gpr_of(x86_reg reg, unsigned int *ret_width);

/* One decoded instruction, in small. */
struct insn {
    uint64_t address;
    unsigned int size;
    unsigned int id; /* enum x86_insn */
    enum flow_kind flow;
    bool direct;     /* of near calls, jumps, branches: the target is known, and in this code */
    uint64_t target; /* with direct */
    uint8_t operand_count;
    cs_x86_op operands[4]; /* Intel order: destination first */
    bool rep;              /* any rep prefix */
    uint16_t writes; /* general registers that it changes, 1 << enum insn_gpr; of a call only rsp */
};

/* False when the bytes there do not decode, or lie outside of the piece. */
bool code_decode(const struct code *code, uint64_t address, struct insn *ret);
/*
 * The same, decoded once and kept until code_close(). NULL as well when CODE_INSNS_MAX were decoded
 * or memory is short: control ends there for who follows it.
 */
const struct insn *code_at(const struct code *code, uint64_t address);
/* The link address that a rip-relative operand refers to; false for any other operand. */
bool insn_rip_target(const struct insn *insn, const cs_x86_op *operand, uint64_t *ret);
/* The address behind the instruction. */
static inline uint64_t insn_end(const struct insn *insn)
{
    return insn->address + insn->size;
}
/* The operand is that register, of whatever width. */
bool insn_operand_is(const struct insn *insn, unsigned int operand, enum insn_gpr gpr);

/* The NUL-terminated printable text at address; NULL when there is none within 256 bytes. */
const char *code_text(const struct code *code, uint64_t address);

#endif
