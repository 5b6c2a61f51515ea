/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interrupts a movement at each turn of the loop that it takes, one turn after the other: interrupts
 * IMAGE CASE, where IMAGE runs in a circle at startup_64. An interrupt that is lost leaves the guest
 * running up to the deadline, which no case accepts. The case passed when the status is 0.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/eventfd.h>

#include "debugger.h"
#include "guest.h"

#define PATIENCE_MS 20000
#define CIRCLE      UINT64_C(0x100200) /* startup_64, as loaded */
#define TURNS       120

struct world {
    struct guest_options guest;
    struct debugger *debugger;
    int always; /* readable, so that each turn of the loop calls us */
    unsigned int turns_left;
    bool done; /* interrupted */
};

/* Runs inside the loop, wherever the debugger waits for QEMU just then. */
static struct error *on_turn(void *context)
{
    struct world *world = context;

    if (world->turns_left > 0 && --world->turns_left == 0) {
        world->done = true;
        debugger_interrupt(world->debugger);
    }
    return NULL;
}

static void open_world(struct world *world, const char *image)
{
    struct debugger_options options = {.session = {.guest = &world->guest, .image = image},
                                       .travel = true};

    guest_options_init(&world->guest);
    world->guest.timeout_ms = PATIENCE_MS;
    must(debugger_open(&options, &world->debugger));
    world->always = eventfd(1, EFD_CLOEXEC);
    must(loop_watch(debugger_session(world->debugger)->loop, world->always, on_turn, world));
}

static uint64_t pc(const struct world *world)
{
    const struct stop *stop;

    must(debugger_stop(world->debugger, &stop));
    return registers_pc(&stop->regs).value;
}

static void arrived(const struct arrival *arrival, enum arrival_kind kind, unsigned int turn)
{
    if (arrival->kind != kind)
        give_up("interrupted at turn %u: arrived as %d, expected %d", turn, (int)arrival->kind,
                (int)kind);
}

/* A breakpoint on the circle: where the guest stands then, QEMU has turned the clock. */
static void stand_at_breakpoint(struct world *world)
{
    struct arrival arrival;
    unsigned int number;

    must(debugger_break(world->debugger, virt(CIRCLE), "circle", &number));
    must(debugger_run(world->debugger, RUN_FREELY, NULL, &arrival));
    arrived(&arrival, ARRIVED_BREAKPOINT, 0);
    must(debugger_delete(world->debugger, number));
}

/* The movement begins, and at its turn-th turn of the loop somebody interrupts. */
static void begin(struct world *world, unsigned int turn)
{
    debugger_drop_interrupt(world->debugger);
    world->done = false;
    world->turns_left = turn;
}

static void case_run(struct world *world)
{
    struct arrival arrival;

    stand_at_breakpoint(world);
    must(debugger_step(world->debugger, 1, &arrival)); /* sets the clock straight */
    for (unsigned int turn = 1; turn <= TURNS; turn++) {
        begin(world, turn);
        must(debugger_run(world->debugger, RUN_FREELY, NULL, &arrival));
        arrived(&arrival, ARRIVED_INTERRUPT, turn);
        if (pc(world) != CIRCLE)
            give_up("interrupted at turn %u: the guest is at 0x%" PRIx64, turn, pc(world));
    }
}

/* From a breakpoint the guest is first taken back, and to the same place again, which nobody sees. */
static void case_from_breakpoint(struct world *world)
{
    struct arrival arrival;

    for (unsigned int turn = 1; turn <= 2048; turn = turn < 16 ? turn + 1 : turn * 5 / 4) {
        stand_at_breakpoint(world);
        begin(world, turn);
        must(debugger_run(world->debugger, RUN_FREELY, NULL, &arrival));
        arrived(&arrival, ARRIVED_INTERRUPT, turn);
        if (pc(world) != CIRCLE)
            give_up("interrupted at turn %u: the guest is at 0x%" PRIx64, turn, pc(world));
    }
}

static void case_steps(struct world *world)
{
    struct arrival arrival;

    stand_at_breakpoint(world);
    for (unsigned int turn = 1; turn <= TURNS; turn++) {
        begin(world, turn);
        must(debugger_step(world->debugger, UINT64_MAX, &arrival));
        arrived(&arrival, ARRIVED_INTERRUPT, turn);
    }
}

static void case_go(struct world *world)
{
    struct arrival arrival;
    const struct stop *stop;

    stand_at_breakpoint(world);
    for (unsigned int turn = 1; turn <= TURNS; turn++) {
        must(debugger_stop(world->debugger, &stop));
        begin(world, turn);
        must(debugger_go(world->debugger, stop->instructions.value + UINT64_C(100000000000),
                         &arrival));
        arrived(&arrival, ARRIVED_INTERRUPT, turn);
    }
}

/* Before a movement: it is for the one that follows, unless the front door drops it. */
static void case_before(struct world *world)
{
    struct arrival arrival;
    const struct stage *last;

    must(debugger_run(world->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival));
    arrived(&arrival, ARRIVED_CHECKPOINT, 0);
    last = arrival.stage;
    debugger_interrupt(world->debugger);
    must(debugger_run(world->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival));
    arrived(&arrival, ARRIVED_INTERRUPT, 0);
    if (arrival.stage != last)
        give_up("an interrupt before the movement: the guest has moved");
    must(debugger_run(world->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival));
    arrived(&arrival, ARRIVED_CHECKPOINT, 0); /* it was delivered once */
    debugger_interrupt(world->debugger);
    debugger_drop_interrupt(world->debugger);
    must(debugger_run(world->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival));
    arrived(&arrival, ARRIVED_CHECKPOINT, 0);
    must(debugger_step(world->debugger, 3, &arrival));
    arrived(&arrival, ARRIVED_STEP, 0);
}

static const struct {
    const char *name;
    void (*run)(struct world *world);
} cases[] = {{"run", case_run},
             {"from-breakpoint", case_from_breakpoint},
             {"steps", case_steps},
             {"go", case_go},
             {"before", case_before}};

int main(int argc, char **argv)
{
    static struct world world;

    if (argc != 3)
        give_up("usage: interrupts IMAGE CASE");
    open_world(&world, argv[1]);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(cases[i].name, argv[2]) != 0)
            continue;
        cases[i].run(&world);
        debugger_close(world.debugger);
        return 0;
    }
    give_up("no case %s", argv[2]);
}
