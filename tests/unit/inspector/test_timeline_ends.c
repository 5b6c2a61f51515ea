/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ends a timeline's run other than the next checkpoint, and stops that mean nothing. */
#include "timeline_fixture.h"

static void test_timeout(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, 3, FAKE_HANGS);
    fixture_until(&f, STARTUP_32);
    fixture_next(&f, TIMELINE_TIMEOUT);
    assert_null(f.stop->stage);
    assert_null(f.stop->marker);
    assert_int_equal(f.stop->regs.rip, FAKE_END_PC);
    assert_true(f.stop->facts.load.known); /* what was learned stays */
    assert_string_equal(timeline_last(f.timeline)->name, "startup-32");
    fixture_close(&f);
}

/* A timeout before any checkpoint does not lose the breakpoints for another try. */
static void test_timeout_at_once(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, NULL, 0, FAKE_HANGS);
    fixture_next(&f, TIMELINE_TIMEOUT);
    assert_null(timeline_last(f.timeline));
    f.target.steps = fixture_boot;
    f.target.count = FIXTURE_STEPS;
    f.target.next = 0;
    size_t insertions = f.target.insertions;
    fixture_stage(&f, SETUP_ENTRY);
    assert_int_equal(f.target.insertions, insertions);
    fixture_close(&f);
}

static void test_fault(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, 5, FAKE_SHUTS_DOWN);
    fixture_until(&f, RELOCATION_TARGET);
    fixture_next(&f, TIMELINE_FAULT);
    assert_null(f.stop->stage);
    assert_int_equal(f.stop->regs.rip, FAKE_END_PC);
    assert_string_equal(timeline_last(f.timeline)->name, "relocation-target");
    fixture_close(&f);
}

/* A CPU that is halted for good is where it is, at no checkpoint. */
static void test_halted(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = 0x5000, .bits = 64, .foreign = true, .reason = STOP_HALTED}};
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 1, FAKE_HANGS);
    fixture_next(&f, TIMELINE_HALTED);
    assert_null(f.stop->stage);
    assert_int_equal(f.stop->regs.rip, 0x5000);
    assert_null(timeline_last(f.timeline));
    fixture_close(&f);
}

/* A fault at a checkpoint's very address is a fault all the same: the stage was not passed. */
static void test_fault_at_a_checkpoint(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD, .bits = 32, .foreign = true, .reason = STOP_SHUTDOWN}};
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 1, FAKE_EXITS);
    fixture_next(&f, TIMELINE_FAULT);
    assert_null(f.stop->stage);
    assert_null(timeline_last(f.timeline));
    fixture_close(&f);
}

static void test_exit_before_the_first_checkpoint(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, NULL, 0, FAKE_EXITS);
    fixture_next(&f, TIMELINE_EXIT);
    assert_null(f.stop->stage);
    assert_null(timeline_last(f.timeline));
    fixture_close(&f);
}

static void test_lost_connection(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, 1, FAKE_HANGS_UP);
    fixture_stage(&f, SETUP_ENTRY);
    struct error *err = fixture_try(&f);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_CLOSED);
    error_free(err);
    fixture_close(&f);
}

/* The error stop of the loaded code, with the marker that goes with it. */
static void test_error_stop(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD, .bits = 32, .marker = "@startup-32\n"},
        {.pc = LOAD + 0x700, .bits = 64, .marker = "@error message=0x5000 length=0x10\n"},
    };
    struct fixture f;
    uint64_t value;

    (void)state;
    fixture_open(&f, steps, 2, FAKE_EXITS);
    fixture_stage(&f, STARTUP_32);
    fixture_next(&f, TIMELINE_ERROR);
    assert_string_equal(f.stop->stage->name, "error");
    assert_non_null(f.stop->marker);
    assert_true(marker_value(f.stop->marker, "message", &value));
    assert_int_equal(value, 0x5000);
    assert_string_equal(timeline_last(f.timeline)->name, "startup-32");
    fixture_close(&f);
}

