/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a timeline stops, what it learns there, and where its breakpoints are. */
#include "timeline_fixture.h"

static void expect(struct maybe value, uint64_t expected)
{
    assert_true(value.known);
    assert_int_equal(value.value, expected);
}

/* Whether there is a breakpoint at an address of this module for every stage in [from, to). */
static void expect_armed(const struct fixture *f, int from, int to, uint64_t base, bool armed)
{
    for (int i = from; i < to; i++)
        if (fake_guest_has(&f->target, base + f->stages.list[i].address) != armed)
            fail_msg("%s at base 0x%lx: breakpoint %s", f->stages.list[i].name, base,
                     armed ? "missing" : "left");
}

static void test_a_whole_boot(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    assert_null(timeline_last(f.timeline));
    for (int i = SETUP_ENTRY; i <= KERNEL_ENTRY; i++) {
        fixture_stage(&f, i);
        expect(f.stop->instructions, 10u * (unsigned int)(i + 1));
    }
    fixture_next(&f, TIMELINE_EXIT);
    assert_null(f.stop->stage);
    assert_string_equal(timeline_last(f.timeline)->name, "kernel-entry");
    fixture_close(&f);
}

/* Each fact is known from the checkpoint on that shows it, and not before. */
static void test_facts(void **state)
{
    struct fixture f;
    const struct stop *stop;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    stop = fixture_stage(&f, SETUP_ENTRY);
    expect(stop->facts.setup, SETUP);
    assert_false(stop->facts.boot_params.known || stop->facts.load.known);
    expect(fixture_stage(&f, PROTECTED_MODE)->facts.boot_params, BOOT_PARAMS);
    expect(fixture_stage(&f, STARTUP_32)->facts.load, LOAD);
    fixture_stage(&f, LOAD_KNOWN);
    assert_false(f.stop->facts.copy.known || f.stop->facts.output.known);
    stop = fixture_stage(&f, RELOCATION_TARGET);
    expect(stop->facts.copy, COPY);
    expect(stop->facts.output, PREF);
    assert_false(fixture_stage(&f, IMAGE_COPIED)->facts.running_copy);
    assert_true(fixture_stage(&f, RELOCATED)->facts.running_copy);
    assert_false(f.stop->facts.virtual.known);
    stop = fixture_stage(&f, LOCATION_CHOSEN);
    expect(stop->facts.output, OUTPUT);
    expect(stop->facts.virtual, VIRTUAL);
    expect(stop->facts.load, LOAD); /* stays what it was */
    assert_false(fixture_stage(&f, KERNEL_JUMP)->facts.running_kernel);
    assert_true(fixture_stage(&f, KERNEL_ENTRY)->facts.running_kernel);
    fixture_close(&f);
}

static void test_bases(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    fixture_until(&f, IMAGE_COPIED);
    expect(stop_base(f.stop, MODULE_SETUP), SETUP);
    expect(stop_base(f.stop, MODULE_STUB), LOAD);
    expect(stop_base(fixture_stage(&f, RELOCATED), MODULE_STUB), COPY);
    expect(stop_base(fixture_stage(&f, LOCATION_CHOSEN), MODULE_KERNEL), OUTPUT - PREF);
    fixture_close(&f);
}

/* A marker is the one of its checkpoint, there by the time of the stop; none is NULL. */
static void test_markers(void **state)
{
    struct fixture f;
    uint64_t value;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    fixture_stage(&f, SETUP_ENTRY);
    assert_non_null(f.stop->marker);
    assert_string_equal(f.stop->marker->name, "setup-entry");
    assert_null(fixture_stage(&f, PROTECTED_MODE)->marker);
    fixture_stage(&f, STARTUP_32);
    assert_true(marker_value(f.stop->marker, "esi", &value));
    assert_int_equal(value, BOOT_PARAMS);
    fixture_close(&f);
}

