/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_walk.h"

#include <stdlib.h>
#include <string.h>

#include "annotate_loop.h"
#include "annotate_note.h"
#include "arrival.h"
#include "guest.h"

#define FRAMES_MAX 64
/* The routines of checkpoint_emit.h, one for each width of code. */
#define MARKER_WRITER "checkpoint_emit"
/* debugger_until() has a deadline: it is begun anew after so many steps. */
#define STEPS_A_MOVEMENT 4096

/* A call that was gone into. */
struct frame {
    uint64_t back; /* where it returns to, linear */
    size_t first;  /* its first entry */
};

/* What has to be done at full speed before the next step. */
enum ahead { AHEAD_NOTHING, AHEAD_REPEAT, AHEAD_LOOP, AHEAD_CALL };

struct walk {
    struct debugger *debugger;
    const struct walk_options *options;
    struct annotation *annotation;
    struct decoder *decoder;
    struct moment before;
    struct frame frames[FRAMES_MAX];
    unsigned int frame_count;
    uint64_t movement; /* steps of this one */
    bool arrived;
    enum ahead ahead;
    struct moment held;   /* AHEAD_REPEAT: before its first repetition */
    uint64_t back, stack; /* AHEAD_CALL: where it returns to, and rsp then at least */
    struct loop loop;     /* AHEAD_LOOP */
};

static struct error *no_memory(void)
{
    return error_new(ERROR_SYSTEM, "annotate: no memory");
}

