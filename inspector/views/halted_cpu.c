/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "halted_cpu.h"

/* The boot protocol's 64-bit entry, and so the end of the 32-bit code before it. */
#define STARTUP_64 0x200

static bool is_cpuid(void *context, const struct insn *insn)
{
    (void)context;
    return insn->id == X86_INS_CPUID;
}

/* call verify_cpu; test %eax,%eax; jnz hlt */
static bool asks(struct functions *functions, const struct insn *call, uint64_t hlt)
{
    if (call->flow != FLOW_CALL || !call->direct)
        return false;
    const struct insn *test = code_at(functions->code, insn_end(call));
    if (!test || test->id != X86_INS_TEST || !insn_operand_is(test, 0, INSN_RAX) ||
        !insn_operand_is(test, 1, INSN_RAX))
        return false;
    const struct insn *branch = code_at(functions->code, insn_end(test));
    return branch && branch->id == X86_INS_JNE && branch->direct && branch->target == hlt &&
           code_reaches(functions, call->target, is_cpuid, NULL, NULL);
}

bool halted_for_cpu(struct functions *functions, uint64_t hlt)
{
    const struct code *code = functions->code;

    for (uint64_t at = 0; at < STARTUP_64; at++) {
        const struct insn *call = code_at(code, code->start + at);

        if (call && asks(functions, call, hlt))
            return true;
    }
    return false;
}
