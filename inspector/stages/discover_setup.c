/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 16-bit code's stages. Control goes from the jump at 0x200 to start_of_setup, whose rep stos
 * clears .bss before it calls main; one of main's calls asks the firmware for the e820 map; and
 * some function that is reached from main sets CR0.PE and jumps to 32-bit code.
 */
#include "discover_internal.h"

#include <stdio.h>

#include "setup_functions.h"

#define ENTRY 0x200 /* of the file: the boot protocol's */

/* detect_memory may leave each way of asking to a function of its own. */
#define ASKING_DEPTH 3

/* The 32-bit code behind the far jump is a dozen instructions long. */
#define FLAT_MAX 64

struct search {
    struct finding *finding;
    struct setup_functions *functions;
    const struct setup_function *start, *main; /* NULL: not found */
};

/* The function of that symbol; NULL without it. */
static const struct setup_function *symbol_function(const struct search *search, const char *name)
{
    uint64_t value;

    if (!search->finding->setup || !symbols_value(search->finding->setup, name, &value))
        return NULL;
    return setup_function(search->functions, value);
}

static void label_function(const struct search *search, const char *name,
                           const struct setup_function *function)
{
    struct symbol_info info = {0};

    if (search->finding->setup)
        symbols_info(search->finding->setup, name, &info);
    finding_function(search->finding, name, MODULE_SETUP, function->entry,
                     info.size ? info.size : function->end - function->entry);
}

/* What was not found, when a limit may be the reason. */
static const char *cut_short(const struct search *search)
{
    return search->functions->cut ? " (more code than is looked at)" : "";
}

static void find_start(struct search *search)
{
    struct insn insn;

    search->start = symbol_function(search, "start_of_setup");
    if (!search->start && code_decode(&search->functions->code, ENTRY, &insn) &&
        insn.flow == FLOW_JUMP && insn.direct && insn.target > ENTRY)
        search->start = setup_function(search->functions, insn.target);
    if (!search->start)
        return;
    finding_label(search->finding, "_start", MODULE_SETUP, ENTRY);
    finding_label(search->finding, "start_of_setup", MODULE_SETUP, search->start->entry);
}

static const struct setup_call *call_of(const struct setup_function *caller,
                                        const struct setup_function *callee)
{
    for (size_t i = 0; caller && callee && i < caller->call_count; i++)
        if (caller->calls[i].target == callee->entry)
            return &caller->calls[i];
    return NULL;
}

static void no_setup_entry(struct search *search)
{
    const struct setup_function *start = search->start;

    if (!start)
        finding_absent(search->finding, "setup-entry", true,
                       "the boot protocol's entry, at 0x200 of the file, is no jump into setup");
    else if (start->clear_count == 0)
        finding_absent(search->finding, "setup-entry", true,
                       "no rep stos that clears .bss on the way from start_of_setup (0x%llx)%s",
                       (unsigned long long)start->entry, cut_short(search));
    else
        finding_absent(search->finding, "setup-entry", true,
                       "no call comes behind start_of_setup's rep stos at 0x%llx",
                       (unsigned long long)start->clear.site);
}

static void setup_entry_by_symbol(struct search *search, const struct setup_call *call)
{
    finding_stage(search->finding, "setup-entry", MODULE_SETUP, call->site, STAGE_FROM_SYMBOL,
                  STAGE_CERTAIN, "start_of_setup's call of main, by their symbols");
}

static void setup_entry_by_code(struct search *search, const struct setup_clear *clear)
{
    bool one = search->start->clear_count == 1 && clear->has_start;
    struct stage *stage = finding_stage(
        search->finding, "setup-entry", MODULE_SETUP, clear->call.site, STAGE_FROM_CODE,
        one ? STAGE_CERTAIN : STAGE_LIKELY, "the call behind the %s rep stos on the way from 0x200",
        search->start->clear_count == 1 ? "one" : "first");

    if (clear->has_start)
        snprintf(stage->how, sizeof(stage->how),
                 "the call behind the %s rep stos on the way from 0x200, which clears from 0x%llx "
                 "on (.bss)",
                 search->start->clear_count == 1 ? "one" : "first",
                 (unsigned long long)clear->start);
}

static void find_main(struct search *search)
{
    const struct setup_function *named = symbol_function(search, "main");
    const struct setup_call *call = call_of(search->start, named);
    const struct setup_clear *clear = search->start ? &search->start->clear : NULL;

    search->main = named;
    if (call) {
        setup_entry_by_symbol(search, call);
    } else if (clear && clear->has_call) {
        setup_entry_by_code(search, clear);
        if (!named)
            search->main = setup_function(search->functions, clear->call.target);
    } else {
        no_setup_entry(search);
    }
    if (search->main)
        label_function(search, "main", search->main);
}

static bool asks(const struct setup_function *function)
{
    return function->asks_e820 && function->says_smap && function->calls_int15;
}

/* True when the function at entry, or one that it calls, asks int 0x15 for the e820 map. */
static bool leads_to_e820(const struct search *search, uint64_t entry, unsigned int depth)
{
    const struct setup_function *function = setup_function(search->functions, entry);

    if (!function || function->walking)
        return false;
    if (asks(function))
        return true;
    for (size_t i = 0; depth > 1 && i < function->call_count; i++)
        if (leads_to_e820(search, function->calls[i].target, depth - 1))
            return true;
    return false;
}

