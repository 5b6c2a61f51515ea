/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats of x and p: what they say, and how values look in them. The looks are gdb 13's. */
#include "outcome.h"

#include "format.h"

static void expect_format(const char *text, uint64_t count, char letter, unsigned int size)
{
    struct format format = {9, 'x', 4};

    good(format_parse(text, 8, &format));
    assert_int_equal(format.count, count);
    assert_int_equal(format.letter, letter);
    assert_int_equal(format.size, size);
}

static void test_what_a_format_says(void **state)
{
    (void)state;
    expect_format("", 1, 'x', 4);
    expect_format("4", 4, 'x', 4);
    expect_format("8gx", 8, 'x', 8);
    expect_format("8xg", 8, 'x', 8);
    expect_format("d", 1, 'd', 4); /* the size stays */
    expect_format("h", 1, 'x', 2); /* the form stays */
    expect_format("20i", 20, 'i', 4);
    expect_format("s", 1, 's', 1);
    expect_format("c", 1, 'c', 1);
    expect_format("cw", 1, 'c', 4);
    expect_format("a", 1, 'a', 8);
    expect_format("aw", 1, 'a', 4);
    expect_format("4294967295b", UINT32_MAX, 'x', 1);
}

static void test_addresses_are_as_wide_as_the_cpu_has_them(void **state)
{
    struct format format = {1, 'x', 2};

    (void)state;
    good(format_parse("a", 4, &format));
    assert_int_equal(format.size, 4);
}

static void refuse(const char *text, const char *part)
{
    struct format format = {1, 'x', 4};

    bad_input(format_parse(text, 8, &format), part);
}

static void test_what_is_no_format(void **state)
{
    (void)state;
    refuse("q", "no q:");
    refuse("4z", "no z:");
    refuse("x4", "no 4:"); /* the count comes first */
    refuse("\x1b", "no ?:");
    refuse("0x", "a count is from 1");
    refuse("4294967296x", "a count is from 1");
    refuse("99999999999999999999999999x", "a count is from 1");
}

static void expect_look(char letter, unsigned int size, uint64_t value, const char *expected)
{
    char out[FORMAT_TEXT_MAX];

    assert_string_equal(format_value(letter, size, value, out), expected);
}

static void test_how_values_look(void **state)
{
    (void)state;
    expect_look('x', 1, 0x1ff, "0xff"); /* only so many bytes of it */
    expect_look('x', 2, 0x1f, "0x001f");
    expect_look('x', 4, 0x1f, "0x0000001f");
    expect_look('x', 8, UINT64_MAX, "0xffffffffffffffff");
    expect_look('d', 1, 0xff, "-1");
    expect_look('d', 2, 0x8000, "-32768");
    expect_look('d', 4, 0x7fffffff, "2147483647");
    expect_look('d', 8, UINT64_C(1) << 63, "-9223372036854775808");
    expect_look('u', 1, 0xff, "255");
    expect_look('u', 8, UINT64_MAX, "18446744073709551615");
    expect_look('o', 1, 8, "0010");
    expect_look('o', 2, UINT64_MAX, "0177777");
    expect_look('o', 8, UINT64_MAX, "01777777777777777777777");
    expect_look('t', 1, 5, "00000101");
    expect_look('t', 2, 0x8001, "1000000000000001");
    expect_look('a', 8, 0x1f, "0x1f");
    expect_look('c', 1, 'A', "65 'A'");
    expect_look('c', 1, 0, "0 '\\000'");
    expect_look('c', 1, '\n', "10 '\\n'");
    expect_look('c', 1, '\'', "39 '\\''");
    expect_look('c', 1, '"', "34 '\"'");
    expect_look('c', 1, 0x80, "-128 '\\200'");
}

/* No value is wider than its column: tried with those that are at the edges. */
static void test_values_fit_their_column(void **state)
{
    static const uint64_t values[] = {0,          1,          0x7f,      0x80,
                                      0xff,       0x8000,     0xffff,    0x7fffffff,
                                      0x80000000, UINT32_MAX, INT64_MAX, UINT64_C(1) << 63,
                                      UINT64_MAX};
    char out[FORMAT_TEXT_MAX];

    (void)state;
    for (const char *letter = "xduotac"; *letter; letter++)
        for (unsigned int size = 1; size <= 8; size *= 2)
            for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
                assert_true(strlen(format_value(*letter, size, values[i], out)) <=
                            format_width(*letter, size));
}

static void test_values_on_a_line_are_as_many_as_gdbs(void **state)
{
    (void)state;
    assert_int_equal(format_per_line('x', 1), 8);
    assert_int_equal(format_per_line('x', 2), 8);
    assert_int_equal(format_per_line('x', 4), 4);
    assert_int_equal(format_per_line('x', 8), 2);
    assert_int_equal(format_per_line('a', 8), 1);
}

static void expect_escaped(const char *bytes, size_t length, size_t size, const char *expected,
                           size_t taken)
{
    char out[64];

    assert_int_equal(format_string((const uint8_t *)bytes, length, out, size), taken);
    assert_string_equal(out, expected);
}

static void test_strings(void **state)
{
    (void)state;
    expect_escaped("abc", 3, 64, "abc", 3);
    expect_escaped("", 0, 64, "", 0);
    expect_escaped("a\"b'\\\n\t\r", 8, 64, "a\\\"b'\\\\\\n\\t\\r", 8);
    expect_escaped("\x1b\xff\0z", 4, 64, "\\033\\377\\000z", 4);
    expect_escaped("abcdef", 6, 4, "abc", 3);
    expect_escaped("ab\xff"
                   "c",
                   4, 5, "ab", 2); /* an escape is never cut in two */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_format_says),
        cmocka_unit_test(test_addresses_are_as_wide_as_the_cpu_has_them),
        cmocka_unit_test(test_what_is_no_format),
        cmocka_unit_test(test_how_values_look),
        cmocka_unit_test(test_values_fit_their_column),
        cmocka_unit_test(test_values_on_a_line_are_as_many_as_gdbs),
        cmocka_unit_test(test_strings),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
