/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stages of a discovered boot: those whose breakpoint comes late (after), those that are waited for
 * by a read (STAGE_ON_READ), and what is read from the stack (has_slots).
 */
#include "timeline_fixture.h"

/* Of what the scripts pass: decompressed, waited for by reads from [0x580, 0x5c0). */
#define DECOMPRESSED (COPY + 0x590)
#define NEAR         (COPY + 0x588)
#define FAR          (COPY + 0x800) /* the unpacking loop */
#define STACK        UINT64_C(0x18a0000)

enum { CHOSEN_AT = 7, WAITING = 8, JUMP = 9, ENTRY = 10 };

/* As fixture_open(), with one stage more, and nothing that the symbols tell. */
static void open_reading(struct fixture *f, const struct fake_step *steps, size_t count)
{
    static const struct stage waiting = {.name = "decompressed",
                                         .index = 16,
                                         .bits = 64,
                                         .module = MODULE_STUB,
                                         .address = DECOMPRESSED - COPY,
                                         .after = CHOSEN_AT,
                                         .way = STAGE_ON_READ,
                                         .near = 0x580,
                                         .near_end = 0x5c0};
    struct stages *stages = &f->stages;

    fixture_open(f, steps, count, FAKE_EXITS);
    memmove(&stages->list[JUMP], &stages->list[WAITING], 2 * sizeof(stages->list[0]));
    stages->list[WAITING] = waiting;
    stages->count++;
    stages->discovered = true;
    stages->list[CHOSEN_AT].has_slots = true;
    stages->list[CHOSEN_AT].output_slot = 0;
    stages->list[CHOSEN_AT].virtual_slot = 8;
    f->target.variable_address = STACK;
}

/* Up to location-chosen. */
#define BEGINNING                                                                                  \
    {.pc = LOAD + 0x240, .bits = 64, .rbp = PREF, .rbx = COPY}, {.pc = COPY + 0x400, .bits = 64},  \
    {                                                                                              \
        .pc = COPY + 0x500, .bits = 64, .rsp = STACK                                               \
    }
#define BEGINNING_STEPS 3

static void begin(struct fixture *f, const struct fake_step *steps, size_t count)
{
    open_reading(f, steps, count);
    fixture_stage(f, RELOCATION_TARGET);
    fixture_stage(f, RELOCATED);
    fixture_stage(f, CHOSEN_AT);
}

static void test_slots(void **state)
{
    static const struct fake_step steps[] = {BEGINNING};
    struct fixture f;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS);
    assert_int_equal(f.stop->facts.output.value, OUTPUT);
    assert_int_equal(f.stop->facts.virtual.value, VIRTUAL);
    assert_null(f.stop->marker);
    assert_false(f.stop->marker_expected);
    fixture_close(&f);
    open_reading(&f, steps, BEGINNING_STEPS);
    f.target.variable_address = 0;
    fixture_stage(&f, RELOCATION_TARGET);
    fixture_stage(&f, RELOCATED);
    struct error *err = fixture_try(&f);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), "location-chosen"));
    error_free(err);
    fixture_close(&f);
}

/* A kernel without KASLR goes where relocation-target says; one whose choice was not found may not. */
static void test_no_choice(void **state)
{
    static const struct fake_step steps[] = {BEGINNING};
    struct fixture f;

    (void)state;
    open_reading(&f, steps, BEGINNING_STEPS);
    strcpy(f.stages.list[CHOSEN_AT].name, "other");
    f.stages.list[CHOSEN_AT].has_slots = false;
    fixture_stage(&f, RELOCATION_TARGET);
    assert_int_equal(f.stop->facts.output.value, PREF);
    assert_true(f.stop->facts.virtual.known);
    assert_int_equal(f.stop->facts.virtual.value, PREF);
    fixture_close(&f);
    open_reading(&f, steps, BEGINNING_STEPS);
    strcpy(f.stages.list[CHOSEN_AT].name, "other");
    f.stages.absent[0] = (struct stage_absent){.name = "location-chosen", .expected = true};
    f.stages.absent_count = 1;
    fixture_stage(&f, RELOCATION_TARGET);
    assert_false(f.stop->facts.virtual.known);
    fixture_close(&f);
}

