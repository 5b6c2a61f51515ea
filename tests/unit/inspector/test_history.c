/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "history.h"

static const struct stage stages[3] = {{.name = "a"}, {.name = "b"}, {.name = "c"}};

static unsigned int add(struct history *history, uint64_t count, const struct stage *stage)
{
    return history_add(history, &(struct kept){.count = count, .stage = stage})->tag;
}

/* The start, three checkpoints, and a scratch machine that was made last. */
static struct history filled(void)
{
    struct history history = {0};

    add(&history, 0, NULL);
    add(&history, 100, &stages[0]);
    add(&history, 200, &stages[1]);
    add(&history, 300, &stages[2]);
    history_add(&history, &(struct kept){.count = 250, .scratch = true});
    return history;
}

static void test_nearest(void **state)
{
    struct history history = filled();

    (void)state;
    assert_int_equal(history_nearest(&history, 0)->count, 0);
    assert_int_equal(history_nearest(&history, 99)->count, 0);
    assert_int_equal(history_nearest(&history, 100)->count, 100);
    assert_int_equal(history_nearest(&history, 299)->count, 250);
    assert_int_equal(history_nearest(&history, UINT64_MAX)->count, 300);
    history_free(&history);
    assert_null(history_nearest(&history, 5));
}

/* Of two at one place the later one has what was written there. */
static void test_later_of_equals(void **state)
{
    struct history history = filled();
    unsigned int tag = add(&history, 200, NULL);

    (void)state;
    assert_int_equal(history_nearest(&history, 200)->tag, tag);
    history_free(&history);
}

static void test_stages(void **state)
{
    struct history history = filled();

    (void)state;
    assert_int_equal(history_stage(&history, &stages[1])->count, 200);
    assert_null(history_stage(&history, stages + 3));
    history_free(&history);
}

static void test_cut_leaves_the_start(void **state)
{
    struct history history = filled();
    unsigned int tag, cut = 0;

    (void)state;
    while (history_cut(&history, 250, &tag))
        cut++;
    assert_int_equal(cut, 2);
    assert_int_equal(history_nearest(&history, UINT64_MAX)->count, 200);
    while (history_cut(&history, 0, &tag))
        cut++;
    assert_int_equal(cut, 4);
    assert_int_equal(history.count, 1);
    assert_int_equal(history.list[0].count, 0);
    history_free(&history);
}

static void test_write_after(void **state)
{
    struct history history = filled();

    (void)state;
    assert_null(history_write_after(&history, 0));
    history_add(&history, &(struct kept){.count = 200, .written = true});
    assert_int_equal(history_write_after(&history, 199)->count, 200);
    assert_null(history_write_after(&history, 200));
    history_free(&history);
}

/* The oldest scratch machine goes, never a checkpoint's; tags are not used again. */
static void test_spare(void **state)
{
    struct history history = filled();
    unsigned int tag, oldest = history_nearest(&history, 299)->tag;

    (void)state;
    for (unsigned int i = 1; i < HISTORY_SCRATCH_MAX; i++) {
        assert_false(history_spare(&history, &tag));
        history_add(&history, &(struct kept){.count = 10 + i, .scratch = true});
    }
    assert_false(history_spare(&history, &tag));
    history_add(&history, &(struct kept){.count = 5, .scratch = true});
    assert_true(history_spare(&history, &tag));
    assert_int_equal(tag, oldest);
    assert_false(history_spare(&history, &tag));
    assert_int_equal(history_nearest(&history, 299)->count, 200);
    assert_true(add(&history, 1, NULL) > oldest + HISTORY_SCRATCH_MAX);
    history_free(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest), cmocka_unit_test(test_later_of_equals),
        cmocka_unit_test(test_stages),  cmocka_unit_test(test_cut_leaves_the_start),
        cmocka_unit_test(test_spare),   cmocka_unit_test(test_write_after),
    };

    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
