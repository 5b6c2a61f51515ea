/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two recorded boots on one list: what is matched, in which order, and what costs are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "recording.h"

/* A boot that passes these stages, of one letter each, every one 10 instructions behind the last. */
static struct recording *boot(const char *letters)
{
    struct recording *recording = calloc(1, sizeof(*recording));

    assert_non_null(recording);
    for (size_t i = 0; letters[i]; i++) {
        struct stage *stage = &recording->stages.list[recording->stages.count++];

        stage->name[0] = letters[i];
        recording->stops[recording->count++] = (struct recorded_stop){.stage = stage,
                                                                      .instructions = 10 * (i + 1)};
    }
    return recording;
}

/* The lines as text: "x" both, "<x" only the first, ">x" only the second, "!" passed elsewhere. */
static void expect(const char *first, const char *second, const char *lines)
{
    struct recording *a = boot(first), *b = boot(second);
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    size_t count = recording_match(a, b, pairs);
    char found[256] = "";

    for (size_t i = 0; i < count; i++) {
        const struct recorded_stop *stop = pairs[i].a ? pairs[i].a : pairs[i].b;

        strcat(found, pairs[i].a && pairs[i].b ? "" : pairs[i].a ? "<" : ">");
        strcat(found, stop->stage->name);
        strcat(found, pairs[i].elsewhere ? "!" : "");
    }
    assert_string_equal(found, lines);
    recording_free(a);
    recording_free(b);
}

static void test_order(void **state)
{
    (void)state;
    expect("abc", "abc", "abc");
    expect("", "", "");
    expect("abc", "", "<a<b<c");
    expect("", "ab", ">a>b");
    /* What one has not stands where the other passes it. */
    expect("abcd", "ad", "a<b<cd");
    expect("ad", "abcd", "a>b>cd");
    expect("abd", "acd", "a<b>cd");
    expect("abc", "xyz", "<a<b<c>x>y>z");
}

static void test_another_order(void **state)
{
    (void)state;
    expect("abcd", "acbd", "a<b!c>b!d");
    /* As many as can be are matched: not b, which would leave two out. */
    expect("bcda", "acdb", "<b!>a!cd<a!>b!");
}

static void test_costs(void **state)
{
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    struct recording *a = boot("abcd"), *b = boot("ad");

    (void)state;
    assert_int_equal(recording_match(a, b, pairs), 4);
    assert_int_equal(pairs[0].cost_a, 10);
    assert_int_equal(pairs[0].cost_b, 10);
    /* From a to d on both sides, though the first stopped twice in between. */
    assert_int_equal(pairs[3].cost_a, 30);
    assert_int_equal(pairs[3].cost_b, 10);
    recording_free(a);
    recording_free(b);
}

/* Every stage of a full list, and none of another: the table's and the list's room. */
static void test_most(void **state)
{
    struct recorded_pair pairs[RECORDED_PAIRS_MAX];
    char many[STAGES_MAX + 1] = "", others[STAGES_MAX + 1] = "";

    (void)state;
    for (int i = 0; i < STAGES_MAX; i++) {
        many[i] = (char)(1 + i);
        others[i] = (char)(-1 - i);
    }
    struct recording *a = boot(many), *b = boot(many), *c = boot(others);
    assert_int_equal(recording_match(a, b, pairs), STAGES_MAX);
    assert_int_equal(recording_match(a, c, pairs), RECORDED_PAIRS_MAX);
    recording_free(a);
    recording_free(b);
    recording_free(c);
}

static void name(struct recording *recording, size_t position, const char *stage)
{
    strcpy(recording->stages.list[position].name, stage);
}

static void test_total(void **state)
{
    struct recording *recording = boot("abcd");
    uint64_t total;

    (void)state;
    assert_false(recording_total(recording, &total));
    name(recording, 1, "startup-32");
    assert_false(recording_total(recording, &total));
    name(recording, 3, "kernel-entry");
    assert_true(recording_total(recording, &total));
    assert_int_equal(total, 20);
    recording_free(recording);
}

static void test_why_not(void **state)
{
    struct recording *recording = boot("ab");
    char why[256];

    (void)state;
    assert_string_equal(recording_why_not(recording, "x", why, sizeof(why)),
                        "its code has no such stage");
    recording->stages.absent_count = 1;
    recording->stages.absent[0] = (struct stage_absent){.name = "x", .why = "nothing copies"};
    assert_string_equal(recording_why_not(recording, "x", why, sizeof(why)), "nothing copies");
    recording->stages.absent[0].expected = true;
    assert_string_equal(recording_why_not(recording, "x", why, sizeof(why)),
                        "not found: nothing copies");
    recording->count = 1;
    assert_string_equal(recording_why_not(recording, "b", why, sizeof(why)),
                        "in its code, and not passed");
    recording->stages.list[1].optional = true;
    assert_string_equal(recording_why_not(recording, "b", why, sizeof(why)),
                        "in its code, and not passed: not every boot takes that way");
    recording->failure = error_new(ERROR_GUEST, "triple fault");
    assert_string_equal(recording_why_not(recording, "b", why, sizeof(why)),
                        "the boot ended before it");
    recording_free(recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_another_order),
        cmocka_unit_test(test_costs), cmocka_unit_test(test_most),
        cmocka_unit_test(test_total), cmocka_unit_test(test_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
