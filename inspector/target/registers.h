/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The registers of one stopped x86 CPU, as plain data. Names are those of Intel's SDM in lower
 * case, 64-bit spellings (rax, rip, rflags).
 */
#ifndef BOOTSCOPE_TARGET_REGISTERS_H
#define BOOTSCOPE_TARGET_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

enum gpr {
    RAX,
    RBX,
    RCX,
    RDX,
    RSI,
    RDI,
    RBP,
    RSP,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    GPR_COUNT
};

enum segment_register {
    SEG_ES,
    SEG_CS,
    SEG_SS,
    SEG_DS,
    SEG_FS,
    SEG_GS,
    SEG_LDTR,
    SEG_TR,
    SEG_COUNT
};

/* A segment register with its hidden part (SDM vol. 3, 3.4.3). */
struct segment {
    uint16_t selector;
    uint64_t base;       /* linear */
    uint32_t limit;      /* in bytes, granularity already applied */
    uint32_t attributes; /* bits 8..23 of the descriptor's high word, as QEMU prints them */
};

/* GDTR or IDTR: base is a linear address, limit in bytes. */
struct table_register {
    uint64_t base;
    uint16_t limit;
};

/* How the CPU reads the instruction at rip. */
enum cpu_mode { CPU_REAL16, CPU_PROTECTED16, CPU_PROTECTED32, CPU_COMPAT32, CPU_LONG64 };

struct registers {
    uint64_t gpr[GPR_COUNT];
    uint64_t rip; /* offset in cs, as the CPU has it */
    uint64_t rflags;
    struct segment segment[SEG_COUNT];
    struct table_register gdtr, idtr;
    bool hidden_known; /* segment bases and limits, ldtr, tr, gdtr and idtr were obtained */
    uint64_t cr0, cr2, cr3, cr4, cr8, efer;
    bool halted; /* by hlt, with rip behind it; false also where the stub does not tell */
};

enum cpu_mode registers_mode(const struct registers *regs);
/* "real16", "protected16", "protected32", "compat32", "long64". */
const char *cpu_mode_name(enum cpu_mode mode);
/* 16, 32 or 64: the width to disassemble with. */
unsigned int cpu_mode_bits(enum cpu_mode mode);

/* The linear address of the instruction at rip: cs base + rip outside 64-bit code. */
virt_t registers_pc(const struct registers *regs);
/* The linear address that the stack pointer stands for: in 16-bit code ss base + sp. */
virt_t registers_stack(const struct registers *regs);
/*
 * The base of a segment as the CPU adds it now: 0 in 64-bit code save that of fs and gs, and where the
 * hidden part is not known selector * 16 in real mode. False: not known.
 */
bool registers_base(const struct registers *regs, enum segment_register seg, uint64_t *ret);

/*
 * Looks a register up by name: 64-, 32-, 16- and 8-bit names of general registers (rax eax ax ah al),
 * rip eip ip, rflags eflags, segment selectors, the hidden bases of es cs ss ds fs gs (cs_base: 0
 * unless hidden_known), gdtr and idtr (their bases), cr0..cr8, efer. False for an unknown name.
 * *ret_width is 1, 2, 4 or 8: how many bytes of the value the name stands for.
 */
bool registers_get(const struct registers *regs, const char *name, uint64_t *ret,
                   unsigned int *ret_width);
/*
 * What a name of a general register means: that many bytes of *ret, from bit *ret_shift on (8 for ah
 * bh ch dh). False for another name.
 */
bool registers_part(const char *name, enum gpr *ret, unsigned int *ret_shift,
                    unsigned int *ret_width);

/* "rax".."r15", and "es".."tr". */
const char *gpr_name(enum gpr reg);
const char *segment_name(enum segment_register seg);

#endif
