/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmdline.c: words, quotes, numbers, and a line that lacks its end. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "cmdline.h"
#include "platform_host.h"
#include "stub_string.h"

static struct cmdline_text text_of(const char *string)
{
    return (struct cmdline_text){string, strlen(string)};
}

/* The value of an option as a C string, or NULL. */
static const char *value_of(const char *line, const char *option)
{
    static char value[128];
    struct cmdline_text text;

    if (!cmdline_find_option(text_of(line), option, &text))
        return NULL;
    memcpy(value, text.start, text.length);
    value[text.length] = '\0';
    return value;
}

static void whole_words_only(void **state)
{
    (void)state;
    assert_true(cmdline_find_option_bool(text_of("nokaslr"), "nokaslr"));
    assert_true(cmdline_find_option_bool(text_of("  a\tnokaslr\nb"), "nokaslr"));
    assert_false(cmdline_find_option_bool(text_of("nokaslrx xnokaslr nokasl"), "nokaslr"));
    assert_false(cmdline_find_option_bool(text_of("nokaslr=1"), "nokaslr"));
    assert_false(cmdline_find_option_bool(text_of("x=nokaslr"), "nokaslr"));
    assert_false(cmdline_find_option_bool(text_of(""), "nokaslr"));
    assert_null(value_of("mem", "mem"));
    assert_null(value_of("xmem=1", "mem"));
    assert_string_equal(value_of("mem=", "mem"), "");
}

static void the_last_wins(void **state)
{
    (void)state;
    assert_string_equal(value_of("a=1 b=2 a=3", "a"), "3");
    assert_string_equal(value_of("a=1 a=", "a"), "");
    assert_string_equal(value_of("a=1=2", "a"), "1=2");
}

static void quotes_hide_spaces(void **state)
{
    (void)state;
    assert_string_equal(value_of("a=\"b nokaslr c\" d", "a"), "b nokaslr c");
    assert_false(cmdline_find_option_bool(text_of("a=\"b nokaslr c\" d"), "nokaslr"));
    assert_true(cmdline_find_option_bool(text_of("a=\"b c\" nokaslr"), "nokaslr"));
    assert_string_equal(value_of("\"a=b c\" x", "a"), "b c");
    assert_true(cmdline_find_option_bool(text_of("\"two words\""), "two words"));
    /* a quote that stays open ends with the line */
    assert_string_equal(value_of("a=\"b nokaslr", "a"), "b nokaslr");
    assert_false(cmdline_find_option_bool(text_of("a=\"b nokaslr"), "nokaslr"));
    assert_string_equal(value_of("a=\"", "a"), "");
    assert_false(cmdline_find_option_bool(text_of("\""), "a"));
}

static void check_number(const char *string, bool suffix, uint64_t expect, const char *rest)
{
    struct cmdline_text text = text_of(string);
    uint64_t value;

    assert_true(cmdline_parse_number(&text, suffix, &value));
    assert_int_equal(value, expect);
    assert_int_equal(text.length, strlen(rest));
    assert_memory_equal(text.start, rest, text.length);
}

static void numbers(void **state)
{
    struct cmdline_text text = text_of("xyz");
    uint64_t value = 7;

    (void)state;
    check_number("123", false, 123, "");
    check_number("0x1F$", false, 0x1f, "$");
    check_number("0", false, 0, "");
    check_number("017", false, 15, "");
    check_number("0x", false, 0, "x");
    check_number("64M@", true, 64 << 20, "@");
    check_number("64M", false, 64, "M");
    check_number("1k", true, 1024, "");
    check_number("2G,3", true, UINT64_C(2) << 30, ",3");
    check_number("1e", true, UINT64_C(1) << 60, "");
    check_number("18446744073709551615", false, UINT64_MAX, "");
    check_number("18446744073709551616", false, UINT64_MAX, "");
    check_number("99999999999999999999999999", false, UINT64_MAX, "");
    check_number("16E", true, UINT64_MAX, "");
    check_number("17179869184G", true, UINT64_MAX, "");
    assert_false(cmdline_parse_number(&text, true, &value));
    assert_int_equal(value, 7);
    assert_int_equal(text.length, 3);
}

/* "0x" is a prefix only if a digit follows before the text ends. */
static void number_at_the_end_of_memory(void **state)
{
    struct cmdline_text text = {"0x1", 2};
    uint64_t value;

    (void)state;
    assert_true(cmdline_parse_number(&text, false, &value));
    assert_int_equal(value, 0);
    assert_int_equal(text.length, 1);
}

static void the_line_comes_from_both_halves(void **state)
{
    static struct boot_params params;
    static char line[] = "high line";

    (void)state;
    host_reset();
    params.hdr.cmd_line_ptr = 0x2000;
    params.ext_cmd_line_ptr = 0x12;
    assert_int_equal(get_cmd_line_ptr(&params), 0x1200002000);
    host_add_window(0x1200002000, line, sizeof(line));
    assert_int_equal(cmdline_get(&params).length, strlen(line));
    assert_ptr_equal(cmdline_get(&params).start, line);
}

static void a_line_without_nul_ends(void **state)
{
    static struct boot_params params;
    static char line[COMMAND_LINE_SIZE];

    (void)state;
    host_reset();
    memset(line, 'a', sizeof(line)); /* the sanitizer sees a read behind it */
    params.hdr.cmd_line_ptr = 0x9000;
    host_add_window(0x9000, line, sizeof(line));
    assert_int_equal(cmdline_get(&params).length, COMMAND_LINE_SIZE);
}

static void no_line_at_all(void **state)
{
    static struct boot_params params;

    (void)state;
    host_reset();
    assert_int_equal(cmdline_get(&params).length, 0);
    assert_false(cmdline_find_option_bool(cmdline_get(&params), "quiet"));
    params.hdr.cmd_line_ptr = 0x9000;
    host.physical_limit = 0x9100; /* where no line of this length fits */
    assert_int_equal(cmdline_get(&params).length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_words_only),
        cmocka_unit_test(the_last_wins),
        cmocka_unit_test(quotes_hide_spaces),
        cmocka_unit_test(numbers),
        cmocka_unit_test(number_at_the_end_of_memory),
        cmocka_unit_test(the_line_comes_from_both_halves),
        cmocka_unit_test(a_line_without_nul_ends),
        cmocka_unit_test(no_line_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