/* No breakpoint before the stage that it comes after, nor before the read. */
static void test_waits_for_the_read(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = FAR, .bits = 64, .reads = OUTPUT},  /* the loop itself */
        {.pc = DECOMPRESSED, .bits = 64},          /* seen only if its breakpoint is there */
        {.pc = NEAR, .bits = 64, .reads = OUTPUT}, /* the one */
        {.pc = NEAR, .bits = 64, .reads = OUTPUT}, /* nobody waits any more */
        {.pc = DECOMPRESSED, .bits = 64},
    };
    struct fixture f;

    (void)state;
    open_reading(&f, steps, BEGINNING_STEPS + 5);
    fixture_stage(&f, RELOCATION_TARGET);
    fixture_stage(&f, RELOCATED);
    assert_int_equal(f.target.watched, 0);
    fixture_stage(&f, CHOSEN_AT);
    assert_int_equal(f.target.watched, OUTPUT);
    assert_false(fake_guest_has(&f.target, DECOMPRESSED));
    fixture_stage(&f, WAITING);
    assert_int_equal(f.target.next, BEGINNING_STEPS + 5);
    assert_int_equal(f.target.watched, 0);
    fixture_next(&f, TIMELINE_EXIT);
    fixture_close(&f);
}

/* A copying function reads for its caller, whose address is on top of the stack. */
static void test_reads_for_a_caller(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = FAR, .bits = 64, .reads = OUTPUT, .rsp = 0x7000},
        {.pc = DECOMPRESSED, .bits = 64},
    };
    struct fixture f;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 2);
    f.target.stack_address = 0x7000;
    f.target.stack = NEAR;
    fixture_stage(&f, WAITING);
    fixture_close(&f);
    begin(&f, steps, BEGINNING_STEPS + 2);
    f.target.stack_address = 0x7000;
    f.target.stack = FAR;
    fixture_next(&f, TIMELINE_EXIT);
    fixture_close(&f);
}

/* The next instruction is the stage: nothing is passed over. */
static void test_read_right_before_the_stage(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = DECOMPRESSED, .bits = 64, .reads = OUTPUT},
        {.pc = COPY + 0x600, .bits = 64},
    };
    struct fixture f;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 2);
    fixture_stage(&f, WAITING);
    fixture_stage(&f, JUMP);
    fixture_close(&f);
}

/* Readers that are never the one do not hold the boot up for ever: then it is found the slow way. */
static void test_bounded(void **state)
{
    static struct fake_step steps[BEGINNING_STEPS + 64 + 1] = {BEGINNING};
    struct fixture f;

    (void)state;
    for (size_t i = BEGINNING_STEPS; i < BEGINNING_STEPS + 64; i++)
        steps[i] = (struct fake_step){.pc = FAR, .bits = 64, .reads = OUTPUT};
    steps[BEGINNING_STEPS + 64] = (struct fake_step){.pc = DECOMPRESSED, .bits = 64};
    begin(&f, steps, BEGINNING_STEPS + 64 + 1);
    fixture_stage(&f, WAITING);
    assert_int_equal(f.target.watched, 0);
    fixture_close(&f);
}

static struct timeline_arrival run(struct fixture *f)
{
    struct timeline_arrival arrival;

    assert_null(timeline_run(f->timeline, LOOP_NEVER, &arrival));
    return arrival;
}

/* A user's watchpoint on the same byte is told of the read, and the stage is found all the same. */
static void test_beside_a_watchpoint(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = FAR, .bits = 64, .reads = OUTPUT},
        {.pc = NEAR, .bits = 64, .reads = OUTPUT},
        {.pc = DECOMPRESSED, .bits = 64},
    };
    struct timeline_arrival arrival;
    struct fixture f;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 3);
    f.target.other_watches = 1;
    for (int i = 0; i < 2; i++) {
        arrival = run(&f);
        assert_int_equal(arrival.event, TIMELINE_OTHER);
        assert_int_equal(arrival.why.reason, STOP_WATCHPOINT);
        assert_int_equal(arrival.why.watched.value, OUTPUT);
    }
    arrival = run(&f);
    assert_int_equal(arrival.event, TIMELINE_STAGE);
    assert_string_equal(arrival.stop->stage->name, "decompressed");
    fixture_close(&f);
}

