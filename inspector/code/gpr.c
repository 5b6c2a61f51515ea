/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "code.h"

/* By width: 8, 4, 2 bytes, the low byte. */
static const x86_reg names[INSN_GPR_COUNT][4] = {
    {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL},
    {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL},
    {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL},
    {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL},
    {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL},
    {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL},
    {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL},
    {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL},
    {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B},
    {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B},
    {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B},
    {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B},
    {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B},
    {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B},
    {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B},
    {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B},
};

static enum insn_gpr high_byte(x86_reg reg)
{
    switch (reg) {
    case X86_REG_AH:
        return INSN_RAX;
    case X86_REG_CH:
        return INSN_RCX;
    case X86_REG_DH:
        return INSN_RDX;
    case X86_REG_BH:
        return INSN_RBX;
    default:
        return INSN_NO_GPR;
    }
}

enum insn_gpr insn_gpr_of(x86_reg reg, unsigned int *ret_width)
{
    for (unsigned int width = 0; width < 4; width++)
        for (unsigned int gpr = 0; gpr < INSN_GPR_COUNT; gpr++)
            if (names[gpr][width] == reg) {
                *ret_width = 8u >> width;
                return (enum insn_gpr)gpr;
            }
    *ret_width = 1;
    return high_byte(reg);
}
