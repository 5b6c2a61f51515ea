/* SPDX-License-Identifier: GPL-3.0-or-later */
/* startup_64: the place of the copy, the first IDT, 5-level paging, the copying, the jump. */
#include <stdlib.h>

#include "discover_code.h"

#define INIT_SIZE 0x260 /* struct boot_params.hdr.init_size */

/* What startup_64 is about: the copy, known by the jump into it. */
struct copying {
    const struct insn *movs, *jump;
    struct value base; /* with offset 0: where link address 0 of the copy is */
    uint64_t target;
};

/* The link address of what is at value in the copy. */
static uint64_t link_of(struct value base, struct value value)
{
    return (uint64_t)value.offset - (uint64_t)base.offset;
}

static bool is_rep(const struct insn *insn, unsigned int a, unsigned int b, unsigned int c)
{
    return insn->rep && (insn->id == a || insn->id == b || insn->id == c);
}

/* The last rep movs that every way to the jump passes, and that writes to what is jumped to. */
static const struct insn *find_movs(const struct region *region, uint64_t jump, struct value target)
{
    const struct insn *found = NULL;

    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];
        struct value_state before;

        if (is_rep(insn, X86_INS_MOVSQ, X86_INS_MOVSD, X86_INS_MOVSB) &&
            region_passes(region, insn->address, jump) &&
            values_before(&region->values, insn->address, &before) &&
            value_same_base(before.registers[INSN_RDI], target) &&
            (!found || region_passes(region, found->address, insn->address)))
            found = insn;
    }
    return found;
}

/*
 * Where link address 0 of the copy is: what is copied tells, by its link address and by where it goes.
 * Where that cannot be read, a base of its own kind is taken for it.
 */
static bool find_base(const struct region *region, const struct insn *movs, struct value target,
                      struct value *ret)
{
    struct value_state before;

    if (!values_before(&region->values, movs->address, &before))
        return false;
    struct value from = before.registers[INSN_RSI];
    *ret = before.registers[INSN_RDI];
    if (from.base == VALUE_ADDRESS) {
        *ret = value_plus(*ret, (int64_t)(0 - (uint64_t)from.offset));
        return true;
    }
    ret->offset = 0;
    return target.base == VALUE_RESULT || target.base == VALUE_MERGED;
}

/* jmp through a register that holds (where the copy is) + (a link address). */
static bool find_jump(const struct analysis *analysis, const struct region *region,
                      struct copying *ret)
{
    for (size_t i = 0; i < region->graph.block_count; i++) {
        const struct insn *last = region_last(region, i);
        struct value_state state;
        unsigned int width;

        if (!region->graph.blocks[i].leaves || last->flow != FLOW_JUMP ||
            last->operand_count != 1 || last->operands[0].type != X86_OP_REG ||
            !values_before(&region->values, last->address, &state))
            continue;
        struct value target = state.registers[insn_gpr_of(last->operands[0].reg, &width) & 15];
        const struct insn *movs = target.base == VALUE_ADDRESS
                                      ? NULL
                                      : find_movs(region, last->address, target);
        struct value base;
        if (!movs || !find_base(region, movs, target, &base))
            continue;
        *ret = (struct copying){
            .movs = movs, .jump = last, .base = base, .target = link_of(base, target)};
        if (ret->target < analysis->code64.size)
            return true;
    }
    return false;
}

/*
 * The constant that is taken off init_size where the base is made: _end. Code that is not to be moved
 * adds the kernel's own address, a constant too.
 */
