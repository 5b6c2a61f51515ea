/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup_functions.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENT_SIZE 0x10000 /* 16-bit code reaches no further */
#define DEPTH_MAX    24
#define ADDS_MAX     4

#define E820 0xe820
#define SMAP 0x534d4150

/* What is known on a straight piece of the way; forgotten where ways part. */
struct line {
    bool pushed;
    uint64_t push; /* by the instruction before this one */
    bool has_di;
    uint64_t di;
    bool cleared; /* a rep stos, and no branch since */
    bool ored, cr0, protects;
    size_t add_count;
    uint64_t adds[ADDS_MAX]; /* where in memory something was added to */
};

struct walk {
    struct setup_functions *functions;
    struct setup_function *function;
    size_t depth;
    uint8_t *seen; /* by address: its instruction was walked, or waits in todo */
    uint32_t *todo;
    size_t todo_count;
    struct line line;
};

static struct setup_function *enter(struct setup_functions *functions, uint64_t entry,
                                    size_t depth);

static bool immediate(const struct insn *insn, unsigned int operand, uint64_t *ret)
{
    if (insn->operand_count <= operand || insn->operands[operand].type != X86_OP_IMM)
        return false;
    *ret = (uint64_t)insn->operands[operand].imm;
    return true;
}

static bool is_register(const struct insn *insn, unsigned int operand, x86_reg reg)
{
    return insn->operand_count > operand && insn->operands[operand].type == X86_OP_REG &&
           insn->operands[operand].reg == reg;
}

static void note_constants(struct setup_function *function, const struct insn *insn)
{
    uint64_t value;

    if (insn->flow != FLOW_NEXT)
        return;
    for (unsigned int i = 0; i < insn->operand_count; i++) {
        if (!immediate(insn, i, &value))
            continue;
        function->says_smap |= (uint32_t)value == SMAP;
        if (insn->id == X86_INS_MOV)
            function->asks_e820 |= (uint16_t)value == E820;
        /* The shortest way to a small constant is to push it. */
        if (insn->id == X86_INS_MOV || insn->id == X86_INS_PUSH)
            function->calls_int15 |= (uint16_t)value == 0x15;
        function->calls_int15 |= insn->id == X86_INS_INT && value == 0x15;
    }
}

static bool is_stos(const struct insn *insn)
{
    return insn->rep &&
           (insn->id == X86_INS_STOSB || insn->id == X86_INS_STOSW || insn->id == X86_INS_STOSD);
}

static void note_clear(struct walk *walk, const struct insn *insn)
{
    struct setup_function *function = walk->function;
    uint64_t value;

    if (insn->id == X86_INS_MOV &&
        (is_register(insn, 0, X86_REG_DI) || is_register(insn, 0, X86_REG_EDI))) {
        walk->line.has_di = immediate(insn, 1, &value);
        walk->line.di = walk->line.has_di ? value : 0;
    }
    if (!is_stos(insn) || function->clear_count++ > 0)
        return;
    walk->line.cleared = true;
    function->clear = (struct setup_clear){
        .site = insn->address, .has_start = walk->line.has_di, .start = walk->line.di};
}

static void note_switch(struct walk *walk, const struct insn *insn)
{
    struct line *line = &walk->line;
    struct setup_function *function = walk->function;
    const cs_x86_op *memory = &insn->operands[0];
    uint64_t value;

    if (insn->id == X86_INS_ADD && memory->type == X86_OP_MEM &&
        memory->mem.base == X86_REG_INVALID && memory->mem.index == X86_REG_INVALID)
        line->adds[line->add_count++ % ADDS_MAX] = (uint16_t)memory->mem.disp;
    if (insn->id == X86_INS_OR && immediate(insn, 1, &value) && value & 1)
        line->ored = true;
    if (insn->id == X86_INS_MOV && is_register(insn, 0, X86_REG_CR0)) {
        line->cr0 = true;
        line->protects = line->ored;
    }
    if (insn->id != X86_INS_LJMP || !line->cr0 || function->has_switch ||
        !immediate(insn, 1, &value))
        return;
    uint64_t stored_at = insn->address + insn->size - 2 - insn->operands[1].size;
    function->has_switch = true;
    function->mode = (struct setup_switch){
        .site = insn->address, .target = (uint32_t)value, .protects = line->protects};
    for (size_t i = 0; i < line->add_count && i < ADDS_MAX; i++)
        function->mode.moved |= line->adds[i] == stored_at;
}

static void add_call(struct walk *walk, const struct insn *insn)
{
    struct setup_function *function = walk->function;
    struct setup_call call = {
        .site = insn->address, .next = insn->address + insn->size, .target = insn->target};

    if (walk->line.cleared && !function->clear.has_call) {
        function->clear.call = call;
        function->clear.has_call = true;
    }
    if (function->call_count == SETUP_CALLS_MAX) {
        walk->functions->cut = true;
        return;
    }
    size_t at = function->call_count++;
    for (; at > 0 && function->calls[at - 1].site > call.site; at--)
        function->calls[at] = function->calls[at - 1];
    function->calls[at] = call;
}

/* True when the call comes back, as far as can be seen. */
static bool note_call(struct walk *walk, const struct insn *insn)
{
    walk->function->plain = false;
    if (!insn->direct)
        return true;
    add_call(walk, insn);
    const struct setup_function *callee = enter(walk->functions, insn->target, walk->depth + 1);
    return !callee || callee->walking || callee->back;
}

