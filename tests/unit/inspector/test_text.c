/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people and JSON read them, the ring they live in, and when there is colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "text.h"

static void test_hex(void **state)
{
    (void)state;
    assert_string_equal(text_hex(0), "0x0");
    assert_string_equal(text_hex(0x1000), "0x1000");
    assert_string_equal(text_hex(UINT64_MAX), "0xffffffffffffffff");
    assert_string_equal(text_maybe(known(0)), "0x0");
    assert_string_equal(text_maybe((struct maybe){false, 0x1000}), "-");
}

static void test_size(void **state)
{
    (void)state;
    assert_string_equal(text_size(0), "0 B");
    assert_string_equal(text_size(1023), "1023 B");
    assert_string_equal(text_size(1024), "1 KiB");
    assert_string_equal(text_size(1536), "1.5 KiB");
    assert_string_equal(text_size(UINT64_C(64) << 20), "64 MiB");
    assert_string_equal(text_size(11848909), "11.3 MiB");
    assert_string_equal(text_size(UINT64_C(4) << 30), "4 GiB");
    assert_string_equal(text_size(UINT64_C(1) << 63), "8 EiB");
    assert_string_equal(text_size(UINT64_MAX), "16.0 EiB");
}

/* Never 1024 of a unit, also where rounding would make it so. */
static void test_size_rounds_into_the_next_unit(void **state)
{
    (void)state;
    assert_string_equal(text_size((UINT64_C(1) << 20) - 1), "1.0 MiB");
    assert_string_equal(text_size((UINT64_C(1) << 30) - 1), "1.0 GiB");
    assert_string_equal(text_size(UINT64_C(1023) << 10), "1023 KiB");
    assert_string_equal(text_size((UINT64_C(1023) << 10) + 900), "1023.9 KiB");
}

static void test_count(void **state)
{
    (void)state;
    assert_string_equal(text_count(0), "0");
    assert_string_equal(text_count(999), "999");
    assert_string_equal(text_count(1000), "1,000");
    assert_string_equal(text_count(1234567), "1,234,567");
    assert_string_equal(text_count(UINT64_MAX), "18,446,744,073,709,551,615");
}

/* Sixteen texts live side by side, whichever function made them. */
static void test_ring(void **state)
{
    const char *kept[16];
    char expected[24];

    (void)state;
    for (unsigned int i = 0; i < 16; i++)
        kept[i] = i % 2 ? text_hex(i) : text_count(i);
    for (unsigned int i = 0; i < 16; i++) {
        snprintf(expected, sizeof(expected), i % 2 ? "0x%x" : "%u", i);
        assert_string_equal(kept[i], expected);
    }
    text_maybe((struct maybe){0}); /* "-" takes no place in it */
    assert_string_equal(kept[0], "0");
    text_size(4096);
    assert_string_equal(kept[0], "4 KiB");
    assert_string_equal(kept[1], "0x1");
}

static void test_json(void **state)
{
    json_t *value = json_hex(UINT64_C(0xffffffff81000000));

    (void)state;
    assert_string_equal(json_string_value(value), "0xffffffff81000000");
    json_decref(value);
    value = json_maybe(known(0));
    assert_string_equal(json_string_value(value), "0x0");
    json_decref(value);
    value = json_maybe((struct maybe){0});
    assert_true(json_is_null(value));
    json_decref(value);
}

/* Whether a stream like this one gets colour in an environment like this. */
static bool colour(FILE *stream, const char *no_color, const char *term)
{
    if (no_color)
        setenv("NO_COLOR", no_color, 1);
    else
        unsetenv("NO_COLOR");
    if (term)
        setenv("TERM", term, 1);
    else
        unsetenv("TERM");
    return text_to(stream).colour;
}

static void test_colour_on_a_terminal(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    FILE *terminal = fopen(ptsname(master), "r+");
    assert_non_null(terminal);
    assert_true(colour(terminal, NULL, "xterm-256color"));
    assert_true(colour(terminal, "", "xterm")); /* no-color.org: set and not empty */
    assert_false(colour(terminal, "1", "xterm"));
    assert_false(colour(terminal, "0", "xterm"));
    assert_false(colour(terminal, NULL, "dumb"));
    assert_false(colour(terminal, NULL, NULL));
    fclose(terminal);
    close(master);
}

static void test_no_colour_elsewhere(void **state)
{
    FILE *file = tmpfile();
    char *bytes = NULL;
    size_t size = 0;

    (void)state;
    assert_non_null(file);
    assert_false(colour(file, NULL, "xterm"));
    fclose(file);
    file = open_memstream(&bytes, &size); /* has no descriptor at all */
    assert_non_null(file);
    assert_false(colour(file, NULL, "xterm"));
    fclose(file);
    free(bytes);
}

static char *printed(bool with_colour)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), with_colour};

    text_label(&text, "cr0");
    text_print(&text, TEXT_BAD, "%d", 7);
    text_print(&text, TEXT_PLAIN, "%s", "!\n");
    fclose(text.stream);
    return out;
}

static void test_print(void **state)
{
    char *text = printed(false);

    (void)state;
    assert_string_equal(text, "  cr0          7!\n");
    free(text);
    text = printed(true);
    assert_non_null(strstr(text, "\033[1;31m7\033[0m!\n"));
    assert_null(strstr(text, "\033[0m!\n\033"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_size_rounds_into_the_next_unit),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_colour_on_a_terminal),
        cmocka_unit_test(test_no_colour_elsewhere),
        cmocka_unit_test(test_print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
