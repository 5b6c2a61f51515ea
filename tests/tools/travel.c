/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives a debugger back and forth over a boot and holds every place against what was there when
 * the guest first came by: travel IMAGE CASE [SEED]. The case passed when the status is 0.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

#include "debugger.h"
#include "guest.h"

#define MEMORY      "64M"
#define MEMORY_SIZE UINT64_C(0x4000000)
#define PIECE       0x40000
#define PLACES_MAX  128
#define JUMPS       200
#define UNUSED      UINT64_C(0x3400000) /* physical: nobody is there */

/* One place as it was when the guest first came there. */
struct visit {
    uint64_t count;
    const struct stage *stage;
    uint32_t hash;    /* all registers, and the memory that the boot works in */
    uint32_t all;     /* all RAM; 0: not taken */
    uint32_t markers; /* how many */
};

struct travel {
    struct guest_options guest;
    struct debugger *debugger;
    struct session *session;
    struct visit visits[PLACES_MAX];
    size_t count;
};

static void expect(bool holds, const char *what, uint64_t got, uint64_t wanted)
{
    if (!holds)
        give_up("%s: got %" PRIu64 " (0x%" PRIx64 "), expected %" PRIu64 " (0x%" PRIx64 ")", what,
                got, got, wanted, wanted);
}

static void same(const char *what, uint64_t got, uint64_t wanted)
{
    expect(got == wanted, what, got, wanted);
}

static void open_travel(struct travel *travel, const char *image)
{
    struct debugger_options options = {.session = {.guest = &travel->guest, .image = image},
                                       .travel = true};

    guest_options_init(&travel->guest);
    travel->guest.memory = MEMORY;
    travel->guest.timeout_ms = 300000; /* of one movement; a loaded machine is no failure */
    must(debugger_open(&options, &travel->debugger));
    travel->session = debugger_session(travel->debugger);
}

static const struct stop *stop_of(const struct travel *travel)
{
    const struct stop *stop;

    must(debugger_stop(travel->debugger, &stop));
    return stop;
}

static uint64_t now(const struct travel *travel)
{
    return stop_of(travel)->instructions.value;
}

static const struct stage *stage(const struct travel *travel, const char *name)
{
    const struct stage *found = stages_named(&travel->session->stages, name);

    if (!found)
        give_up("no checkpoint %s", name);
    return found;
}

static uint32_t add(uint32_t hash, const void *bytes, size_t length)
{
    return (uint32_t)crc32(hash, bytes, (unsigned int)length);
}

/* Member by member: what lies between them is nobody's. */
static uint32_t hash_registers(const struct registers *regs)
{
    const uint64_t others[] = {regs->rip,        regs->rflags,    regs->cr0,
                               regs->cr2,        regs->cr3,       regs->cr4,
                               regs->cr8,        regs->efer,      regs->gdtr.base,
                               regs->gdtr.limit, regs->idtr.base, regs->idtr.limit};
    uint32_t hash = add(0, regs->gpr, sizeof(regs->gpr));

    hash = add(hash, others, sizeof(others));
    for (int i = 0; i < SEG_COUNT; i++) {
        const struct segment *segment = &regs->segment[i];
        const uint64_t parts[] = {segment->selector, segment->base, segment->limit,
                                  segment->attributes};

        hash = add(hash, parts, sizeof(parts));
    }
    return hash;
}

static uint32_t hash_memory(const struct travel *travel, uint32_t hash, uint64_t from, uint64_t end)
{
    static uint8_t bytes[PIECE];

    if (end > MEMORY_SIZE - 0x20000) /* the top is the firmware's, and may be reserved */
        end = MEMORY_SIZE - 0x20000;
    for (; from < end; from += PIECE) {
        size_t length = end - from < PIECE ? (size_t)(end - from) : PIECE;

        must(target_read_phys(travel->session->target, phys(from), bytes, length));
        hash = add(hash, bytes, length);
    }
    return hash;
}

