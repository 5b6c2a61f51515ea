/* SPDX-License-Identifier: GPL-3.0-or-later */
/* startup_32: where the code finds out its address, builds page tables and leaves for long mode. */
#include "discover_code.h"

static bool writes_link_zero(const struct region *region, const struct insn *insn)
{
    struct value_state before, behind;
    unsigned int width;

    if ((insn->id != X86_INS_SUB && insn->id != X86_INS_LEA && insn->id != X86_INS_ADD) ||
        insn->operand_count < 2 || insn->operands[0].type != X86_OP_REG ||
        !values_before(&region->values, insn->address, &before) ||
        !values_after(&region->values, insn->address, &behind))
        return false;
    enum insn_gpr gpr = insn_gpr_of(insn->operands[0].reg, &width);
    return gpr != INSN_NO_GPR && behind.registers[gpr].base == VALUE_ADDRESS &&
           behind.registers[gpr].offset == 0;
}

/* The first instruction on the way to last (or of all, when there is none) that makes link 0. */
static void find_load_address(struct analysis *analysis, const struct region *region)
{
    const struct insn *found = NULL;

    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];

        if (writes_link_zero(region, insn) &&
            (!found || region_passes(region, insn->address, found->address)))
            found = insn;
    }
    if (found)
        finding_stage(analysis->finding, "load-address-known", MODULE_STUB, insn_end(found),
                      STAGE_FROM_CODE, STAGE_CERTAIN,
                      "startup_32 has popped its own address and taken the link address off it at "
                      "0x%llx",
                      (unsigned long long)found->address);
    else
        finding_absent(analysis->finding, "load-address-known", true,
                       "startup_32 makes no call to find its own address");
}

static void find_page_tables(struct analysis *analysis, const struct region *region)
{
    const struct insn *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < region->graph.insn_count; i++)
        if (discover_writes_cr3(NULL, region->graph.insns[i])) {
            found = region->graph.insns[i];
            count++;
        }
    if (count == 1)
        finding_stage(analysis->finding, "early-page-tables", MODULE_STUB, insn_end(found),
                      STAGE_FROM_CODE, STAGE_CERTAIN, "behind the write to cr3 in startup_32");
    else if (count > 1)
        finding_stage(analysis->finding, "early-page-tables", MODULE_STUB, insn_end(found),
                      STAGE_FROM_CODE, STAGE_LIKELY,
                      "behind the last of %zu writes to cr3 in startup_32", count);
    else
        finding_absent(analysis->finding, "early-page-tables", true, "startup_32 writes no cr3");
}

static bool forms_startup_64(const struct region *region)
{
    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];
        struct value_state behind;
        unsigned int width;

        if (insn->id != X86_INS_LEA || !values_after(&region->values, insn->address, &behind))
            continue;
        enum insn_gpr gpr = insn_gpr_of(insn->operands[0].reg, &width);
        if (gpr != INSN_NO_GPR && behind.registers[gpr].base == VALUE_ADDRESS &&
            behind.registers[gpr].offset == STARTUP_64)
            return true;
    }
    return false;
}

/* lgdt of a descriptor whose address field was written before: that is where the table is. */
static void find_gdt(struct analysis *analysis, const struct region *region)
{
    for (size_t i = 0; i < region->graph.insn_count; i++) {
        struct value table;

        if (discover_loads_gdt(region, region->graph.insns[i], &table) &&
            table.base == VALUE_ADDRESS) {
            discover_label(analysis, "gdt", (uint64_t)table.offset);
            return;
        }
    }
}

struct error *discover_startup_32(struct analysis *analysis)
{
    struct region region;
    struct error *err = region_make(&analysis->functions32, 0, STARTUP_64, &region);

    if (err)
        return err;
    finding_stage(analysis->finding, "startup-32", MODULE_STUB, 0, STAGE_FROM_PROTOCOL,
                  STAGE_CERTAIN, "the boot protocol's 32-bit entry");
    finding_function(analysis->finding, "startup_32", MODULE_STUB, 0, 0);
    find_load_address(analysis, &region);
    find_page_tables(analysis, &region);
    find_gdt(analysis, &region);
    finding_stage(analysis->finding, "startup-64", MODULE_STUB, STARTUP_64, STAGE_FROM_PROTOCOL,
                  STAGE_CERTAIN, "%s",
                  forms_startup_64(&region)
                      ? "the boot protocol's 64-bit entry; startup_32 makes its address for a far "
                        "return"
                      : "the boot protocol's 64-bit entry");
    finding_function(analysis->finding, "startup_64", MODULE_STUB, STARTUP_64, 0);
    region_close(&region);
    return NULL;
}