static void test_error_stop_in_the_copy(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD + 0x240, .bits = 64, .rbp = PREF, .rbx = COPY},
        {.pc = COPY + 0x400, .bits = 64},
        {.pc = LOAD + 0x700, .bits = 64}, /* passed over: nothing is expected there now */
        {.pc = COPY + 0x700, .bits = 64},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 4, FAKE_EXITS);
    fixture_stage(&f, RELOCATION_TARGET);
    fixture_stage(&f, RELOCATED);
    fixture_next(&f, TIMELINE_ERROR);
    assert_int_equal(f.stop->regs.rip, COPY + 0x700);
    assert_null(f.stop->marker);
    fixture_close(&f);
}

/* Checkpoints in the wrong order, or left out, are shown as they come. */
static void test_out_of_order(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD + 0x300, .bits = 64},
        {.pc = LOAD, .bits = 32, .rsi = BOOT_PARAMS},
        {.pc = LOAD + 0x300, .bits = 64}, /* passed already */
        {.pc = SETUP + 0x200, .bits = 16},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 4, FAKE_EXITS);
    fixture_stage(&f, IMAGE_COPIED);
    assert_true(fixture_stage(&f, STARTUP_32)->facts.boot_params.known);
    fixture_stage(&f, SETUP_ENTRY);
    fixture_next(&f, TIMELINE_EXIT);
    fixture_close(&f);
}

#define FOREIGN                                                                                    \
    {                                                                                              \
        .pc = 0x7c00, .bits = 32, .foreign = true, .reason = STOP_INTERRUPT                        \
    }
#define FOREIGN_5 FOREIGN, FOREIGN, FOREIGN, FOREIGN, FOREIGN

static void test_foreign_stops_are_ignored(void **state)
{
    static const struct fake_step steps[] = {
        FOREIGN_5, FOREIGN_5, FOREIGN_5, {.pc = LOAD, .bits = 32},
        FOREIGN_5, FOREIGN_5, FOREIGN_5, {.pc = LOAD + 0x20, .bits = 32, .rbp = LOAD},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, sizeof(steps) / sizeof(steps[0]), FAKE_EXITS);
    fixture_stage(&f, STARTUP_32); /* fifteen, and then the sixteenth is ours */
    fixture_stage(&f, LOAD_KNOWN); /* the count starts over at each checkpoint */
    fixture_close(&f);
}

static void test_too_many_foreign_stops(void **state)
{
    static const struct fake_step steps[] = {
        FOREIGN_5, FOREIGN_5, FOREIGN_5, FOREIGN, {.pc = LOAD, .bits = 32}};
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, sizeof(steps) / sizeof(steps[0]), FAKE_EXITS);
    struct error *err = fixture_try(&f);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_GUEST);
    assert_non_null(strstr(error_message(err), "0x7c00"));
    error_free(err);
    assert_int_equal(f.target.resumes, 16);
    fixture_close(&f);
}

/* Somebody's interrupt that happens to stop it at a checkpoint is that checkpoint. */
static void test_interrupt_at_a_checkpoint(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD, .bits = 32, .foreign = true, .reason = STOP_INTERRUPT}};
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 1, FAKE_EXITS);
    fixture_stage(&f, STARTUP_32);
    fixture_close(&f);
}

/* A look at where the guest is now is no checkpoint, and changes nothing. */
static void test_here(void **state)
{
    struct fixture f;
    const struct stop *stop;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    fixture_until(&f, STARTUP_32);
    size_t armed = f.target.breakpoint_count;
    assert_null(timeline_here(f.timeline, &stop));
    assert_null(stop->stage);
    assert_null(stop->marker);
    assert_int_equal(stop->regs.rip, LOAD);
    assert_true(stop->facts.boot_params.known);
    assert_string_equal(timeline_last(f.timeline)->name, "startup-32");
    assert_int_equal(f.target.breakpoint_count, armed);
    fixture_stage(&f, LOAD_KNOWN);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_timeout_at_once),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_halted),
        cmocka_unit_test(test_fault_at_a_checkpoint),
        cmocka_unit_test(test_exit_before_the_first_checkpoint),
        cmocka_unit_test(test_lost_connection),
        cmocka_unit_test(test_error_stop),
        cmocka_unit_test(test_error_stop_in_the_copy),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_foreign_stops_are_ignored),
        cmocka_unit_test(test_too_many_foreign_stops),
        cmocka_unit_test(test_interrupt_at_a_checkpoint),
        cmocka_unit_test(test_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