/* Low memory, the image as loaded, the copy with its tables, the start of the output. */
static uint32_t hash_here(const struct travel *travel)
{
    const struct stop *stop = stop_of(travel);
    const struct facts *facts = &stop->facts;
    uint32_t hash = hash_registers(&stop->regs);

    hash = hash_memory(travel, hash, 0, 0xa0000);
    hash = hash_memory(travel, hash, 0x100000, 0x380000);
    if (facts->copy.known)
        hash = hash_memory(travel, hash, facts->copy.value, facts->copy.value + 0x280000);
    if (facts->output.known)
        hash = hash_memory(travel, hash, facts->output.value, facts->output.value + 0x100000);
    return hash;
}

static uint32_t hash_all(const struct travel *travel)
{
    return hash_memory(travel, hash_memory(travel, 0, 0, 0xa0000), 0x100000, MEMORY_SIZE);
}

static uint32_t marker_count(const struct travel *travel)
{
    return (uint32_t)markers_count(qemu_markers(travel->session->qemu));
}

static void note(struct travel *travel)
{
    struct visit *visit = &travel->visits[travel->count];

    *visit = (struct visit){.count = now(travel),
                            .stage = stop_of(travel)->stage,
                            .hash = hash_here(travel),
                            .markers = marker_count(travel)};
    if (travel->count % 8 == 0)
        visit->all = hash_all(travel);
    travel->count++;
}

static void compare(const struct travel *travel, const struct visit *visit)
{
    same("instructions", now(travel), visit->count);
    expect(stop_of(travel)->stage == visit->stage, "checkpoint", stop_of(travel)->stage != NULL,
           visit->stage != NULL);
    same("registers and memory", hash_here(travel), visit->hash);
    same("markers", marker_count(travel), visit->markers);
}

/* A place on the way to the next checkpoint: by single steps, or by its count. */
static void visit_between(struct travel *travel)
{
    struct arrival arrival;
    uint64_t before = now(travel);

    if (rand() % 2) {
        must(debugger_step(travel->debugger, (uint64_t)(1 + rand() % 40), &arrival));
    } else {
        uint64_t count = before + (uint64_t)(rand() % 100000);

        must(debugger_go(travel->debugger, count, &arrival));
        same("gone to", now(travel), count);
    }
    note(travel);
}

static void next_checkpoint(struct travel *travel, struct arrival *ret)
{
    must(debugger_run(travel->debugger, RUN_NEXT_CHECKPOINT, NULL, ret));
}

static void first_way(struct travel *travel)
{
    struct arrival arrival;

    for (next_checkpoint(travel, &arrival); arrival.kind == ARRIVED_CHECKPOINT;
         next_checkpoint(travel, &arrival)) {
        note(travel);
        if (rand() % 2)
            visit_between(travel);
    }
    same("end", arrival.kind, ARRIVED_EXIT);
}

static void ends_well(struct travel *travel)
{
    enum qemu_end end;

    must(qemu_wait(travel->session->qemu, loop_in(10000), &end));
    same("QEMU's end", end, QEMU_PASS);
}

static void jump(struct travel *travel, const struct visit *visit)
{
    struct arrival arrival;
    bool alive = debugger_alive(travel->debugger);

    if (visit->stage && rand() % 2)
        must(debugger_back(travel->debugger, visit->stage, &arrival));
    else if (alive && now(travel) >= visit->count && rand() % 2)
        must(debugger_step_back(travel->debugger, now(travel) - visit->count, &arrival));
    else
        must(debugger_go(travel->debugger, visit->count, &arrival));
    enum arrival_kind wanted = visit->stage ? ARRIVED_CHECKPOINT : ARRIVED_STEP;
    expect(arrival.kind == wanted || arrival.kind == ARRIVED_STEP, "arrival", arrival.kind, wanted);
}

/* NULL when the first way led past it to a place behind. */
static const struct visit *visit_at(const struct travel *travel, const struct stage *at)
{
    for (size_t i = 0; i < travel->count; i++)
        if (travel->visits[i].stage == at)
            return &travel->visits[i];
    return NULL;
}

