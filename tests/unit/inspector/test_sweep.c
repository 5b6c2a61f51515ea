/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of results that were torn, or are not what they seem; what a report makes of choices. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "outcome.h"
#include "sweep_report.h"
#include "sweep_results.h"

#define SETUP                                                                                      \
    "{\"sweep\":1,\"image\":\"0x1234\",\"seeded\":true,\"alignment\":\"0x200000\","                \
    "\"pref_address\":\"0x1000000\",\"init_size\":\"0x800000\",\"kernel_size\":\"0x600000\"}\n"
#define SETUP_HEAD                                                                                 \
    "{\"sweep\":1,\"seeded\":true,\"alignment\":\"0x200000\",\"pref_address\":\"0x1000000\","      \
    "\"init_size\":\"0x800000\",\"kernel_size\":\"0x600000\","
#define BOOT(seed, physical, slots)                                                                \
    "{\"seed\":" #seed                                                                             \
    ",\"input\":\"0x1400000\",\"output\":\"0x1000000\",\"physical\":\"" physical                   \
    "\",\"virtual\":\"0x1200000\",\"physical_slots\":" #slots ",\"virtual_slots\":10}\n"

static struct error *parse(const char *text, struct sweep_results *ret, size_t *ret_whole)
{
    return sweep_results_parse("f", text, strlen(text), ret, ret_whole);
}

static void a_whole_file(void **state)
{
    static const char text[] = SETUP BOOT(7, "0x2000000", 9) BOOT(3, "0x2200000", 9);
    struct sweep_results results;
    size_t whole, dropped;

    (void)state;
    good(parse(text, &results, &whole));
    assert_int_equal(whole, strlen(text));
    assert_false(results.torn);
    assert_int_equal(results.count, 2);
    assert_int_equal(results.boots[0].seed, 7);
    assert_int_equal(results.boots[1].physical, 0x2200000);
    good(sweep_results_sort(&results, &dropped));
    assert_int_equal(results.boots[0].seed, 3);
    sweep_results_free(&results);
}

/* Wherever the last write was cut off, the lines before it count and nothing else. */
static void torn_anywhere(void **state)
{
    static const char text[] = SETUP BOOT(1, "0x2000000", 9) BOOT(2, "0x2200000", 9);
    size_t first = strlen(SETUP), second = first + strlen(BOOT(1, "0x2000000", 9));

    (void)state;
    for (size_t length = 0; length < strlen(text); length++) {
        struct sweep_results results;
        size_t whole, want = length < first ? 0 : length < second ? first : second;

        good(sweep_results_parse("f", text, length, &results, &whole));
        assert_int_equal(whole, want);
        assert_int_equal(results.torn, length != want);
        assert_int_equal(results.count, want == second);
        assert_int_equal(results.setup != NULL, want != 0);
        sweep_results_free(&results);
    }
}

