/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "code.h"

/* The register's number plus one, and its width in the upper half. */
#define NUMBER(gpr, width) (uint8_t)(((gpr) + 1) | (width) << 5)
#define FAMILY(gpr, r64, r32, r16, r8)                                                             \
    [X86_REG_##r64] = NUMBER(gpr, 3), [X86_REG_##r32] = NUMBER(gpr, 2),                            \
    [X86_REG_##r16] = NUMBER(gpr, 1), [X86_REG_##r8] = NUMBER(gpr, 0)

static const uint8_t numbers[X86_REG_ENDING] = {
    FAMILY(INSN_RAX, RAX, EAX, AX, AL),  FAMILY(INSN_RCX, RCX, ECX, CX, CL),
    FAMILY(INSN_RDX, RDX, EDX, DX, DL),  FAMILY(INSN_RBX, RBX, EBX, BX, BL),
    FAMILY(INSN_RSP, RSP, ESP, SP, SPL), FAMILY(INSN_RBP, RBP, EBP, BP, BPL),
    FAMILY(INSN_RSI, RSI, ESI, SI, SIL), FAMILY(INSN_RDI, RDI, EDI, DI, DIL),
    FAMILY(8, R8, R8D, R8W, R8B),        FAMILY(9, R9, R9D, R9W, R9B),
    FAMILY(10, R10, R10D, R10W, R10B),   FAMILY(11, R11, R11D, R11W, R11B),
    FAMILY(12, R12, R12D, R12W, R12B),   FAMILY(13, R13, R13D, R13W, R13B),
    FAMILY(14, R14, R14D, R14W, R14B),   FAMILY(15, R15, R15D, R15W, R15B),
    [X86_REG_AH] = NUMBER(INSN_RAX, 0),  [X86_REG_CH] = NUMBER(INSN_RCX, 0),
    [X86_REG_DH] = NUMBER(INSN_RDX, 0),  [X86_REG_BH] = NUMBER(INSN_RBX, 0),
};

enum insn_gpr insn_gpr_of(x86_reg reg, unsigned int *ret_width)
{
    if (reg >= X86_REG_ENDING || numbers[reg] == 0)
        return INSN_NO_GPR;
    *ret_width = 1u << (numbers[reg] >> 5);
    return (enum insn_gpr)((numbers[reg] & 31) - 1);
}
