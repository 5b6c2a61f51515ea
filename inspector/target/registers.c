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

bool registers_base(const struct registers *regs, enum segment_register seg, uint64_t *ret)
{
    enum cpu_mode mode = registers_mode(regs);

    *ret = regs->segment[seg].base;
    if (mode == CPU_LONG64 && seg != SEG_FS && seg != SEG_GS)
        *ret = 0;
    else if (!regs->hidden_known && mode == CPU_REAL16)
        *ret = regs->segment[seg].selector * PARAGRAPH;
    else
        return regs->hidden_known;
    return true;
}

virt_t registers_pc(const struct registers *regs)
{
    enum cpu_mode mode = registers_mode(regs);
    uint64_t base;

    if (mode == CPU_LONG64)
        return virt(regs->rip);
    if (!registers_base(regs, SEG_CS, &base))
        base = 0;
    return virt((base + regs->rip) & LINEAR_MASK);
}

/* The stack segment says how much of rsp counts (SDM vol. 3, 6.2.3); without it the code's width. */
static uint64_t stack_offset(const struct registers *regs, enum cpu_mode mode)
{
    bool wide = regs->hidden_known ? regs->segment[SEG_SS].attributes & SEGMENT_DB
                                   : cpu_mode_bits(mode) == 32;

    return wide ? regs->gpr[RSP] & LINEAR_MASK : regs->gpr[RSP] & UINT16_MAX;
}

virt_t registers_stack(const struct registers *regs)
{
    enum cpu_mode mode = registers_mode(regs);
    uint64_t base;

    if (mode == CPU_LONG64)
        return virt(regs->gpr[RSP]);
    if (!registers_base(regs, SEG_SS, &base))
        base = 0;
    return virt((base + stack_offset(regs, mode)) & LINEAR_MASK);
}

static bool found(uint64_t value, unsigned int width, uint64_t *ret, unsigned int *ret_width)
{
    *ret = width == 8 ? value : value & ((UINT64_C(1) << 8 * width) - 1);
    *ret_width = width;
    return true;
}

/*
 * The width that name means when it is a spelling of the register whose 64-bit name is full, or 0:
 * rax eax ax, r8 r8d r8w r8b, rip eip ip, and of the low byte al, sil.
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
        return name[length] == 'd' ? 4 : name[length] == 'w' ? 2 : name[length] == 'b';
    }
    if (name[0] == 'e' && strcmp(name + 1, full + 1) == 0)
        return 4;
    return strcmp(name, full + 1) == 0 ? 2 : 0;
}

/* The bytes that have names: al and ah of rax, sil of rsi. */
static bool byte_name(enum gpr reg, const char *name, unsigned int *ret_shift)
{
    const char *word = gpr_names[reg] + 1; /* ax, si */
    size_t length = strlen(name);

    if (reg > RSP || length != (word[1] == 'x' ? 2 : 3))
        return false;
    *ret_shift = name[1] == 'h' ? 8 : 0;
    if (word[1] == 'x')
        return name[0] == word[0] && (name[1] == 'l' || name[1] == 'h');
    *ret_shift = 0;
    return strncmp(name, word, 2) == 0 && name[2] == 'l';
}

bool registers_part(const char *name, enum gpr *ret, unsigned int *ret_shift,
                    unsigned int *ret_width)
{
    for (int i = 0; i < GPR_COUNT; i++) {
        *ret = (enum gpr)i;
        *ret_shift = 0;
        *ret_width = spelling_width(gpr_names[i], name);
        if (*ret_width)
            return true;
        *ret_width = 1;
        if (byte_name(*ret, name, ret_shift))
            return true;
    }
    return false;
}

static bool get_gpr(const struct registers *regs, const char *name, uint64_t *ret,
                    unsigned int *ret_width)
{
    unsigned int shift, width;
    enum gpr reg;

    if (registers_part(name, &reg, &shift, &width))
        return found(regs->gpr[reg] >> shift, width, ret, ret_width);
    width = spelling_width("rip", name);
    return width && found(regs->rip, width, ret, ret_width);
}

static bool get_segment(const struct registers *regs, const char *name, uint64_t *ret,
                        unsigned int *ret_width)
{
    for (int i = 0; i < SEG_COUNT; i++) {
        size_t length = strlen(segment_names[i]);

        if (strncmp(name, segment_names[i], length) != 0)
            continue;
        if (name[length] == '\0')
            return found(regs->segment[i].selector, 2, ret, ret_width);
        if (i < SEG_LDTR && strcmp(name + length, "_base") == 0)
            return found(regs->segment[i].base, 8, ret, ret_width);
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