static void hostile_lines(void **state)
{
    static const struct {
        const char *text, *message;
    } bad_files[] = {
        {"\n", "f:1: not the results of a sweep"},
        {"{}\n", "f:1: not the results of a sweep"},
        {"[1]\n", "f:1: not the results of a sweep"},
        {"{\"sweep\":2}\n", "f:1: not the results of a sweep"},
        {"{\"sweep\":1}\n", "f:1: the first line"},
        {"{\"sweep\":1,\"seeded\":true,\"alignment\":\"0x0\",\"pref_address\":\"0x0\",\"init_"
         "size\":"
         "\"0x0\",\"kernel_size\":\"0x0\"}\n",
         "f:1: the first line"},
        {"{\"sweep\":1,\"seeded\":true,\"alignment\":\"0x3\",\"pref_address\":\"0x0\",\"init_"
         "size\":"
         "\"0x0\",\"kernel_size\":\"0x0\"}\n",
         "f:1: the first line"},
        {SETUP_HEAD "\"areas\":3}\n", "f:1: the first line"},
        {SETUP_HEAD "\"areas\":[{\"start\":\"0x0\",\"slots\":-1}]}\n", "f:1: the first line"},
        {SETUP_HEAD "\"areas\":[{\"slots\":1}]}\n", "f:1: the first line"},
        {BOOT(1, "0x2000000", 9), "f:1: not the results of a sweep"},
        {SETUP "\n", "f:2: not the results"},
        {SETUP SETUP, "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x2000000", 9) "{\"seed\":2,\n", "f:3: not the results"},
        {SETUP BOOT(-1, "0x2000000", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(null, "0x2000000", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1.5, "0x2000000", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "2000000", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x-1", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x11112222333344445", 9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x2000000", -9), "f:2: not the result of a boot"},
        {SETUP BOOT(1, "0x2000000", 99999999999999999999), "f:2: not the results"},
        {SETUP "{\"seed\":1,\"seed\":2}\n", "f:2: not the results"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
        struct sweep_results results;
        size_t whole;

        bad_input(one_line(parse(bad_files[i].text, &results, &whole)), bad_files[i].message);
    }
}

static void an_endless_line(void **state)
{
    size_t length = 1 << 20, whole;
    char *text = malloc(length);
    struct sweep_results results;

    (void)state;
    memset(text, '[', length);
    text[length - 1] = '\n';
    bad_input(sweep_results_parse("f", text, length, &results, &whole), "f:1: not the results");
    free(text);
}

static struct sweep_boot boot(uint64_t seed, uint64_t physical, uint64_t virtual_address)
{
    return (struct sweep_boot){.seeded = true,
                               .seed = seed,
                               .input = 0x1400000,
                               .output = 0x1000000,
                               .physical = physical,
                               .virtual = virtual_address,
                               .physical_slots = 8,
                               .virtual_slots = 10};
}

static void begin(struct sweep_results *results)
{
    size_t whole;

    good(parse(SETUP, results, &whole));
}

static void seeds_that_come_twice(void **state)
{
    struct sweep_boot one = boot(5, 0x2000000, 0x1200000), other = boot(5, 0x2200000, 0x1200000);
    struct sweep_results results;
    size_t dropped;

    (void)state;
    begin(&results);
    good(sweep_results_add(&results, &one));
    good(sweep_results_add(&results, &one));
    good(sweep_results_sort(&results, &dropped));
    assert_int_equal(dropped, 1);
    assert_int_equal(results.count, 1);
    good(sweep_results_add(&results, &other));
    bad(sweep_results_sort(&results, &dropped), ERROR_CHECK, "seed 5 chose 0x2000000/0x1200000");
    sweep_results_free(&results);
}

/* A report on one boot, which violates as message says, or nothing when it is NULL. */
static void one_choice(struct sweep_boot choice, const char *message)
{
    struct sweep_results results;
    struct sweep_report report;

    begin(&results);
    good(sweep_results_add(&results, &choice));
    good(sweep_report_make(&results, 0.001, &report));
    assert_int_equal(report.violations, message != NULL);
    assert_int_equal(sweep_report_passed(&report), message == NULL);
    if (message && !strstr(report.violation[0], message))
        fail_msg("%s (expected %s)", report.violation[0], message);
    sweep_report_free(&report);
    sweep_results_free(&results);
}

static void choices_that_may_not_be(void **state)
{
    struct sweep_boot kept = boot(1, 0x1000000, 0x1000000);

    (void)state;
    one_choice(boot(1, 0x1800000, 0x1000000), NULL);
    one_choice(boot(1, 0x1600000, 0x1000000),
               "lies over the decompressor's [0x1400000, 0x1800000)");
    one_choice(boot(1, 0x1900000, 0x1000000), "0x1900000 is no multiple");
    one_choice(boot(1, 0xe00000, 0x1000000), "kaslr_seed=1: physical 0xe00000 is below 0x1000000");
    one_choice(boot(1, 0xffffffffffe00000, 0x1000000), "wraps around");
    one_choice(boot(1, 0x1800000, 0x2200000), NULL);
    one_choice(boot(1, 0x1800000, 0x2400000), "behind the last of 10 slots");
    one_choice(boot(1, 0x1800000, 0xe00000), "virtual 0xe00000 is below 0x1000000");
    one_choice(boot(1, 0x1800000, 0x1100000), "virtual 0x1100000 is no multiple");
    one_choice(boot(1, 0x1800000, UINT64_MAX), "no multiple");
    kept.physical_slots = 0;
    one_choice(kept, NULL);
    kept = boot(1, 0x1800000, 0x3fc00000);
    kept.virtual_slots = 1000;
    one_choice(kept, "ends above 0x40000000");
}

static struct sweep_report report_on(struct sweep_results *results, const uint64_t *physical,
                                     size_t count, uint64_t slots)
{
    struct sweep_report report;

    begin(results);
    for (size_t i = 0; i < count; i++) {
        struct sweep_boot choice = boot(i, physical[i], 0x1000000);

        choice.physical_slots = slots;
        good(sweep_results_add(results, &choice));
    }
    good(sweep_report_make(results, 0.001, &report));
    return report;
}

/* Slots from 32 MiB on and, behind a hole, from 4 GiB on: 5 in all, of which 4 were chosen. */
static void holes_are_no_slots(void **state)
{
    static const uint64_t physical[] = {0x100200000, 0x2000000, 0x2400000, 0x100000000};
    static const uint64_t slots[] = {0, 2, 3, 4};
    struct sweep_results results;
    struct sweep_report report = report_on(&results, physical, 4, 5);

    (void)state;
    assert_int_equal(report.violations, 0);
    assert_int_equal(report.physical.chosen, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(report.physical.counts[i].slot, slots[i]);
    assert_int_equal(report.physical.row_count, 5);
    assert_int_equal(report.physical.rows[1].count, 0);
    assert_int_equal(report.physical.rows[4].lowest, 0x100200000);
    sweep_report_free(&report);
    sweep_results_free(&results);
}

#define SETUP_AREAS                                                                                \
    "{\"sweep\":1,\"image\":\"0x1234\",\"seeded\":true,\"alignment\":\"0x200000\","                \
    "\"pref_address\":\"0x1000000\",\"init_size\":\"0x800000\",\"kernel_size\":\"0x600000\","      \
    "\"areas\":[{\"start\":\"0x100000000\",\"slots\":3},{\"start\":\"0x2000000\",\"slots\":5}]}\n"

/* Slots are numbered as the areas come, wherever these lie; what is in none of them is no choice. */
static void areas_say_where_slots_are(void **state)
{
    static const uint64_t physical[] = {0x2800000, 0x100400000, 0x2a00000, 0x2000000, 0x100600000};
    struct sweep_results results;
    struct sweep_report report;
    size_t whole;

    (void)state;
    good(parse(SETUP_AREAS, &results, &whole));
    for (size_t i = 0; i < 5; i++) {
        struct sweep_boot choice = boot(i, physical[i], 0x1000000);

        good(sweep_results_add(&results, &choice));
    }
    good(sweep_report_make(&results, 0.001, &report));
    assert_int_equal(report.violations, 2);
    assert_string_equal(report.violation[0],
                        "kaslr_seed=2: physical 0x2a00000 is none of the slots");
    assert_string_equal(report.violation[1],
                        "kaslr_seed=4: physical 0x100600000 is none of the slots");
    assert_int_equal(report.physical.chosen, 3);
    assert_int_equal(report.physical.counts[0].slot, 2);
    assert_int_equal(report.physical.addresses[0], 0x100400000);
    assert_int_equal(report.physical.counts[1].slot, 3);
    assert_int_equal(report.physical.counts[2].slot, 7);
    sweep_report_free(&report);
    results.boots[0].physical_slots = 9;
    results.count = 1;
    good(sweep_report_make(&results, 0.001, &report));
    assert_int_equal(report.violations, 1);
    assert_non_null(strstr(report.violation[0], "has 8 physical slots, and the markers say 9"));
    sweep_report_free(&report);
    sweep_results_free(&results);
}

static void more_places_than_slots(void **state)
{
    static const uint64_t physical[] = {0x2000000, 0x2200000, 0x2400000};
    struct sweep_results results;
    struct sweep_report report = report_on(&results, physical, 3, 2);

    (void)state;
    assert_int_equal(report.violations, 1);
    assert_non_null(strstr(report.violation[0], "3 physical places were chosen, of 2 slots"));
    sweep_report_free(&report);
    sweep_results_free(&results);
}

/* Each boot is in one row of the histogram, however many slots a row has. */
static void every_choice_is_in_the_histogram(void **state)
{
    (void)state;
    for (uint64_t slots = 1; slots < 200; slots += 7) {
        uint64_t physical[200], sum = 0, next = 0;
        struct sweep_results results;

        for (uint64_t i = 0; i < slots; i++)
            physical[i] = 0x2000000 + i * 0x200000;
        struct sweep_report report = report_on(&results, physical, slots, slots);
        assert_in_range(report.physical.row_count, 1, SWEEP_ROWS_MAX);
        for (unsigned int i = 0; i < report.physical.row_count; i++) {
            const struct sweep_row *row = &report.physical.rows[i];

            assert_int_equal(row->first_slot, next);
            assert_int_equal(row->count, row->last_slot - row->first_slot + 1);
            next = row->last_slot + 1;
            sum += row->count;
        }
        assert_int_equal(next, slots);
        assert_int_equal(sum, slots);
        sweep_report_free(&report);
        sweep_results_free(&results);
    }
}

static void numbers_of_slots_that_differ(void **state)
{
    struct sweep_boot one = boot(1, 0x2000000, 0x1200000), other = boot(2, 0x2200000, 0x1200000);
    struct sweep_results results;
    struct sweep_report report;

    (void)state;
    other.physical_slots = 9;
    begin(&results);
    good(sweep_results_add(&results, &one));
    good(sweep_results_add(&results, &other));
    good(sweep_report_make(&results, 0.001, &report));
    assert_int_equal(report.violations, 1);
    assert_non_null(
        strstr(report.violation[0], "kaslr_seed=2: 9 physical slots, and 8 in a boot before"));
    sweep_report_free(&report);
    sweep_results_free(&results);
}

/* What stays when a file is read, gone on with, and read again: all but the torn line. */
static void going_on_with_a_file(void **state)
{
    char path[] = "/tmp/bootscope-sweep.XXXXXX";
    int fd = mkstemp(path), again;
    static const char text[] = SETUP BOOT(1, "0x2000000", 8) "{\"seed\":2,\"inp";
    struct sweep_boot next = boot(2, 0x2200000, 0x1200000);
    struct sweep_results results, other;
    size_t whole;

    (void)state;
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    good(parse(SETUP, &other, &whole));
    good(sweep_results_resume(path, other.setup, &results, &fd));
    assert_true(results.torn);
    bad_input(sweep_results_resume(path, other.setup, &(struct sweep_results){0}, &again),
              "another sweep is writing to it");
    good(sweep_results_write(path, fd, &next));
    close(fd);
    sweep_results_free(&results);
    good(sweep_results_read(path, &results));
    assert_false(results.torn);
    assert_int_equal(results.count, 2);
    assert_int_equal(results.boots[1].physical, 0x2200000);
    json_object_set_new(other.setup, "image", json_string("0x99"));
    bad_input(sweep_results_resume(path, other.setup, &(struct sweep_results){0}, &again),
              "made with another image: \"0x1234\", not \"0x99\"");
    bad_input(sweep_results_merge("g", &results, &other), "g: made with another image");
    sweep_results_free(&results);
    sweep_results_free(&other);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file),
        cmocka_unit_test(torn_anywhere),
        cmocka_unit_test(hostile_lines),
        cmocka_unit_test(an_endless_line),
        cmocka_unit_test(seeds_that_come_twice),
        cmocka_unit_test(choices_that_may_not_be),
        cmocka_unit_test(holes_are_no_slots),
        cmocka_unit_test(areas_say_where_slots_are),
        cmocka_unit_test(more_places_than_slots),
        cmocka_unit_test(every_choice_is_in_the_histogram),
        cmocka_unit_test(numbers_of_slots_that_differ),
        cmocka_unit_test(going_on_with_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
