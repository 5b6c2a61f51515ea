/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "registers.h"

#include <stddef.h>
#include <string.h>

/* SDM vol. 3, 2.5 and 2.2.1; vol. 1, 3.4.3; vol. 3, 3.4.5 (descriptor's high word). */
#define CR0_PE      (1u << 0)
#define EFER_LMA    (1u << 10)
#define RFLAGS_VM   (1u << 17)
#define SEGMENT_L   (1u << 21)
#define SEGMENT_DB  (1u << 22)
#define PARAGRAPH   16         /* real mode: base = selector * 16 */
#define LINEAR_MASK 0xffffffff /* linear addresses are 32 bits wide outside 64-bit code */

static const char *const gpr_names[GPR_COUNT] = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};

static const char *const segment_names[SEG_COUNT] = {"es", "cs", "ss",   "ds",
                                                     "fs", "gs", "ldtr", "tr"};

const char *gpr_name(enum gpr reg)
{
    return gpr_names[reg];
}

const char *segment_name(enum segment_register seg)
{
    return segment_names[seg];
}

/*
 * Without the hidden part of cs the width of protected-mode code is not known: what the boot path
 * runs most is taken then, 64-bit code once long mode is active, and 32-bit code before.
 */
static enum cpu_mode guess_mode(const struct registers *regs)
{
    return regs->efer & EFER_LMA ? CPU_LONG64 : CPU_PROTECTED32;
}

enum cpu_mode registers_mode(const struct registers *regs)
{
    uint32_t cs = regs->segment[SEG_CS].attributes;

    if (!(regs->cr0 & CR0_PE))
        return CPU_REAL16;
    if (regs->rflags & RFLAGS_VM && !(regs->efer & EFER_LMA))
        return CPU_PROTECTED16;
    if (!regs->hidden_known)
        return guess_mode(regs);
    if (regs->efer & EFER_LMA && cs & SEGMENT_L)
        return CPU_LONG64;
    if (!(cs & SEGMENT_DB))
        return CPU_PROTECTED16;
    return regs->efer & EFER_LMA ? CPU_COMPAT32 : CPU_PROTECTED32;
}

const char *cpu_mode_name(enum cpu_mode mode)
{
    static const char *const names[] = {
        [CPU_REAL16] = "real16",           [CPU_PROTECTED16] = "protected16",
        [CPU_PROTECTED32] = "protected32", [CPU_COMPAT32] = "compat32",
        [CPU_LONG64] = "long64",
    };

    return names[mode];
}

unsigned int cpu_mode_bits(enum cpu_mode mode)
{
    switch (mode) {
    case CPU_REAL16:
    case CPU_PROTECTED16:
        return 16;
    case CPU_PROTECTED32:
    case CPU_COMPAT32:
        return 32;
    case CPU_LONG64:
        return 64;
    }
    return 64;
}

virt_t registers_pc(const struct registers *regs)
{
    enum cpu_mode mode = registers_mode(regs);
    uint64_t base = regs->segment[SEG_CS].base;

    if (mode == CPU_LONG64)
        return virt(regs->rip);
    if (!regs->hidden_known)
        base = mode == CPU_REAL16 ? regs->segment[SEG_CS].selector * PARAGRAPH : 0;
    return virt((base + regs->rip) & LINEAR_MASK);
}

static bool found(uint64_t value, unsigned int width, uint64_t *ret, unsigned int *ret_width)
{
    *ret = width == 8 ? value : value & ((UINT64_C(1) << 8 * width) - 1);
    *ret_width = width;
    return true;
}

/*
 * The width that name means when it is a spelling of the register whose 64-bit name is full, or 0:
 * rax eax ax, r8 r8d r8w, rip eip ip.
 */
static unsigned int spelling_width(const char *full, const char *name)
{
    size_t length = strlen(full);
    bool numbered = full[1] >= '0' && full[1] <= '9';

    if (strcmp(name, full) == 0)
        return 8;
    if (numbered) {
        if (strncmp(name, full, length) != 0 || strlen(name) != length + 1)
            return 0;
        return name[length] == 'd' ? 4 : name[length] == 'w' ? 2 : 0;
    }
    if (name[0] == 'e' && strcmp(name + 1, full + 1) == 0)
        return 4;
    return strcmp(name, full + 1) == 0 ? 2 : 0;
}

static bool get_gpr(const struct registers *regs, const char *name, uint64_t *ret,
                    unsigned int *ret_width)
{
    for (int i = 0; i < GPR_COUNT; i++) {
        unsigned int width = spelling_width(gpr_names[i], name);

        if (width)
            return found(regs->gpr[i], width, ret, ret_width);
    }
    unsigned int width = spelling_width("rip", name);
    return width && found(regs->rip, width, ret, ret_width);
}

static bool get_segment(const struct registers *regs, const char *name, uint64_t *ret,
                        unsigned int *ret_width)
{
    for (int i = 0; i < SEG_COUNT; i++) {
        if (strcmp(name, segment_names[i]) == 0)
            return found(regs->segment[i].selector, 2, ret, ret_width);
    }
    return false;
}

bool registers_get(const struct registers *regs, const char *name, uint64_t *ret,
                   unsigned int *ret_width)
{
    const struct {
        const char *name;
        uint64_t value;
        unsigned int width;
    } others[] = {
        {"rflags", regs->rflags, 8},  {"eflags", regs->rflags, 4}, {"gdtr", regs->gdtr.base, 8},
        {"idtr", regs->idtr.base, 8}, {"cr0", regs->cr0, 8},       {"cr2", regs->cr2, 8},
        {"cr3", regs->cr3, 8},        {"cr4", regs->cr4, 8},       {"cr8", regs->cr8, 8},
        {"efer", regs->efer, 8},
    };

    if (get_gpr(regs, name, ret, ret_width) || get_segment(regs, name, ret, ret_width))
        return true;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(name, others[i].name) == 0)
            return found(others[i].value, others[i].width, ret, ret_width);
    }
    return false;
}
