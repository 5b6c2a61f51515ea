/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPUs that are halted for good. */
#include <string.h>

#include "internal.h"

#define X86_CR0_PE    1u
#define X86_EFLAGS_IF (1u << 9)

#define HLT       0xf4
#define JMP_SHORT 0xeb

/* Whether the instruction before pc is hlt, and the one at pc jumps back to it. */
static struct error *loops_at(struct target *target, virt_t pc, bool *ret)
{
    uint8_t bytes[3];
    struct error *err = target_read_virt(target, virt(pc.value - 1), bytes, sizeof(bytes));

    *ret = !err && bytes[0] == HLT && bytes[1] == JMP_SHORT && bytes[2] == (uint8_t)-3;
    /* Where the stub cannot read, there is no loop to be seen. */
    if (err && error_kind(err) == ERROR_PROTOCOL) {
        error_free(err);
        err = NULL;
    }
    return err;
}

struct error *target_is_halted(struct target *target, bool *ret)
{
    struct registers regs;
    struct error *err = target_registers(target, &regs);

    *ret = false;
    if (err || !regs.halted)
        return err;
    *ret = !(regs.rflags & X86_EFLAGS_IF);
    if (*ret || regs.cr0 & X86_CR0_PE)
        return NULL;
    return loops_at(target, registers_pc(&regs), ret);
}

void target_on_long_run(struct target *target, target_looks_halted looks_halted, void *context)
{
    target->looks_halted = looks_halted;
    target->looks_context = context;
}