/* What a guest that someone else started does not tell is unknown, and no error. */
static void test_without_machine_image_and_symbols(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    timeline_free(f.timeline);
    assert_null(timeline_new(&(struct timeline_inputs){.target = &f.target, .stages = &f.stages},
                             &f.timeline));
    fixture_until(&f, LOCATION_CHOSEN);
    assert_false(f.stop->instructions.known);
    assert_null(f.stop->marker);
    assert_false(f.stop->facts.virtual.known);
    expect(f.stop->facts.output, PREF);
    assert_false(stop_base(f.stop, MODULE_KERNEL).known);
    fixture_stage(&f, KERNEL_JUMP);
    fixture_next(&f, TIMELINE_EXIT); /* kernel-entry was never armed */
    fixture_close(&f);
}

static void test_breakpoints_before_the_first_stop(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, 0, FAKE_EXITS);
    fixture_next(&f, TIMELINE_EXIT);
    expect_armed(&f, SETUP_ENTRY, STARTUP_32, SETUP, true);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, LOAD, true);
    assert_true(fake_guest_has(&f.target, SETUP + 0x1100));
    assert_true(fake_guest_has(&f.target, LOAD + 0x700));
    assert_int_equal(f.target.breakpoint_count, 9 + 2);
    fixture_close(&f);
}

/* Where the header says that it is loaded, or else the classic place. */
static void test_expected_load_address(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, 0, FAKE_EXITS);
    f.image.setup.code32_start = 0x400000;
    fixture_next(&f, TIMELINE_EXIT);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, 0x400000, true);
    fixture_close(&f);
    fixture_open(&f, fixture_boot, 0, FAKE_EXITS);
    f.image.setup.code32_start = 0;
    fixture_next(&f, TIMELINE_EXIT);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, 0x100000, true);
    fixture_close(&f);
}

static void test_passed_breakpoints_go(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    for (int i = SETUP_ENTRY; i <= KERNEL_JUMP; i++) {
        fixture_stage(&f, i);
        for (int passed = SETUP_ENTRY; passed <= i; passed++) {
            expect_armed(&f, passed, passed + 1, SETUP, false);
            expect_armed(&f, passed, passed + 1, LOAD, false);
            expect_armed(&f, passed, passed + 1, COPY, false);
        }
    }
    fixture_close(&f);
}

/* Load turns out to be elsewhere: what is still to come moves there, the error stop too. */
static void test_breakpoints_follow_load(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = SETUP + 0x1000, .bits = 32, .rax = 0x300000, .rsi = BOOT_PARAMS},
        /* ebp is what the stage worked out, wrongly here: the address of the stop is a fact. */
        {.pc = 0x300000 + 0x20, .bits = 32, .rbp = 0x301000},
        {.pc = 0x300000 + 0x240, .bits = 64, .rbp = PREF, .rbx = COPY},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 3, FAKE_EXITS);
    fixture_stage(&f, PROTECTED_MODE);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, LOAD, false);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, 0x300000, true);
    expect(fixture_stage(&f, LOAD_KNOWN)->facts.load, 0x300000);
    expect_armed(&f, RELOCATION_TARGET, KERNEL_ENTRY, 0x300000, true);
    assert_true(fake_guest_has(&f.target, 0x300000 + 0x700));
    assert_false(fake_guest_has(&f.target, LOAD + 0x700));
    expect(fixture_stage(&f, RELOCATION_TARGET)->facts.load, 0x300000);
    fixture_close(&f);
}

/* Between relocation-target and the copy's first stop both places are watched, later only one. */
static void test_breakpoints_follow_the_copy(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    fixture_until(&f, LOAD_KNOWN);
    expect_armed(&f, RELOCATION_TARGET, KERNEL_ENTRY, COPY, false);
    fixture_stage(&f, RELOCATION_TARGET);
    expect_armed(&f, IMAGE_COPIED, KERNEL_ENTRY, LOAD, true);
    expect_armed(&f, IMAGE_COPIED, KERNEL_ENTRY, COPY, true);
    fixture_stage(&f, IMAGE_COPIED);
    fixture_stage(&f, RELOCATED);
    expect_armed(&f, SETUP_ENTRY, KERNEL_ENTRY, LOAD, false);
    expect_armed(&f, LOCATION_CHOSEN, KERNEL_ENTRY, COPY, true);
    assert_false(fake_guest_has(&f.target, LOAD + 0x700));
    assert_true(fake_guest_has(&f.target, COPY + 0x700));
    fixture_close(&f);
}