static void memory_detected_by_code(struct search *search)
{
    const struct setup_call *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < search->main->call_count; i++) {
        const struct setup_call *call = &search->main->calls[i];

        if (leads_to_e820(search, call->target, ASKING_DEPTH) && count++ == 0)
            first = call;
    }
    if (!first) {
        finding_absent(search->finding, "memory-detected", true,
                       asks(search->main)
                           ? "main asks for the e820 map itself: no call to stop behind%s"
                           : "nothing that main calls asks int 0x15 for the e820 map%s",
                       cut_short(search));
        return;
    }
    finding_stage(search->finding, "memory-detected", MODULE_SETUP, first->next, STAGE_FROM_CODE,
                  count == 1 ? STAGE_CERTAIN : STAGE_LIKELY,
                  "behind main's %s call that leads to int 0x15 with 0xe820 and \"SMAP\"",
                  count == 1 ? "one" : "first");
    label_function(search, "detect_memory", setup_function(search->functions, first->target));
}

static void find_memory_detected(struct search *search)
{
    const struct setup_function *named = symbol_function(search, "detect_memory");
    const struct setup_call *call = call_of(search->main, named);

    if (!search->main) {
        finding_absent(search->finding, "memory-detected", true,
                       "main, which would call for it, was not found");
        return;
    }
    if (!call) {
        memory_detected_by_code(search);
        return;
    }
    finding_stage(search->finding, "memory-detected", MODULE_SETUP, call->next, STAGE_FROM_SYMBOL,
                  STAGE_CERTAIN, "behind main's call of detect_memory, by their symbols");
    label_function(search, "detect_memory", named);
}

/* The function with the switch to protected mode among all those that were reached. */
static const struct setup_function *find_switch(const struct search *search, size_t *ret_count)
{
    const struct setup_function *named = symbol_function(search, "protected_mode_jump");
    const struct setup_function *found = NULL;

    *ret_count = 1;
    if (named && named->has_switch)
        return named;
    *ret_count = 0;
    for (size_t i = 0; search->main && i < search->functions->count; i++) {
        const struct setup_function *function = &search->functions->list[i];

        if (function->has_switch && (*ret_count)++ == 0)
            found = function;
    }
    return found;
}

/* What the 32-bit code at entry ends with. */
struct flat {
    bool ends;    /* with a jump through a register */
    uint64_t end; /* that jump's address */
    bool ds, ss;  /* loaded on the way there */
    char name[8]; /* of the register */
};

static void follow_flat(const struct code *code, uint64_t address, struct flat *ret)
{
    struct insn insn;

    for (unsigned int i = 0; i < FLAT_MAX && code_decode(code, address, &insn); i++) {
        const cs_x86_op *operand = &insn.operands[0];
        bool reg = insn.operand_count > 0 && operand->type == X86_OP_REG;

        ret->ds |= insn.id == X86_INS_MOV && reg && operand->reg == X86_REG_DS;
        ret->ss |= insn.id == X86_INS_MOV && reg && operand->reg == X86_REG_SS;
        if (insn.id == X86_INS_JMP && reg) {
            ret->ends = true;
            ret->end = address;
            snprintf(ret->name, sizeof(ret->name), "%s", cs_reg_name(code->capstone, operand->reg));
            return;
        }
        if (insn.flow != FLOW_NEXT &&
            !(insn.flow == FLOW_JUMP && insn.id == X86_INS_JMP && insn.direct))
            return;
        address = insn.flow == FLOW_JUMP ? insn.target : address + insn.size;
    }
}

static void protected_mode_at(struct search *search, const struct setup_switch *mode, size_t count,
                              const struct flat *flat)
{
    bool certain = count == 1 && mode->protects && flat->ds && flat->ss;

    if (!mode->moved)
        finding_absent(search->finding, "protected-mode", true,
                       "the far jump at 0x%llx, behind a mov to cr0, is to no place in setup",
                       (unsigned long long)mode->site);
    else if (!flat->ends)
        finding_absent(search->finding, "protected-mode", true,
                       "the 32-bit code at 0x%llx, where the far jump goes, ends with no jump "
                       "through a register",
                       (unsigned long long)mode->target);
    else
        finding_stage(
            search->finding, "protected-mode", MODULE_SETUP, flat->end, STAGE_FROM_CODE,
            certain ? STAGE_CERTAIN : STAGE_LIKELY,
            "the jmp *%%%s that ends the 32-bit code at 0x%llx, where the far jump behind "
            "mov to cr0 (0x%llx) goes",
            flat->name, (unsigned long long)mode->target, (unsigned long long)mode->site);
}

static struct error *find_protected_mode(struct search *search)
{
    const struct code *code = &search->functions->code;
    struct flat flat = {0};
    struct code flat_code;
    size_t count;
    const struct setup_function *function = find_switch(search, &count);

    if (!function) {
        finding_absent(search->finding, "protected-mode", true,
                       search->main ? "no far jump behind a mov to cr0 is reached from main%s"
                                    : "main, from where it would be reached, was not found%s",
                       cut_short(search));
        return NULL;
    }
    struct error *err = code_open(code->bytes, code->start, code->size, 32, &flat_code);
    if (err)
        return err;
    follow_flat(&flat_code, function->mode.target, &flat);
    code_close(&flat_code);
    protected_mode_at(search, &function->mode, count, &flat);
    if (function->plain)
        label_function(search, "protected_mode_jump", function);
    return NULL;
}

struct error *discover_setup(struct finding *finding)
{
    struct search search = {.finding = finding};
    struct error *err = setup_functions_open(finding->image->bytes,
                                             finding->image->protected_offset, &search.functions);

    if (err)
        return err;
    find_start(&search);
    find_main(&search);
    find_memory_detected(&search);
    err = find_protected_mode(&search);
    setup_functions_close(search.functions);
    return err;
}
