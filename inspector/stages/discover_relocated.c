/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The copy: .bss, the second IDT, page tables of its own, extract_kernel, the jump to the kernel. */
#include "discover_code.h"

/* How far the code that a search begins at reaches: to the jump through a register that ends it. */
struct copy_code {
    const struct insn *jump;
    const struct insn *extract; /* the call that the jump's register comes from; NULL */
};

static bool find_jump(const struct analysis *analysis, const struct region *region,
                      struct copy_code *ret)
{
    for (size_t i = 0; i < region->graph.block_count; i++) {
        const struct insn *last = region_last(region, i);
        struct value_state state;
        unsigned int width;
        uint64_t address;

        if (!region->graph.blocks[i].leaves || last->flow != FLOW_JUMP ||
            last->operand_count != 1 || last->operands[0].type != X86_OP_REG ||
            !values_before(&region->values, last->address, &state))
            continue;
        *ret = (struct copy_code){.jump = last};
        if (value_result(state.registers[insn_gpr_of(last->operands[0].reg, &width) & 15],
                         &address)) {
            const struct insn *call = code_at(&analysis->code64, address);

            if (call && call->flow == FLOW_CALL && call->direct)
                ret->extract = call;
        }
        return true;
    }
    return false;
}

static unsigned int stos_width(const struct insn *insn)
{
    if (!insn->rep)
        return 0;
    switch (insn->id) {
    case X86_INS_STOSQ:
        return 8;
    case X86_INS_STOSD:
        return 4;
    case X86_INS_STOSB:
        return 1;
    default:
        return 0;
    }
}

static void find_bss(struct analysis *analysis, const struct region *region, uint64_t last)
{
    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];
        struct value_state before;

        if (stos_width(insn) == 0 || !region_passes(region, insn->address, last) ||
            !values_before(&region->values, insn->address, &before))
            continue;
        finding_stage(analysis->finding, "bss-cleared", MODULE_STUB, insn_end(insn),
                      STAGE_FROM_CODE, STAGE_CERTAIN, "behind rep stos in .Lrelocated");
        struct value start = before.registers[INSN_RDI], count = before.registers[INSN_RCX];
        if (start.base != VALUE_ADDRESS)
            return;
        discover_label(analysis, "_bss", (uint64_t)start.offset);
        if (count.base == VALUE_NUMBER && count.offset >= 0)
            discover_label(analysis, "_ebss",
                           (uint64_t)start.offset + (uint64_t)count.offset * stos_width(insn));
        return;
    }
    finding_absent(analysis->finding, "bss-cleared", true, ".Lrelocated has no rep stos");
}

/* Returns where control is behind the call; the copy's entry when there is none. */
static uint64_t find_idt(struct analysis *analysis, const struct region *region, uint64_t last)
{
    const struct insn *call = discover_call(analysis, region, analysis->relocated, last,
                                            discover_is_lidt);

    if (!call) {
        finding_absent(analysis->finding, "stage2-idt", false,
                       "the copy loads no IDT before it calls extract_kernel");
        return analysis->relocated;
    }
    finding_stage(analysis->finding, "stage2-idt", MODULE_STUB, insn_end(call), STAGE_FROM_CODE,
                  STAGE_CERTAIN, "behind .Lrelocated's call of %s, which does lidt",
                  discover_name(analysis, call->target).text);
    discover_function(analysis, "load_stage2_idt", call->target);
    return insn_end(call);
}

static void find_maps(struct analysis *analysis, const struct region *region, uint64_t first,
                      uint64_t last)
{
    const struct insn *call = discover_call(analysis, region, first, last, discover_writes_cr3);

    if (!call) {
        finding_absent(analysis->finding, "identity-maps", false,
                       "the copy writes no cr3 before it calls extract_kernel");
        return;
    }
    finding_stage(analysis->finding, "identity-maps", MODULE_STUB, insn_end(call), STAGE_FROM_CODE,
                  STAGE_CERTAIN, "behind .Lrelocated's call of %s, which writes cr3",
                  discover_name(analysis, call->target).text);
    discover_function(analysis, "initialize_identity_maps", call->target);
}

static void find_extract(struct analysis *analysis, const struct copy_code *copy)
{
    static const char how[] = "its result is what .Lrelocated jumps to";

    analysis->has_extract = discover_symbol(analysis, "extract_kernel", &analysis->extract);
    if (!copy->extract && !analysis->has_extract) {
        finding_absent(analysis->finding, "extract-kernel", true,
                       "what .Lrelocated jumps to is no function's result");
        return;
    }
    if (!analysis->has_extract)
        analysis->extract = copy->extract->target;
    analysis->has_extract = true;
    discover_function_stage(analysis, "extract-kernel", "extract_kernel",
                            copy->extract ? copy->extract->target : analysis->extract,
                            STAGE_CERTAIN, how);
}

static void find_all(struct analysis *analysis, const struct region *region)
{
    struct copy_code copy;

    if (!find_jump(analysis, region, &copy)) {
        finding_absent(analysis->finding, "kernel-jump", true,
                       "no jump through a register ends .Lrelocated");
        return;
    }
    uint64_t last = copy.extract ? copy.extract->address : copy.jump->address;
    find_bss(analysis, region, last);
    find_maps(analysis, region, find_idt(analysis, region, last), last);
    find_extract(analysis, &copy);
    finding_stage(analysis->finding, "kernel-jump", MODULE_STUB, copy.jump->address,
                  STAGE_FROM_CODE, copy.extract ? STAGE_CERTAIN : STAGE_LIKELY,
                  "the jump through a register behind extract_kernel's call");
    finding_after(analysis->finding, "kernel-jump", "decompressed");
}

struct error *discover_relocated(struct analysis *analysis)
{
    struct region region;
    struct error *err = region_make(&analysis->functions64, analysis->relocated, UINT64_MAX,
                                    &region);

    if (err)
        return err;
    find_all(analysis, &region);
    region_close(&region);
    return NULL;
}