static void later(struct walk *walk, uint64_t address)
{
    if (address >= walk->functions->code.size || walk->seen[address])
        return;
    walk->seen[address] = 1;
    walk->todo[walk->todo_count++] = (uint32_t)address;
}

/* The far return behind "push constant", which is how start_of_setup jumps to a good %cs. */
static bool returns_to(const struct walk *walk, const struct insn *insn, uint64_t *ret)
{
    *ret = walk->line.push & 0xffff;
    return insn->id == X86_INS_RETF && walk->line.pushed;
}

/* Takes one instruction in; false when control does not go on to *next from it. */
static bool take(struct walk *walk, const struct insn *insn, uint64_t *next)
{
    bool go_on = true;

    note_constants(walk->function, insn);
    note_clear(walk, insn);
    note_switch(walk, insn);
    *next = insn->address + insn->size;
    switch (insn->flow) {
    case FLOW_CALL:
        go_on = note_call(walk, insn);
        break;
    case FLOW_JUMP:
        go_on = insn->direct;
        *next = insn->target;
        /* Whoever is jumped to through a register or a table may well return to the caller. */
        walk->function->back |= !go_on && insn->id != X86_INS_LJMP;
        break;
    case FLOW_BRANCH:
        walk->function->plain = false;
        walk->line = (struct line){0};
        if (insn->direct)
            later(walk, insn->target);
        break;
    case FLOW_RETURN:
        go_on = returns_to(walk, insn, next);
        walk->function->back |= !go_on;
        break;
    case FLOW_NOWHERE:
        go_on = false;
        break;
    default:
        break;
    }
    if (insn->flow == FLOW_CALL)
        walk->line = (struct line){0};
    walk->line.pushed = insn->id == X86_INS_PUSH && immediate(insn, 0, &walk->line.push);
    return go_on;
}

static void follow(struct walk *walk, uint64_t address)
{
    struct setup_functions *functions = walk->functions;
    struct insn insn;

    walk->line = (struct line){0};
    for (;;) {
        if (functions->decodes == SETUP_DECODES_MAX) {
            functions->cut = true;
            return;
        }
        functions->decodes++;
        if (!code_decode(&functions->code, address, &insn))
            return;
        if (insn.address >= walk->function->entry && address + insn.size > walk->function->end)
            walk->function->end = address + insn.size;
        if (!take(walk, &insn, &address) || address >= functions->code.size || walk->seen[address])
            return;
        walk->seen[address] = 1;
    }
}

static bool walk_function(struct setup_functions *functions, struct setup_function *function,
                          size_t depth)
{
    size_t size = functions->code.size;
    struct walk walk = {.functions = functions,
                        .function = function,
                        .depth = depth,
                        .seen = calloc(size, 1),
                        .todo = calloc(size, sizeof(uint32_t))};

    if (walk.seen && walk.todo) {
        later(&walk, function->entry);
        while (walk.todo_count > 0)
            follow(&walk, walk.todo[--walk.todo_count]);
    }
    bool good = walk.seen && walk.todo;
    free(walk.seen);
    free(walk.todo);
    return good;
}

static struct setup_function *known(struct setup_functions *functions, uint64_t entry)
{
    for (size_t i = 0; i < functions->count; i++)
        if (functions->list[i].entry == entry)
            return &functions->list[i];
    return NULL;
}

static struct setup_function *enter(struct setup_functions *functions, uint64_t entry, size_t depth)
{
    struct setup_function *function = known(functions, entry);

    if (function || entry >= functions->code.size)
        return function;
    if (functions->count == SETUP_FUNCTIONS_MAX || depth == DEPTH_MAX) {
        functions->cut = true;
        return NULL;
    }
    function = &functions->list[functions->count++];
    *function = (struct setup_function){
        .entry = entry, .end = entry, .walking = true, .plain = true};
    functions->cut |= !walk_function(functions, function, depth);
    function->walking = false;
    return function;
}

/* Where ways lead into another function's body, that is not this one's end. */
static void trim(struct setup_functions *functions)
{
    for (size_t i = 0; i < functions->count; i++)
        for (size_t j = 0; j < functions->count; j++) {
            struct setup_function *function = &functions->list[i];
            uint64_t other = functions->list[j].entry;

            if (other > function->entry && other < function->end)
                function->end = other;
        }
}

const struct setup_function *setup_function(struct setup_functions *functions, uint64_t entry)
{
    size_t before = functions->count;
    const struct setup_function *function = enter(functions, entry, 0);

    if (functions->count > before)
        trim(functions);
    return function;
}

struct error *setup_functions_open(const uint8_t *bytes, size_t size, struct setup_functions **ret)
{
    struct setup_functions *functions = calloc(1, sizeof(*functions));

    if (!functions)
        return error_new(ERROR_SYSTEM, "setup code: no memory to follow it");
    struct error *err = code_open(bytes, 0, size < SEGMENT_SIZE ? size : SEGMENT_SIZE, 16,
                                  &functions->code);
    if (err) {
        free(functions);
        return err;
    }
    *ret = functions;
    return NULL;
}

void setup_functions_close(struct setup_functions *functions)
{
    if (!functions)
        return;
    code_close(&functions->code);
    free(functions);
}
