/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which checkpoints a boot should have passed and did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "missed.h"

static const struct stages four = {
    .count = 4,
    .list = {{.name = "a", .module = MODULE_SETUP},
             {.name = "b", .module = MODULE_STUB},
             {.name = "c", .module = MODULE_STUB},
             {.name = "d", .module = MODULE_KERNEL}},
};

static void expect(const bool *seen, const struct stage *until, bool markers_only,
                   const char *names)
{
    struct missed missed = missed_stages(&four, seen, until, markers_only);
    char found[16] = "";

    for (size_t i = 0; i < missed.count; i++)
        strcat(found, missed.list[i]->name);
    assert_string_equal(found, names);
}

static void test_gaps(void **state)
{
    static const bool all[] = {true, true, true, true};
    static const bool gap[] = {true, false, true, true};
    static const bool late[] = {false, false, true, true};
    static const bool early[] = {true, true, false, false};
    static const bool none[4];

    (void)state;
    expect(all, NULL, false, "");
    expect(gap, NULL, false, "b");
    /* A loader that enters later skips what comes before; nothing at all is another error. */
    expect(late, NULL, false, "");
    expect(none, NULL, false, "");
    expect(early, NULL, false, "cd");
}

static void test_ends(void **state)
{
    static const bool early[] = {true, true, false, false};
    static const bool no_entry[] = {true, true, true, false};

    (void)state;
    expect(early, &four.list[1], false, "");
    expect(early, &four.list[2], false, "c");
    /* The kernel emits no marker, but it has a breakpoint. */
    expect(no_entry, NULL, true, "");
    expect(no_entry, NULL, false, "d");
}

/* Not every boot passes them, so that they are said, and are no loss. */
static void test_optional(void **state)
{
    static const bool most[] = {true, false, true, true};
    struct stages stages = four;

    (void)state;
    stages.list[1].optional = true;
    struct missed missed = missed_stages(&stages, most, NULL, false);
    assert_int_equal(missed.count, 0);
    assert_int_equal(missed.optional_count, 1);
    assert_ptr_equal(missed.optional[0], &stages.list[1]);
    assert_false(missed_any(&missed));
}

/* What should be in the code and is not, as far as the boot was followed. */
static void test_unfound(void **state)
{
    static const bool all[] = {true, true};
    struct stages stages = {
        .count = 2,
        .list = {{.name = "startup-32", .module = MODULE_STUB},
                 {.name = "image-copied", .module = MODULE_STUB}},
        .absent_count = 3,
        .absent = {{.name = "startup-64", .expected = true, .why = "no such jump"},
                   {.name = "stage1-idt", .expected = false, .why = "it has none"},
                   {.name = "extract-kernel", .expected = true, .why = "no call"}},
    };

    (void)state;
    struct missed missed = missed_stages(&stages, all, NULL, false);
    assert_int_equal(missed.unfound_count, 2);
    assert_true(missed_any(&missed));
    missed = missed_stages(&stages, all, &stages.list[1], false);
    assert_int_equal(missed.unfound_count, 1);
    assert_string_equal(missed.unfound[0]->name, "startup-64");
    missed = missed_stages(&stages, all, &stages.list[0], false);
    assert_false(missed_any(&missed));
    missed = missed_stages(&stages, all, NULL, true);
    assert_false(missed_any(&missed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_optional),
        cmocka_unit_test(test_unfound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