/* A stage that the loaded code skipped is not waited for there once the copy runs. */
static void test_skipped_stage_leaves_the_loaded_code(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD + 0x240, .bits = 64, .rbp = PREF, .rbx = COPY},
        {.pc = COPY + 0x400, .bits = 64},
        {.pc = LOAD + 0x300, .bits = 64}, /* image-copied, but in code that never runs again */
        {.pc = COPY + 0x500, .bits = 64},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 4, FAKE_EXITS);
    fixture_stage(&f, RELOCATION_TARGET);
    fixture_stage(&f, RELOCATED);
    expect_armed(&f, STARTUP_32, KERNEL_ENTRY, LOAD, false);
    fixture_stage(&f, LOCATION_CHOSEN);
    fixture_close(&f);
}

/* Copied to where it was loaded: one place, one breakpoint, no stop twice. */
static void test_copy_in_place(void **state)
{
    static const struct fake_step steps[] = {
        {.pc = LOAD + 0x240, .bits = 64, .rbp = PREF, .rbx = LOAD},
        {.pc = LOAD + 0x300, .bits = 64},
        {.pc = LOAD + 0x400, .bits = 64},
    };
    struct fixture f;

    (void)state;
    fixture_open(&f, steps, 3, FAKE_EXITS);
    f.target.variable_address = LOAD + CHOSEN;
    fixture_stage(&f, RELOCATION_TARGET);
    fixture_stage(&f, IMAGE_COPIED);
    fixture_stage(&f, RELOCATED);
    fixture_next(&f, TIMELINE_EXIT);
    fixture_close(&f);
}

/* Before KASLR has chosen, output is only where the kernel would go without it. */
static void test_kernel_entry_waits_for_the_choice(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    fixture_until(&f, RELOCATED);
    assert_false(fake_guest_has(&f.target, PREF + 0xb53));
    fixture_stage(&f, LOCATION_CHOSEN);
    assert_true(fake_guest_has(&f.target, OUTPUT + 0xb53));
    assert_false(fake_guest_has(&f.target, PREF + 0xb53));
    fixture_close(&f);
}

static void test_unreadable_choice_is_an_error(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    f.target.variable_address = 0;
    fixture_until(&f, RELOCATED);
    struct error *err = fixture_try(&f);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_PROTOCOL);
    assert_non_null(strstr(error_message(err), "chosen_location at checkpoint location-chosen"));
    error_free(err);
    fixture_close(&f);
}

static void test_refused_breakpoint_is_an_error(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f, fixture_boot, FIXTURE_STEPS, FAKE_EXITS);
    f.target.refuses = true;
    struct error *err = fixture_try(&f);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), "setting breakpoints"));
    assert_int_equal(f.target.resumes, 0);
    error_free(err);
    fixture_close(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_whole_boot),
    cmocka_unit_test(test_facts),
    cmocka_unit_test(test_bases),
    cmocka_unit_test(test_markers),
    cmocka_unit_test(test_without_machine_image_and_symbols),
    cmocka_unit_test(test_breakpoints_before_the_first_stop),
    cmocka_unit_test(test_expected_load_address),
    cmocka_unit_test(test_passed_breakpoints_go),
    cmocka_unit_test(test_breakpoints_follow_load),
    cmocka_unit_test(test_breakpoints_follow_the_copy),
    cmocka_unit_test(test_skipped_stage_leaves_the_loaded_code),
    cmocka_unit_test(test_copy_in_place),
    cmocka_unit_test(test_kernel_entry_waits_for_the_choice),
    cmocka_unit_test(test_unreadable_choice_is_an_error),
    cmocka_unit_test(test_refused_breakpoint_is_an_error),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