static void find_end(struct analysis *analysis, const struct region *region, struct value base)
{
    const struct setup_fields *setup = &analysis->finding->image->setup;
    const struct value size = {.base = VALUE_FIELD, .id = value_field(INSN_RSI, INIT_SIZE)};
    const struct insn *insn;
    struct value_state before;
    uint64_t address;
    unsigned int width;

    if (value_same_base(base, size) && !setup->relocatable_kernel) {
        discover_label(analysis, "_end", setup->pref_address - (uint64_t)base.offset);
        return;
    }
    if (!value_result(base, &address) || !(insn = code_at(&analysis->code64, address)) ||
        !values_before(&region->values, address, &before))
        return;
    for (uint8_t i = 0; i < insn->operand_count; i++) {
        if (insn->operands[i].type != X86_OP_REG)
            continue;
        struct value value = before.registers[insn_gpr_of(insn->operands[i].reg, &width) & 15];
        if (value_same_base(value, size) && value.offset < 0)
            discover_label(analysis, "_end", 0 - (uint64_t)value.offset);
    }
}

/* The first instruction that puts the stack into the copy. */
static void find_stack(struct analysis *analysis, const struct region *region,
                       const struct copying *copying)
{
    const struct insn *found = NULL;
    uint64_t offset = 0;

    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];
        struct value_state behind;

        if ((insn->id != X86_INS_LEA && insn->id != X86_INS_MOV && insn->id != X86_INS_ADD) ||
            !insn_operand_is(insn, 0, INSN_RSP) ||
            !region_passes(region, insn->address, copying->movs->address) ||
            (found && !region_passes(region, insn->address, found->address)) ||
            !values_after(&region->values, insn->address, &behind) ||
            !value_same_base(behind.registers[INSN_RSP], copying->base) ||
            link_of(copying->base, behind.registers[INSN_RSP]) == 0)
            continue;
        found = insn;
        offset = link_of(copying->base, behind.registers[INSN_RSP]);
    }
    if (!found) {
        finding_absent(analysis->finding, "relocation-target", true,
                       "startup_64 does not put the stack into the copy it jumps to");
        return;
    }
    finding_stage(analysis->finding, "relocation-target", MODULE_STUB, insn_end(found),
                  STAGE_FROM_CODE, STAGE_CERTAIN,
                  "startup_64 has put its stack into the copy-to-be, at 0x%llx",
                  (unsigned long long)found->address);
    discover_label(analysis, "boot_stack_end", offset);
}

static void find_idt(struct analysis *analysis, const struct region *region,
                     const struct copying *copying)
{
    const struct insn *call = discover_call(analysis, region, STARTUP_64, copying->movs->address,
                                            discover_is_lidt);

    if (!call) {
        finding_absent(analysis->finding, "stage1-idt", false,
                       "startup_64 loads no IDT before the copy");
        return;
    }
    finding_stage(analysis->finding, "stage1-idt", MODULE_STUB, insn_end(call), STAGE_FROM_CODE,
                  STAGE_CERTAIN, "behind startup_64's call of %s, which does lidt",
                  discover_name(analysis, call->target).text);
    discover_function(analysis, "load_stage1_idt", call->target);
}

/* The copy's gdt: written into the descriptor that is loaded behind the copying. */
static void find_gdt(struct analysis *analysis, const struct region *region,
                     const struct copying *copying)
{
    for (size_t i = 0; i < region->graph.insn_count; i++) {
        struct value table;

        if (discover_loads_gdt(region, region->graph.insns[i], &table) &&
            value_same_base(table, copying->base))
            discover_label(analysis, "gdt", link_of(copying->base, table));
    }
}

/* The indirect calls of a function. */
struct toggling {
    unsigned int calls;
    const struct insn *call; /* the last */
};

static bool reads_cr4(void *context, const struct insn *insn)
{
    (void)context;
    return insn->id == X86_INS_MOV && insn->operand_count == 2 &&
           insn->operands[1].type == X86_OP_REG && insn->operands[1].reg == X86_REG_CR4;
}

static struct error *toggling_of(struct analysis *analysis, uint64_t function, struct toggling *ret)
{
    const struct insn **list;
    size_t count;

    *ret = (struct toggling){0};
    if (!code_walk(&analysis->functions64, NULL, 0, function, &list, &count))
        return error_new(ERROR_SYSTEM, "no memory to look for 5-level paging");
    for (size_t i = 0; i < count; i++)
        if (list[i]->flow == FLOW_CALL && !list[i]->direct) {
            ret->calls++;
            ret->call = list[i];
        }
    free(list);
    return NULL;
}

