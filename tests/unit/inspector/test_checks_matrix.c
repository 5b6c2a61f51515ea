/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guests that a matrix makes, and how shards divide them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "matrix.h"

/* One `matrix` line, without the word; the first line of its error. */
static void add(struct matrix *matrix, const char *line, const char *message)
{
    struct source *source;
    struct error *err = source_from_text("m", line, strlen(line), &source);
    char first[256] = "";

    assert_null(err);
    struct cursor cursor = cursor_new(source, 1);
    err = matrix_parse(matrix, &cursor);
    if (err)
        snprintf(first, sizeof(first), "%.*s", (int)strcspn(error_message(err), "\n"),
                 error_message(err));
    assert_string_equal(first, message);
    error_free(err);
    source_free(source);
}

static void test_product(void **state)
{
    struct matrix matrix = {0};
    char label[128];

    (void)state;
    assert_int_equal(matrix_cells(&matrix), 1);
    add(&matrix, "seed 1..3 7", "");
    add(&matrix, "memory 128M 512M", "");
    add(&matrix, "append \"\" \"nokaslr quiet\"", "");
    assert_int_equal(matrix_cells(&matrix), 16);
    struct cell cell = matrix_cell(&matrix, 0);
    assert_string_equal(cell_label(&cell, label, sizeof(label)),
                        "memory 128M, append \"\", seed 1");
    cell = matrix_cell(&matrix, 15);
    assert_string_equal(cell_label(&cell, label, sizeof(label)),
                        "memory 512M, append \"nokaslr quiet\", seed 7");
    /* Each cell is another. */
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < i; j++) {
            struct cell a = matrix_cell(&matrix, i), b = matrix_cell(&matrix, j);

            assert_memory_not_equal(&a, &b, sizeof(a));
        }
    matrix_free(&matrix);
}

static void test_refused(void **state)
{
    struct matrix matrix = {0};

    (void)state;
    add(&matrix, "colour red", "m:1:1: matrix of what? memory, cpu, append or seed");
    add(&matrix, "cpu", "m:1:4: a value is missing here");
    add(&matrix, "cpu max max", "m:1:9: cpu \"max\" is listed twice");
    add(&matrix, "seed 1 x", "m:1:8: \"x\": no number, and no range like 1..20");
    add(&matrix, "seed 5..4", "m:1:6: \"5..4\": no number, and no range like 1..20");
    add(&matrix, "seed 2..18446744073709551615", "m:1:6: more than 1024 values for seed");
    add(&matrix, "seed 18446744073709551616",
        "m:1:6: \"18446744073709551616\": no number, and no range like 1..20");
    add(&matrix, "seed 18446744073709551615", "");
    matrix_free(&matrix);
    add(&matrix, "seed 1..1000", "");
    add(&matrix, "memory 1G 2G 3G 4G", "");
    add(&matrix, "memory 5G", "m:1:8: the matrix makes more than 4096 guests");
    matrix_free(&matrix);
}

static void test_guest(void **state)
{
    struct guest_options defaults = {.memory = "1G", .append = "quiet"}, guest;
    struct matrix matrix = {0};
    char append[32];
    struct cell cell;

    (void)state;
    add(&matrix, "seed 9", "");
    cell = matrix_cell(&matrix, 0);
    assert_null(cell_guest(&cell, &defaults, append, sizeof(append), &guest));
    assert_string_equal(guest.memory, "1G");
    assert_string_equal(guest.append, "quiet kaslr_seed=9");
    add(&matrix, "append \"\"", "");
    add(&matrix, "memory 2G", "");
    cell = matrix_cell(&matrix, 0);
    assert_null(cell_guest(&cell, &defaults, append, sizeof(append), &guest));
    assert_string_equal(guest.memory, "2G");
    assert_string_equal(guest.append, "kaslr_seed=9");
    struct error *err = cell_guest(&cell, &defaults, append, 8, &guest);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    error_free(err);
    matrix_free(&matrix);
}

static void test_shards(void **state)
{
    struct shard shard;

    (void)state;
    assert_true(shard_parse("2/3", &shard));
    assert_int_equal(shard.number, 2);
    static const char *const bad[] = {"",    "1",    "0/3",  "4/3",  "1/0",
                                      "a/3", "1/3x", "-1/3", "1/ 3", "1/10001"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(shard_parse(bad[i], &shard));
    /* Every guest belongs to exactly one part, and no part is larger than another by two. */
    for (unsigned int of = 1; of < 9; of++) {
        unsigned int sizes[9] = {0};

        for (size_t i = 0; i < 50; i++) {
            unsigned int owners = 0;

            for (unsigned int number = 1; number <= of; number++) {
                bool has = shard_has(&(struct shard){number, of}, i);

                owners += has;
                sizes[number] += has;
            }
            assert_int_equal(owners, 1);
        }
        for (unsigned int number = 1; number <= of; number++)
            assert_true(sizes[number] == 50 / of || sizes[number] == 50 / of + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_guest),
        cmocka_unit_test(test_shards),
    };

    return cmocka_run_group_tests_name("check matrix", tests, NULL, NULL);
}
