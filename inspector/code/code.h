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

/* Bytes that control may be followed in; not owned. */
struct code {
    const uint8_t *bytes;
    uint64_t start; /* link address of bytes[0] */
    size_t size;
    unsigned int bits; /* 16, 32 or 64 */
    csh capstone;
};

/* ERROR_INPUT: another width; ERROR_SYSTEM: capstone cannot start. */
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

/* One decoded instruction, in small. */
struct insn {
    uint64_t address;
    unsigned int size;
    unsigned int id; /* enum x86_insn */
    enum flow_kind flow;
    bool direct;     /* of calls, jumps, branches: the target is known, and in the piece of code */
    uint64_t target; /* with direct */
    uint8_t operand_count;
    cs_x86_op operands[4]; /* Intel order: destination first */
    bool rep;              /* any rep prefix */
};

/* False when the bytes there do not decode, or lie outside of the piece. */
bool code_decode(const struct code *code, uint64_t address, struct insn *ret);
/* The link address that a rip-relative operand refers to; false for any other operand. */
bool insn_rip_target(const struct insn *insn, const cs_x86_op *operand, uint64_t *ret);

#endif