/* The rest of the boot, from any place: the later checkpoints as they were, and the same end. */
static void go_on(struct travel *travel)
{
    uint64_t from = now(travel), to_come = 0, came = 0;
    struct arrival arrival;

    for (size_t i = 0; i < travel->count; i++)
        to_come += travel->visits[i].stage && travel->visits[i].count > from;
    for (next_checkpoint(travel, &arrival); arrival.kind == ARRIVED_CHECKPOINT;
         next_checkpoint(travel, &arrival)) {
        const struct visit *visit = visit_at(travel, arrival.stage);

        if (visit)
            compare(travel, visit);
        came += visit != NULL;
    }
    same("end", arrival.kind, ARRIVED_EXIT);
    same("later checkpoints", came, to_come);
    ends_well(travel);
}

static void case_jumps(struct travel *travel)
{
    first_way(travel);
    ends_well(travel);
    for (int i = 0; i < JUMPS; i++) {
        const struct visit *visit = &travel->visits[(size_t)rand() % travel->count];

        jump(travel, visit);
        compare(travel, visit);
        if (visit->all && i % 10 == 0)
            same("all memory", hash_all(travel), visit->all);
        if (i % 67 == 66)
            go_on(travel);
    }
}

static uint64_t link_of(const struct travel *travel, const char *symbol)
{
    uint64_t link;

    if (!symbols_value(travel->session->symbols.stub, symbol, &link))
        give_up("no symbol %s", symbol);
    return link;
}

/* Every hit forwards, then the same ones backwards, and nothing before the first. */
static void hits_both_ways(struct travel *travel, enum arrival_kind kind, unsigned int number)
{
    uint64_t counts[PLACES_MAX];
    struct arrival arrival;
    size_t count = 0;

    must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    for (; arrival.kind == kind && count < PLACES_MAX; count++) {
        same("number", arrival.number, number);
        counts[count] = now(travel);
        must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    }
    same("end", arrival.kind, ARRIVED_EXIT);
    expect(count > 0, "hits", count, 1);
    while (count-- > 0) {
        must(debugger_run_back(travel->debugger, &arrival));
        same("kind", arrival.kind, kind);
        same("number", arrival.number, number);
        same("hit", now(travel), counts[count]);
    }
    must(debugger_run_back(travel->debugger, &arrival));
    same("before the first hit", arrival.kind, ARRIVED_BEGINNING);
    same("start", now(travel), 0);
}

static void case_breakpoints(struct travel *travel)
{
    unsigned int number;

    must(debugger_break_symbol(travel->debugger, MODULE_STUB, link_of(travel, "console_print"),
                               "console_print", &number));
    hits_both_ways(travel, ARRIVED_BREAKPOINT, number);
}

static void case_symbol_in_the_copy(struct travel *travel)
{
    uint64_t link = link_of(travel, "extract_kernel");
    struct arrival arrival;
    unsigned int number;

    must(debugger_break_symbol(travel->debugger, MODULE_STUB, link, "extract_kernel", &number));
    must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    same("arrival", arrival.kind, ARRIVED_BREAKPOINT);
    same("number", arrival.number, number);
    same("pc", registers_pc(&stop_of(travel)->regs).value,
         stop_of(travel)->facts.copy.value + link);
    must(debugger_delete(travel->debugger, number));
    must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    same("deleted", arrival.kind, ARRIVED_EXIT);
}

static void case_watchpoints(struct travel *travel)
{
    struct arrival arrival;
    unsigned int number;

    must(debugger_run(travel->debugger, RUN_TO_CHECKPOINT, stage(travel, "extract-kernel"),
                      &arrival));
    virt_t where = virt(stop_of(travel)->facts.copy.value + link_of(travel, "chosen_location"));
    must(debugger_watch(travel->debugger, WATCH_WRITE, where, 8, "chosen_location", &number));
    must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    same("arrival", arrival.kind, ARRIVED_WATCHPOINT);
    same("watched", arrival.watched.value, where.value);
    must(debugger_restart(travel->debugger, &arrival));
    hits_both_ways(travel, ARRIVED_WATCHPOINT, number);
}

