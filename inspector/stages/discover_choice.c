/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extract_kernel's call of choose_random_location, and where it puts what was chosen. */
#include "discover_code.h"

/* The stack frame of extract_kernel is smaller. */
#define FRAME_MAX 0x10000

static const struct insn *find_call(struct analysis *analysis, const struct region *region,
                                    size_t *ret_count)
{
    struct discover_text wanted = {&analysis->code64, "nokaslr"};
    const struct insn *found = NULL;
    uint64_t symbol = 0;
    bool named = discover_symbol(analysis, "choose_random_location", &symbol);

    *ret_count = 0;
    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];

        if (insn->flow != FLOW_CALL || !insn->direct || (found && insn->target == found->target) ||
            (named && insn->target != symbol) ||
            (!named && !code_reaches(&analysis->functions64, insn->target, discover_uses_text,
                                     &wanted, NULL)))
            continue;
        found = found ? found : insn;
        ++*ret_count;
    }
    return found;
}

/* The offset from rsp of the word that an argument points to. */
static bool slot_of(struct value stack, struct value argument, int32_t *ret)
{
    int64_t offset = (int64_t)((uint64_t)argument.offset - (uint64_t)stack.offset);

    if (!value_same_base(stack, argument) || offset < 0 || offset > FRAME_MAX)
        return false;
    *ret = (int32_t)offset;
    return true;
}

static void add_stage(struct analysis *analysis, const struct region *region,
                      const struct insn *call, size_t count)
{
    struct value_state before, behind;
    int32_t output = 0, chosen = 0;
    bool slots = values_before(&region->values, call->address, &before) &&
                 values_after(&region->values, call->address, &behind) &&
                 value_equal(before.registers[INSN_RSP], behind.registers[INSN_RSP]) &&
                 slot_of(before.registers[INSN_RSP], before.registers[INSN_RDX], &output) &&
                 slot_of(before.registers[INSN_RSP], before.registers[INSN_R8], &chosen);
    uint64_t symbol;
    bool named = discover_symbol(analysis, "choose_random_location", &symbol);
    struct stage *stage = finding_stage(
        analysis->finding, "location-chosen", MODULE_STUB, insn_end(call), STAGE_FROM_CODE,
        named ? STAGE_CERTAIN : STAGE_LIKELY, "behind extract_kernel's call of %s0x%llx%s%s",
        named ? "choose_random_location at " : "", (unsigned long long)call->target,
        named        ? ""
        : count == 1 ? ", which looks for \"nokaslr\""
                     : ", the first of several that look for \"nokaslr\"",
        slots ? "" : "; where it puts its choice is not known");

    stage->has_slots = slots;
    stage->output_slot = output;
    stage->virtual_slot = chosen;
    discover_function(analysis, "choose_random_location", call->target);
}

static void add_absent(struct analysis *analysis)
{
    const struct kernel *kernel = image_kernel(analysis->finding->image);
    uint64_t symbol;

    if (discover_symbol(analysis, "choose_random_location", &symbol))
        finding_absent(analysis->finding, "location-chosen", true,
                       "extract_kernel does not call the symbol choose_random_location");
    else
        finding_absent(analysis->finding, "location-chosen", kernel && kernel->has_relocs,
                       "extract_kernel calls nothing that looks for \"nokaslr\": built without "
                       "CONFIG_RANDOMIZE_BASE");
}

struct error *discover_choice(struct analysis *analysis)
{
    struct region region;
    size_t count;

    if (!analysis->has_extract)
        return NULL;
    struct error *err = region_make(&analysis->functions64, analysis->extract, UINT64_MAX, &region);
    if (err)
        return err;
    const struct insn *call = find_call(analysis, &region, &count);
    if (call)
        add_stage(analysis, &region, call, count);
    else
        add_absent(analysis);
    region_close(&region);
    return NULL;
}
