/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_walk_internal.h"

#include <stdlib.h>
#include <string.h>

/* The routines of checkpoint_emit.h, one for each width of code. */
#define MARKER_WRITER "checkpoint_emit"
/* debugger_until() has a deadline: it is begun anew after so many steps. */
#define STEPS_A_MOVEMENT 4096

static struct error *no_memory(void)
{
    return error_new(ERROR_SYSTEM, "annotate: no memory");
}

struct annotation_entry *walk_add(struct walk *walk, enum annotation_kind kind, uint64_t address,
                                  const struct stop *stop)
{
    struct annotation_entry *entry = annotation_add(walk->annotation);

    if (!entry)
        return NULL;
    entry->kind = kind;
    entry->address = address;
    entry->depth = walk->frame_count;
    note_source(walk->annotation, entry, stop, address);
    return entry;
}

/* The instruction of moment, with what it did up to stop. */
struct error *walk_add_step(struct walk *walk, const struct moment *moment, const struct stop *stop,
                            uint64_t times)
{
    const struct code *code = &moment->code;
    uint64_t pc = registers_pc(&stop->regs).value;
    struct annotation_entry *entry = walk_add(walk, times ? ANNOTATED_REPEAT : ANNOTATED_STEP,
                                              code->address, stop);
    struct error *err;

    if (!entry)
        return no_memory();
    entry->code = strdup(code->decoded ? code->text : "(bad)");
    entry->at = moment->instructions;
    entry->conditional = code->conditional;
    entry->times = times;
    entry->taken = pc != code->address + code->size;
    if (entry->taken)
        note_target(entry, stop, pc);
    err = times ? note_fill(entry, moment, stop, times) : note_memory(entry, moment, stop);
    if (!err)
        note_registers(entry, &moment->regs, stop);
    return err;
}

/* What writes a marker shows how the boot is watched, and nothing of the boot: it runs as one. */
static bool writes_marker(const struct stop *stop, uint64_t pc)
{
    char where[256];

    return stop_describe(stop, virt(pc), where, sizeof(where)) &&
           strncmp(where, MARKER_WRITER, strlen(MARKER_WRITER)) == 0;
}

/* A call is gone into as long as the depth allows; else it runs as one. */
static void follow_call(struct walk *walk, uint64_t pc, const struct stop *stop)
{
    const struct code *code = &walk->before.code;
    uint64_t back = code->address + code->size;

    if (pc == back) /* "call 1f; 1: pop": nobody returns from there */
        return;
    if (walk->frame_count < walk->options->depth && walk->frame_count < WALK_FRAMES_MAX &&
        !writes_marker(stop, pc)) {
        walk->frames[walk->frame_count++] = (struct frame){.back = back,
                                                           .first = walk->annotation->count};
        return;
    }
    walk->ahead = AHEAD_CALL;
    walk->back = back;
    walk->stack = walk->before.regs.gpr[RSP];
}

/* The earliest entry of this frame at that address; SIZE_MAX: there is none. */
static size_t seen(const struct walk *walk, uint64_t address)
{
    size_t first = walk->frame_count ? walk->frames[walk->frame_count - 1].first : 0;

    for (size_t i = first; i < walk->annotation->count; i++)
        if (walk->annotation->entries[i].address == address &&
            walk->annotation->entries[i].depth == walk->frame_count &&
            walk->annotation->entries[i].kind <= ANNOTATED_REPEAT)
            return i;
    return SIZE_MAX;
}

/* A jump back to what this frame ran already: the passes from here on are like the one above. */
static struct error *follow_jump(struct walk *walk, uint64_t pc, const struct stop *stop)
{
    const struct code *code = &walk->before.code;
    struct error *err;
    size_t head;
    bool found;

    if (pc > code->address)
        return NULL;
    head = seen(walk, pc);
    if (head == SIZE_MAX)
        return NULL;
    uint64_t back = walk->frame_count ? walk->frames[walk->frame_count - 1].back : 0;
    err = loop_find(walk->decoder, walk->annotation, head, walk->frame_count, back, stop,
                    &walk->loop, &found);
    if (!err && found)
        walk->ahead = AHEAD_LOOP;
    return err;
}

static struct error *follow(struct walk *walk, const struct stop *stop)
{
    const struct code *code = &walk->before.code;
    uint64_t pc = registers_pc(&stop->regs).value;
    unsigned int frames = walk->frame_count;

    if (code->call)
        follow_call(walk, pc, stop);
    else if (code->ret && frames && pc == walk->frames[frames - 1].back)
        walk->frame_count--;
    else if (code->jump && pc != code->address + code->size)
        return follow_jump(walk, pc, stop);
    return NULL;
}

/* After each step: notes what the instruction did, and looks at the next. */
static struct error *on_step(void *context, const struct stop *stop, bool *ret)
{
    struct walk *walk = context;
    struct error *err = NULL;

    walk->annotation->stepped++;
    walk->movement++;
    if (walk->before.code.repeats && registers_pc(&stop->regs).value == walk->before.code.address) {
        walk->held = walk->before;
        walk->ahead = AHEAD_REPEAT;
    } else {
        err = walk_add_step(walk, &walk->before, stop, 0);
        if (!err)
            err = follow(walk, stop);
    }
    walk->arrived = stop->stage == walk->options->to;
    if (!err)
        err = moment_take(walk->decoder, stop, &walk->before);
    *ret = walk->arrived || walk->ahead || walk->movement >= STEPS_A_MOVEMENT ||
           walk->annotation->stepped >= walk->options->max_stepped || walk_was_interrupted(walk);
    return err;
}

static struct error *too_many(const struct walk *walk)
{
    return error_new(ERROR_INPUT,
                     "annotate: %s instructions, and %s is not reached; name a nearer checkpoint, "
                     "or use --depth 0 or a larger --max-instructions",
                     text_count(walk->annotation->stepped), walk->options->to->name);
}

static struct error *go(struct walk *walk)
{
    struct error *err = NULL;

    while (!err && !walk->arrived) {
        struct arrival arrival;

        if (walk->annotation->stepped >= walk->options->max_stepped)
            return too_many(walk);
        if (walk_was_interrupted(walk))
            return walk_interrupted(walk);
        walk->movement = 0;
        err = debugger_until(walk->debugger, on_step, walk, &arrival);
        /* The user's own breakpoints do not end it. */
        if (!err && arrival.kind != ARRIVED_CONDITION && arrival.kind != ARRIVED_BREAKPOINT &&
            arrival.kind != ARRIVED_WATCHPOINT)
            err = walk_ended(walk, &arrival);
        else if (!err && walk->ahead && !walk->arrived)
            err = walk_ahead(walk);
    }
    return err;
}

struct error *annotate_walk(struct debugger *debugger, const struct walk_options *options,
                            struct annotation *ret)
{
    struct walk *walk = calloc(1, sizeof(*walk));
    const struct stop *stop = NULL;
    struct maybe start = {0};
    struct error *err;

    if (!walk)
        return no_memory();
    walk->debugger = debugger;
    walk->options = options;
    walk->annotation = ret;
    err = decoder_new(&walk->decoder);
    if (!err)
        err = debugger_stop(debugger, &stop);
    if (!err) {
        start = stop->instructions;
        err = moment_take(walk->decoder, stop, &walk->before);
    }
    if (!err)
        err = go(walk);
    ret->complete = !err;
    if (start.known && walk->before.instructions.known)
        ret->instructions = known(walk->before.instructions.value - start.value);
    decoder_free(walk->decoder);
    free(walk);
    return err;
}