/* Killed while it stands, and on its way: what was kept is there all the same. */
static void case_killed(struct travel *travel)
{
    struct arrival arrival;
    enum qemu_end end;

    must(debugger_run(travel->debugger, RUN_TO_CHECKPOINT, stage(travel, "relocated"), &arrival));
    note(travel);
    next_checkpoint(travel, &arrival);
    kill(qemu_pid(travel->session->qemu), SIGKILL);
    must(qemu_wait(travel->session->qemu, loop_in(10000), &end));
    must(debugger_back(travel->debugger, stage(travel, "relocated"), &arrival));
    compare(travel, &travel->visits[0]);
    kill(qemu_pid(travel->session->qemu), SIGKILL);
    error_free(debugger_run(travel->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival));
    same("alive", debugger_alive(travel->debugger), false);
    must(debugger_go(travel->debugger, travel->visits[0].count, &arrival));
    compare(travel, &travel->visits[0]);
    must(debugger_run(travel->debugger, RUN_FREELY, NULL, &arrival));
    same("end", arrival.kind, ARRIVED_EXIT);
    ends_well(travel);
}

static uint64_t unused_word(const struct travel *travel)
{
    uint64_t value;

    must(target_read_phys(travel->session->target, phys(UNUSED), &value, sizeof(value)));
    return value;
}

static void case_write(struct travel *travel)
{
    const struct stage *later = stage(travel, "relocated"), *here = stage(travel, "startup-64");
    struct debugger *debugger = travel->debugger;
    const uint64_t value = 0x1122334455667788;
    struct arrival arrival;

    must(debugger_run(debugger, RUN_TO_CHECKPOINT, later, &arrival));
    must(debugger_back(debugger, here, &arrival));
    expect(debugger_record(debugger, later) != NULL, "record", 0, 1);
    must(debugger_write_memory(debugger, true, UNUSED, &value, sizeof(value)));
    expect(debugger_record(debugger, later) == NULL, "record after the write", 1, 0);
    struct error *err = debugger_back(debugger, later, &arrival);
    expect(error_kind(err) == ERROR_INPUT, "back to what is forgotten", err != NULL, 1);
    error_free(err);
    must(debugger_run(debugger, RUN_TO_CHECKPOINT, later, &arrival));
    same("the write, later", unused_word(travel), value);
    must(debugger_step_back(debugger, 1000, &arrival));
    same("the write, after going back behind it", unused_word(travel), value);
    must(debugger_back(debugger, stage(travel, "startup-32"), &arrival));
    same("before the write", unused_word(travel), 0);
    must(debugger_run(debugger, RUN_TO_CHECKPOINT, later, &arrival));
    same("a boot without the write", unused_word(travel), 0);
}

/* RLIMIT_FSIZE instead of a full disk: QEMU's writes fail, now with EFBIG. */
static void case_no_room(struct travel *travel)
{
    struct rlimit limit = {0x1000000, RLIM_INFINITY};
    struct arrival arrival;
    unsigned int errors = 0;

    prlimit(qemu_pid(travel->session->qemu), RLIMIT_FSIZE, &limit, NULL);
    do {
        struct error *err = debugger_run(travel->debugger, RUN_NEXT_CHECKPOINT, NULL, &arrival);

        errors += err != NULL;
        if (err && (error_kind(err) != ERROR_SYSTEM || !strstr(error_message(err), "savevm")))
            give_up("not the error of a full disk: %s", error_message(err));
        error_free(err);
        arrival = *debugger_arrival(travel->debugger);
    } while (arrival.kind == ARRIVED_CHECKPOINT);
    same("errors", errors, 1);
    same("end", arrival.kind, ARRIVED_EXIT);
    must(debugger_back(travel->debugger, stage(travel, "kernel-entry"), &arrival));
    same("at", stop_of(travel)->stage->index, stage(travel, "kernel-entry")->index);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct travel *travel);
    } cases[] = {
        {"jumps", case_jumps},
        {"breakpoints", case_breakpoints},
        {"symbol", case_symbol_in_the_copy},
        {"watchpoints", case_watchpoints},
        {"killed", case_killed},
        {"write", case_write},
        {"no-room", case_no_room},
    };
    static struct travel travel;

    if (argc < 3)
        give_up("usage: travel IMAGE CASE [SEED]");
    srand(argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 1);
    signal(SIGXFSZ, SIG_IGN); /* QEMU inherits this: a write that is too far is an error then */
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(argv[2], cases[i].name) != 0)
            continue;
        open_travel(&travel, argv[1]);
        cases[i].run(&travel);
        debugger_close(travel.debugger);
        return 0;
    }
    give_up("%s: no such case", argv[2]);
}
