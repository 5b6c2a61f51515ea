/* SPDX-License-Identifier: GPL-3.0-or-later */
/* string.c and text.c: the stub's own memcpy and printf, under the names they have on the host. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "stub_string.h"
#include "text.h"

#define AREA 64

static void fill(unsigned char *area)
{
    for (unsigned int i = 0; i < AREA; i++)
        area[i] = i * 7 + 1;
}

/* Every source, destination and size in a small area, against libc's memmove. */
static void memmove_equals_libc(void **state)
{
    unsigned char ours[AREA], theirs[AREA];

    (void)state;
    for (unsigned int from = 0; from < 24; from++)
        for (unsigned int to = 0; to < 24; to++)
            for (unsigned int size = 0; size <= AREA - 24; size++) {
                fill(ours);
                fill(theirs);
                assert_ptr_equal(stub_memmove(ours + to, ours + from, size), ours + to);
                memmove(theirs + to, theirs + from, size);
                assert_memory_equal(ours, theirs, AREA);
            }
}

static void memcpy_goes_forwards(void **state)
{
    unsigned char ours[AREA], theirs[AREA];

    (void)state;
    for (unsigned int distance = 1; distance < 24; distance++) {
        fill(ours);
        fill(theirs);
        stub_memcpy(ours, ours + distance, 40); /* what in-place inflate does */
        memmove(theirs, theirs + distance, 40);
        assert_memory_equal(ours, theirs, AREA);
    }
}

static void memset_fills_exactly(void **state)
{
    unsigned char area[AREA];

    (void)state;
    fill(area);
    assert_ptr_equal(stub_memset(area + 3, 0x1ab, 17), area + 3);
    assert_int_equal(area[2], 2 * 7 + 1);
    assert_int_equal(area[3], 0xab);
    assert_int_equal(area[19], 0xab);
    assert_int_equal(area[20], 20 * 7 + 1);
    stub_memset(area, 0, 0);
    assert_int_equal(area[0], 1);
}

static void compares(void **state)
{
    (void)state;
    assert_int_equal(stub_memcmp("abc", "abd", 2), 0);
    assert_true(stub_memcmp("abc", "abd", 3) < 0);
    assert_true(stub_memcmp("\xff", "\x01", 1) > 0);
    assert_int_equal(stub_strlen(""), 0);
    assert_int_equal(stub_strlen("four"), 4);
    assert_int_equal(stub_strcmp("same", "same"), 0);
    assert_true(stub_strcmp("same", "sam") > 0);
    assert_true(stub_strcmp("\x7f", "\x80") < 0);
    assert_int_equal(stub_strncmp("%lu rest", "%lu", 3), 0);
    assert_true(stub_strncmp("ab", "abc", 3) < 0);
    assert_int_equal(stub_strncmp("ab", "ab", 9), 0);
}

static unsigned long format(char *buffer, unsigned long size, const char *text, ...)
    __attribute__((format(printf, 3, 4)));

static unsigned long format(char *buffer, unsigned long size, const char *text, ...)
{
    va_list args;
    unsigned long length;

    va_start(args, text);
    length = format_text(buffer, size, text, args);
    va_end(args);
    return length;
}

static void format_knows_its_conversions(void **state)
{
    char buffer[128];

    (void)state;
    assert_int_equal(format(buffer, sizeof(buffer), "%s=%#lx, %lu%%", "a", 0xdeadbeef0UL, 0UL), 17);
    assert_string_equal(buffer, "a=0xdeadbeef0, 0%");
    format(buffer, sizeof(buffer), "%lu %#lx", UINT64_MAX, UINT64_MAX);
    assert_string_equal(buffer, "18446744073709551615 0xffffffffffffffff");
}

static void format_cuts_and_stops(void **state)
{
    char buffer[8] = "#######";
    unsigned long length;

    (void)state;
    length = format(buffer, 5, "abc%#lx", 0x1234UL);
    assert_int_equal(length, 4);
    assert_string_equal(buffer, "abc0");
    assert_int_equal(buffer[5], '#');
    format(buffer, sizeof(buffer), "a%d", 5);
    assert_string_equal(buffer, "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memmove_equals_libc),          cmocka_unit_test(memcpy_goes_forwards),
        cmocka_unit_test(memset_fills_exactly),         cmocka_unit_test(compares),
        cmocka_unit_test(format_knows_its_conversions), cmocka_unit_test(format_cuts_and_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
