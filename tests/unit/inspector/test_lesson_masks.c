/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which differences of two outputs a mask covers; and the forms of numbers in sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "masks.h"
#include "number_form.h"

static const struct mask_pair masks[] = {
    {"5,979,744", "6,100,001"}, {"0x1acb3f8", "0x1acb3e0"}, {"12;345", "13;346"}, {NULL, "7"}};

static bool equal(const char *then, const char *now)
{
    return masked_equal((struct span){then, strlen(then)}, (struct span){now, strlen(now)}, masks,
                        sizeof(masks) / sizeof(masks[0]));
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(equal("", ""));
    assert_true(equal("a b\n", "a b\n"));
    assert_false(equal("a b\n", "a b\nc\n"));
    assert_false(equal("a b\nc\n", "a b\n"));
    assert_false(equal("a  b\n", "a b\n"));
    assert_false(equal("a b", "a c"));
}

static void test_masked(void **state)
{
    (void)state;
    assert_true(equal("at 5,979,744 instructions\n", "at 6,100,001 instructions\n"));
    assert_true(equal("rsp 0x1acb3f8\n", "rsp 0x1acb3e0\n"));
    assert_true(equal("000000000001acb3f8:", "000000000001acb3e0:"));
    assert_true(equal("5979744", "6100001"));
    assert_true(equal("+12 and +345", "+13 and +346"));
    assert_true(equal("(0x1acb3f8)", "(0x1acb3e0)"));
    /* A value that happens to be as it was. */
    assert_true(equal("12", "12"));
}

static void test_not_masked(void **state)
{
    (void)state;
    assert_false(equal("5,979,744", "6,100,002"));
    assert_false(equal("5,979,745", "6,100,001"));
    /* Not the value of another name. */
    assert_false(equal("5,979,744", "0x1acb3e0"));
    /* Part of a longer number or word. */
    assert_false(equal("0x51acb3f8", "0x51acb3e0"));
    assert_false(equal("a12", "a13"));
    /* A name that was never filled in covers nothing. */
    assert_false(equal("6", "7"));
    assert_false(equal("12 a", "13 b"));
}

/* Columns move with the width of what stands in them, and only then. */
static void test_columns(void **state)
{
    static const struct mask_pair wider = {"99", "100"};

    (void)state;
    assert_true(masked_line_equal((struct span){"rcx 99   next", 13},
                                  (struct span){"rcx 100  next", 13}, &wider, 1));
    assert_true(masked_line_equal((struct span){"rcx  99 next", 12},
                                  (struct span){"rcx 100 next", 12}, &wider, 1));
    assert_false(masked_line_equal((struct span){"rcx 99   next", 13},
                                   (struct span){"rcx 99  next", 12}, &wider, 1));
}

static void test_difference(void **state)
{
    static const char then[] = "same\nold 12\nold\nend\n", now[] = "same\nold 13\nnew\nend\n";
    char *difference = masked_difference((struct span){then, sizeof(then) - 1},
                                         (struct span){now, sizeof(now) - 1}, masks,
                                         sizeof(masks) / sizeof(*masks));

    (void)state;
    assert_string_equal(difference, "- old\n+ new\n");
    free(difference);
}

static void assert_form(const char *shown, uint64_t value, const char *expected)
{
    char out[NUMBER_FORM_MAX];
    struct error *err = number_form((struct span){shown, strlen(shown)}, value, out);

    if (err)
        fail_msg("%s", error_message(err));
    assert_string_equal(out, expected);
}

static void test_forms(void **state)
{
    (void)state;
    assert_form("0x100000", 0x1893000, "0x1893000");
    assert_form("0x0010", 0x20, "0x0020");
    assert_form("?", 0x20, "0x20");
    assert_form("4096", 8192, "8192");
    assert_form("5,979,744", 6000000, "6,000,000");
    assert_form("1,024", 12, "12");
    assert_form("2.3 MiB", 0x180000, "1.5 MiB");
    assert_form("512 B", 4096, "4 KiB");
    assert_form("-2", (uint64_t)-16, "-16");
    assert_form("0", UINT64_MAX, "18446744073709551615");
}

static void test_no_forms(void **state)
{
    static const char *const none[] = {"",    "rax",  "0x",    "0xg", "1,02",
                                       "1.5", "5 MB", "0x10 ", "- 2"};
    char out[NUMBER_FORM_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        struct error *err = number_form((struct span){none[i], strlen(none[i])}, 1, out);

        if (!err)
            fail_msg("%s is taken for a number", none[i]);
        error_free(err);
    }
}

static void test_commas(void **state)
{
    uint64_t value;

    (void)state;
    assert_true(number_with_commas((struct span){"18,446,744,073,709,551,615", 26}, &value));
    assert_true(value == UINT64_MAX);
    assert_false(number_with_commas((struct span){"18,446,744,073,709,551,616", 26}, &value));
    assert_false(number_with_commas((struct span){",123", 4}, &value));
    assert_false(number_with_commas((struct span){"1,2345", 6}, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),      cmocka_unit_test(test_masked),
        cmocka_unit_test(test_not_masked), cmocka_unit_test(test_columns),
        cmocka_unit_test(test_difference), cmocka_unit_test(test_forms),
        cmocka_unit_test(test_no_forms),   cmocka_unit_test(test_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