/* A function of startup_64's that reads CR4 and calls code elsewhere. */
static struct error *find_toggling(struct analysis *analysis, const struct region *region,
                                   const struct copying *copying)
{
    uint64_t reader = 0; /* reads CR4 and calls nothing elsewhere */

    for (size_t i = 0; i < region->graph.insn_count; i++) {
        const struct insn *insn = region->graph.insns[i];
        struct toggling toggling;

        if (insn->flow != FLOW_CALL || !insn->direct ||
            !region_passes(region, insn->address, copying->movs->address))
            continue;
        struct error *err = toggling_of(analysis, insn->target, &toggling);
        if (err)
            return err;
        if (!code_reaches(&analysis->functions64, insn->target, reads_cr4, NULL, NULL))
            continue;
        if (toggling.calls == 0) {
            reader = insn->target;
            continue;
        }
        struct stage *stage = finding_stage(
            analysis->finding, LA57_TRAMPOLINE_NAME, MODULE_STUB, insn_end(toggling.call),
            STAGE_FROM_CODE, toggling.calls == 1 ? STAGE_CERTAIN : STAGE_LIKELY,
            "behind the call of the trampoline in %s, which startup_64 calls",
            discover_name(analysis, insn->target).text);
        stage->optional = true;
        discover_function(analysis, "configure_5level_paging", insn->target);
        return NULL;
    }
    if (reader)
        finding_absent(analysis->finding, LA57_TRAMPOLINE_NAME, true,
                       "%s, which startup_64 calls, reads CR4, but its way into a trampoline for "
                       "5-level paging was not found",
                       discover_name(analysis, reader).text);
    else
        finding_absent(analysis->finding, LA57_TRAMPOLINE_NAME, false,
                       "startup_64 goes through no trampoline for 5-level paging");
    return NULL;
}

/* Older code far-returns into the trampoline on every boot. */
static struct error *find_la57(struct analysis *analysis, const struct region *region,
                               const struct copying *copying)
{
    for (size_t i = 0; i < region->edge_count; i++)
        if (region->edges[i].way != EDGE_STRAIGHT) {
            finding_stage(
                analysis->finding, LA57_TRAMPOLINE_NAME, MODULE_STUB, region->edges[i].to,
                STAGE_FROM_CODE, STAGE_CERTAIN,
                "where the trampoline that startup_64 far-returns into at 0x%llx comes back",
                (unsigned long long)region->edges[i].from);
            return NULL;
        }
    return find_toggling(analysis, region, copying);
}

static struct error *find_all(struct analysis *analysis, const struct region *region)
{
    struct copying copying;

    if (!find_jump(analysis, region, &copying))
        return error_new(ERROR_INPUT,
                         "%s: no decompressor of Linux: its 64-bit entry leads to no copy of "
                         "itself that is jumped to",
                         analysis->finding->image->path);
    find_stack(analysis, region, &copying);
    find_end(analysis, region, copying.base);
    find_gdt(analysis, region, &copying);
    find_idt(analysis, region, &copying);
    finding_stage(analysis->finding, "image-copied", MODULE_STUB, insn_end(copying.movs),
                  STAGE_FROM_CODE, STAGE_CERTAIN, "behind rep movs in startup_64");
    finding_stage(analysis->finding, "relocated", MODULE_STUB, copying.target, STAGE_FROM_CODE,
                  STAGE_CERTAIN, "what startup_64's jump to the copy at 0x%llx goes to",
                  (unsigned long long)copying.jump->address);
    discover_function(analysis, ".Lrelocated", copying.target);
    analysis->relocated = copying.target;
    return find_la57(analysis, region, &copying);
}

struct error *discover_startup_64(struct analysis *analysis)
{
    struct region region;
    struct error *err = region_make(&analysis->functions64, STARTUP_64, UINT64_MAX, &region);

    if (err)
        return err;
    err = find_all(analysis, &region);
    region_close(&region);
    return err;
}