static struct annotation_entry *add(struct walk *walk, enum annotation_kind kind, uint64_t address,
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
static struct error *add_step(struct walk *walk, const struct moment *moment,
                              const struct stop *stop, uint64_t times)
{
    const struct code *code = &moment->code;
    uint64_t pc = registers_pc(&stop->regs).value;
    struct annotation_entry *entry = add(walk, times ? ANNOTATED_REPEAT : ANNOTATED_STEP,
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
    if (walk->frame_count < walk->options->depth && walk->frame_count < FRAMES_MAX &&
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

/* A signal between two movements would be forgotten by the debugger. */
static bool was_interrupted(const struct walk *walk)
{
    return walk->options->interrupted && *walk->options->interrupted;
}

static struct error *interrupted(const struct walk *walk)
{
    return error_new(ERROR_INPUT, "annotate: interrupted before %s", walk->options->to->name);
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
        err = add_step(walk, &walk->before, stop, 0);
        if (!err)
            err = follow(walk, stop);
    }
    walk->arrived = stop->stage == walk->options->to;
    if (!err)
        err = moment_take(walk->decoder, stop, &walk->before);
    *ret = walk->arrived || walk->ahead || walk->movement >= STEPS_A_MOVEMENT ||
           walk->annotation->stepped >= walk->options->max_stepped || was_interrupted(walk);
    return err;
}

/* What ended a movement too early. */
static struct error *ended(struct walk *walk, const struct arrival *arrival)
{
    struct error *err = arrival_error(walk->debugger, arrival);

    if (err)
        return err;
    if (arrival->kind == ARRIVED_INTERRUPT)
        return interrupted(walk);
    return error_new(ERROR_GUEST, "annotate: the guest ended before %s", walk->options->to->name);
}

static bool met(const struct walk *walk, const struct arrival *arrival, const struct stop *stop)
{
    uint64_t pc = registers_pc(&stop->regs).value;

    if (stop->stage == walk->options->to)
        return true;
    if (arrival->kind != ARRIVED_BREAKPOINT)
        return false;
    if (walk->ahead == AHEAD_CALL) /* deeper calls of the same function pass here too */
        return pc == walk->back && stop->regs.gpr[RSP] >= walk->stack;
    if (walk->ahead == AHEAD_REPEAT)
        return pc == walk->held.code.address + walk->held.code.size;
    return loop_left(&walk->loop, pc);
}

/* Runs at full speed to one of the places that end what is ahead, or to the goal. */
static struct error *run_until_met(struct walk *walk, const struct stop **ret)
{
    struct arrival arrival = {0};
    struct error *err;

    do {
        if (was_interrupted(walk))
            return interrupted(walk);
        err = debugger_run(walk->debugger, RUN_TO_CHECKPOINT, walk->options->to, &arrival);
        if (!err && arrival.kind != ARRIVED_BREAKPOINT && arrival.kind != ARRIVED_WATCHPOINT &&
            arrival.kind != ARRIVED_CHECKPOINT)
            err = ended(walk, &arrival);
        if (!err)
            err = debugger_stop(walk->debugger, ret);
    } while (!err && !met(walk, &arrival, *ret));
    return err;
}

static struct error *run_ahead(struct walk *walk, const struct stop **ret)
{
    const uint64_t *places = walk->loop.exits;
    unsigned int numbers[LOOP_EXITS_MAX], count = walk->loop.exit_count, set = 0;
    uint64_t behind = walk->held.code.address + walk->held.code.size;
    struct error *err = NULL, *late;

    if (walk->ahead != AHEAD_LOOP) {
        places = walk->ahead == AHEAD_CALL ? &walk->back : &behind;
        count = 1;
    }
    for (; set < count && !err; set++)
        err = debugger_break(walk->debugger, virt(places[set]), "annotate", &numbers[set]);
    if (err)
        set--;
    else
        err = run_until_met(walk, ret);
    while (set-- > 0) {
        late = debugger_delete(walk->debugger, numbers[set]);
        if (err)
            error_free(late);
        else
            err = late;
    }
    return err ? err : debugger_stop(walk->debugger, ret);
}

static struct maybe passed(const struct moment *before, const struct stop *stop)
{
    if (!before->instructions.known || !stop->instructions.known)
        return (struct maybe){0};
    return known(stop->instructions.value - before->instructions.value);
}

/* All passes are as long as the first, or their number is not known. */
static uint64_t passes(const struct walk *walk, struct maybe ran)
{
    const struct annotation_entry *head = &walk->annotation->entries[walk->loop.head];

    if (!ran.known || !head->at.known || !walk->before.instructions.known)
        return 0;
    uint64_t length = walk->before.instructions.value - head->at.value;
    return length && ran.value % length == 0 ? ran.value / length : 0;
}

static struct error *add_ahead(struct walk *walk, const struct stop *stop)
{
    struct maybe ran = passed(&walk->before, stop);
    struct annotation_entry *entry;
    uint64_t address = walk->ahead == AHEAD_LOOP ? walk->loop.start : walk->before.code.address;
    uint64_t times = walk->ahead == AHEAD_LOOP ? passes(walk, ran) : 0;

    entry = add(walk, walk->ahead == AHEAD_LOOP ? ANNOTATED_LOOP : ANNOTATED_CALL, address, stop);
    if (!entry)
        return no_memory();
    entry->instructions = ran;
    entry->times = times;
    if (walk->ahead == AHEAD_CALL) {
        note_target(entry, stop, address);
        note_source(walk->annotation, entry, stop, walk->back - 1); /* of the call */
    }
    note_registers(entry, &walk->before.regs, stop);
    return NULL;
}

/* Repetitions that were done: the counter's difference, whether it ran down or a condition ended it. */
static uint64_t repetitions(const struct walk *walk, const struct stop *stop)
{
    uint64_t mask = registers_mode(&stop->regs) == CPU_LONG64 ? UINT64_MAX : UINT32_MAX;

    return (walk->held.regs.gpr[RCX] - stop->regs.gpr[RCX]) & mask;
}

static struct error *go_ahead(struct walk *walk)
{
    const struct stop *stop = NULL;
    struct error *err = run_ahead(walk, &stop);

    if (err)
        return err;
    if (walk->ahead == AHEAD_REPEAT)
        err = add_step(walk, &walk->held, stop, repetitions(walk, stop));
    else
        err = add_ahead(walk, stop);
    if (walk->ahead == AHEAD_LOOP && walk->frame_count &&
        registers_pc(&stop->regs).value == walk->frames[walk->frame_count - 1].back)
        walk->frame_count--;
    walk->ahead = AHEAD_NOTHING;
    walk->arrived = stop->stage == walk->options->to;
    return err ? err : moment_take(walk->decoder, stop, &walk->before);
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
        if (was_interrupted(walk))
            return interrupted(walk);
        walk->movement = 0;
        err = debugger_until(walk->debugger, on_step, walk, &arrival);
        /* The user's own breakpoints do not end it. */
        if (!err && arrival.kind != ARRIVED_CONDITION && arrival.kind != ARRIVED_BREAKPOINT &&
            arrival.kind != ARRIVED_WATCHPOINT)
            err = ended(walk, &arrival);
        else if (!err && walk->ahead && !walk->arrived)
            err = go_ahead(walk);
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
