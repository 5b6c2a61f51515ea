/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What annotate does at full speed: run past what would only repeat itself, and note what came of it. */
#include "annotate_walk_internal.h"

#include "arrival.h"

/* A signal between two movements would be forgotten by the debugger. */
bool walk_was_interrupted(const struct walk *walk)
{
    return walk->options->interrupted && *walk->options->interrupted;
}

struct error *walk_interrupted(const struct walk *walk)
{
    return error_new(ERROR_INPUT, "annotate: interrupted before %s", walk->options->to->name);
}

/* What ended a movement too early. */
struct error *walk_ended(struct walk *walk, const struct arrival *arrival)
{
    struct error *err = arrival_error(walk->debugger, arrival);

    if (err)
        return err;
    if (arrival->kind == ARRIVED_INTERRUPT)
        return walk_interrupted(walk);
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
        if (walk_was_interrupted(walk))
            return walk_interrupted(walk);
        err = debugger_run(walk->debugger, RUN_TO_CHECKPOINT, walk->options->to, &arrival);
        if (!err && arrival.kind != ARRIVED_BREAKPOINT && arrival.kind != ARRIVED_WATCHPOINT &&
            arrival.kind != ARRIVED_CHECKPOINT)
            err = walk_ended(walk, &arrival);
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

    entry = walk_add(walk, walk->ahead == AHEAD_LOOP ? ANNOTATED_LOOP : ANNOTATED_CALL, address,
                     stop);
    if (!entry)
        return error_new(ERROR_SYSTEM, "annotate: no memory");
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

struct error *walk_ahead(struct walk *walk)
{
    const struct stop *stop = NULL;
    struct error *err = run_ahead(walk, &stop);

    if (err)
        return err;
    if (walk->ahead == AHEAD_REPEAT)
        err = walk_add_step(walk, &walk->held, stop, repetitions(walk, stop));
    else
        err = add_ahead(walk, stop);
    if (walk->ahead == AHEAD_LOOP && walk->frame_count &&
        registers_pc(&stop->regs).value == walk->frames[walk->frame_count - 1].back)
        walk->frame_count--;
    walk->ahead = AHEAD_NOTHING;
    walk->arrived = stop->stage == walk->options->to;
    return err ? err : moment_take(walk->decoder, stop, &walk->before);
}
