/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress bar: its text at every moment, and that it keeps still where nobody would see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "progress.h"

static void expect(uint64_t done, uint64_t total, const char *expected)
{
    char text[128];

    progress_format("unpacking", done, total, 2500, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void test_format(void **state)
{
    (void)state;
    expect(0, 65 << 20, "unpacking [                                        ]   0%  0 B of 65 MiB");
    expect(1 << 20, 2 << 20,
           "unpacking [####################                    ]  50%  1 MiB of 2 MiB");
    expect(10, 10, "unpacking [########################################] 100%  10 B of 10 B");
    expect(11, 10, "unpacking [########################################] 100%  10 B of 10 B");
    expect(5, 0, "unpacking, 2 s");
}

/* A bar that wrapped could not be wiped. */
static void test_always_under_100_columns(void **state)
{
    static const uint64_t values[] = {0,         1, 1023, 1047552, (1 << 30) - 1, UINT64_MAX - 1,
                                      UINT64_MAX};
    char label[201], text[400];

    (void)state;
    memset(label, 'x', 200);
    label[200] = '\0';
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
            progress_format(label, values[i], values[j], INT64_MAX, text, sizeof(text));
            assert_in_range(strlen(text), 1, 99);
        }
    }
    progress_format(label, 1, 2, 0, text, 10);
    assert_true(strlen(text) < 10);
}

/* The bytes that a bar left on a terminal, as the other side sees them. */
static size_t on_terminal(int64_t ago_ms, bool ended, char *out, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);

    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    FILE *terminal = fopen(ptsname(master), "r+");
    assert_non_null(terminal);
    struct progress progress = progress_begin(terminal, "packing");
    progress.started -= ago_ms;
    progress_update(&progress, 1, 4);
    progress_update(&progress, 2, 4); /* too soon to be drawn again */
    if (ended)
        progress_end(&progress);
    fclose(terminal);
    size_t length = 0;
    ssize_t got;
    /* With the other side closed, reading ends in EIO once everything was read. */
    while ((got = read(master, out + length, size - 1 - length)) > 0)
        length += (size_t)got;
    out[length] = '\0';
    close(master);
    return length;
}

static void test_terminal(void **state)
{
    char text[512];

    (void)state;
    assert_int_equal(on_terminal(0, true, text, sizeof(text)), 0); /* done within the second */
    assert_true(on_terminal(60000, false, text, sizeof(text)) > 0);
    assert_non_null(strstr(text, " 25%"));
    assert_null(strstr(text, " 50%"));
    assert_null(strchr(text, '\n'));
    on_terminal(60000, true, text, sizeof(text));
    assert_non_null(strstr(strstr(text, " 25%"), "\r\033[K"));
}

static void test_no_terminal(void **state)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    struct progress progress = progress_begin(stream, "packing");

    (void)state;
    progress.started -= 60000;
    progress_update(&progress, 1, 4);
    progress_end(&progress);
    fclose(stream);
    assert_int_equal(size, 0);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_always_under_100_columns),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_no_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