/* A user's breakpoint behind the read would be stepped over if the guest simply went on. */
static void test_beside_a_breakpoint(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = FAR, .bits = 64, .reads = OUTPUT},
    };
    struct timeline_arrival arrival;
    struct fixture f;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 1);
    assert_null(target_insert_breakpoint(&f.target, virt(FAR)));
    arrival = run(&f);
    assert_int_equal(arrival.event, TIMELINE_OTHER);
    assert_int_equal(arrival.why.reason, STOP_BREAKPOINT);
    fixture_close(&f);
}

/* A step that reads is a step; the guest's clock is left as a run leaves it (one stop). */
static void test_steps(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = FAR, .bits = 64},
        {.pc = FAR, .bits = 64, .reads = OUTPUT},
        {.pc = NEAR, .bits = 64, .reads = OUTPUT},
        {.pc = DECOMPRESSED, .bits = 64},
    };
    struct timeline_arrival arrival;
    struct fixture f;
    virt_t pc;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 4);
    for (size_t i = 0; i < 3; i++) {
        assert_null(timeline_step(f.timeline, false, &arrival, &pc));
        assert_int_equal(arrival.event, TIMELINE_OTHER);
        assert_int_equal(arrival.why.reason, STOP_BREAKPOINT);
        assert_int_equal(f.target.again, i);
    }
    assert_null(timeline_step(f.timeline, false, &arrival, &pc));
    assert_int_equal(arrival.event, TIMELINE_STAGE);
    assert_int_equal(f.target.again, 3);
    fixture_close(&f);
}

/* Going back to before the read, one waits for it again; to behind it, the breakpoint is there. */
static void test_going_back(void **state)
{
    static const struct fake_step steps[] = {
        BEGINNING,
        {.pc = NEAR, .bits = 64, .reads = OUTPUT},
        {.pc = FAR, .bits = 64},
        {.pc = DECOMPRESSED, .bits = 64},
    };
    struct timeline_state before, behind;
    struct timeline_arrival arrival;
    const struct stop *stop;
    struct fixture f;
    virt_t pc;

    (void)state;
    begin(&f, steps, BEGINNING_STEPS + 3);
    timeline_save(f.timeline, &before);
    assert_null(timeline_step(f.timeline, false, &arrival, &pc));
    timeline_save(f.timeline, &behind);
    assert_null(timeline_restore(f.timeline, &before, false, &stop));
    assert_int_equal(f.target.watched, OUTPUT);
    assert_false(fake_guest_has(&f.target, DECOMPRESSED));
    assert_null(timeline_restore(f.timeline, &behind, false, &stop));
    assert_int_equal(f.target.watched, 0);
    assert_true(fake_guest_has(&f.target, DECOMPRESSED));
    /* Another QEMU has no watchpoint. */
    assert_null(timeline_restore(f.timeline, &before, false, &stop));
    f.target.watched = 0;
    f.target.breakpoint_count = 0;
    assert_null(timeline_restore(f.timeline, &before, true, &stop));
    assert_int_equal(f.target.watched, OUTPUT);
    fixture_close(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_slots),
    cmocka_unit_test(test_no_choice),
    cmocka_unit_test(test_waits_for_the_read),
    cmocka_unit_test(test_reads_for_a_caller),
    cmocka_unit_test(test_read_right_before_the_stage),
    cmocka_unit_test(test_bounded),
    cmocka_unit_test(test_beside_a_watchpoint),
    cmocka_unit_test(test_beside_a_breakpoint),
    cmocka_unit_test(test_steps),
    cmocka_unit_test(test_going_back),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
