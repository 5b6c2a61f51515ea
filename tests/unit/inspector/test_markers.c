/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markers.h"

/* From memory of exactly that size, so that ASan sees a read past it. */
static void feed(struct markers *markers, const char *bytes, size_t length)
{
    char *piece = malloc(length ? length : 1);

    memcpy(piece, bytes, length);
    markers_feed(markers, piece, length);
    free(piece);
}

static void feed_text(struct markers *markers, const char *text)
{
    feed(markers, text, strlen(text));
}

static uint64_t value_of(const struct marker *marker, const char *key)
{
    uint64_t value = 0;

    assert_true(marker_value(marker, key, &value));
    return value;
}

static void test_stream_cut_anywhere(void **state)
{
    static const char stream[] = "@startup-32 esi=0x14a00\nnoise\n@bss-cleared start=0x1 "
                                 "end=0xffffffffffffffff\n@kernel-entry\n";

    (void)state;
    for (size_t cut = 0; cut < sizeof(stream); cut++) {
        struct markers *markers = markers_new();

        feed(markers, stream, cut);
        feed(markers, stream + cut, sizeof(stream) - 1 - cut);
        assert_int_equal(markers_count(markers), 3);
        assert_int_equal(markers_malformed(markers), 1);
        assert_string_equal(markers_first_malformed(markers), "noise");
        assert_string_equal(markers_get(markers, 0)->name, "startup-32");
        assert_true(value_of(markers_get(markers, 0), "esi") == 0x14a00);
        assert_true(value_of(markers_get(markers, 1), "end") == UINT64_MAX);
        assert_int_equal(markers_get(markers, 2)->count, 0);
        markers_free(markers);
    }
}

static void test_byte_by_byte(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    for (const char *at = "@a b=0x1\n@c\n"; *at; at++)
        feed(markers, at, 1);
    assert_int_equal(markers_count(markers), 2);
    markers_free(markers);
}

static void test_unfinished_line_is_not_counted(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    feed_text(markers, "@half a=0x1");
    assert_int_equal(markers_count(markers), 0);
    assert_int_equal(markers_malformed(markers), 0);
    feed_text(markers, "2\n");
    assert_true(value_of(markers_get(markers, 0), "a") == 0x12);
    markers_free(markers);
}

static void test_what_is_no_marker(void **state)
{
    static const char *const lines[] = {
        "",
        "@",
        "x",
        "name",
        "@-name",
        "@name ",
        "@name  a=0x1",
        "@name a=0x1 ",
        "@name\ta=0x1",
        " @name",
        "@name a",
        "@name a=",
        "@name a=1",
        "@name a=0x",
        "@name a=0xg",
        "@name a=0X1",
        "@name a=0x1g",
        "@name =0x1",
        "@name 1a=0x1",
        "@name a=0x10000000000000000",
        "@name a=0x1 a=0x2",
        "@name a=0x1\r",
        "@na\x80me",
        "@name k0123456789012345678901234=0x1",
        "@n01234567890123456789012345678901234567890123456",
        "@n a=0x0 b=0x0 c=0x0 d=0x0 e=0x0 f=0x0 g=0x0 h=0x0 i=0x0 j=0x0 k=0x0 l=0x0 m=0x0 n=0x0 "
        "o=0x0 p=0x0 q=0x0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct markers *markers = markers_new();

        feed_text(markers, lines[i]);
        feed_text(markers, "\n@good a=0x1\n");
        assert_int_equal(markers_malformed(markers), 1);
        assert_int_equal(markers_count(markers), 1);
        assert_string_equal(markers_get(markers, 0)->name, "good");
        markers_free(markers);
    }
}

static void test_limits_that_still_fit(void **state)
{
    static const char *const lines[] = {
        "@n a=0x0 b=0x0 c=0x0 d=0x0 e=0x0 f=0x0 g=0x0 h=0x0 i=0x0 j=0x0 k=0x0 l=0x0 m=0x0 n=0x0 "
        "o=0x0 p=0x0\n",
        "@n0123456789012345678901234567890123456789012345\n", /* 47 */
        "@n k0123456789012345678901=0x0\n",                   /* 23 */
        "@n a=0x0123456789abcdef\n",
        "@n a=0xABCDEF\n",
        "@n _a1=0x1\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct markers *markers = markers_new();

        feed_text(markers, lines[i]);
        assert_int_equal(markers_count(markers), 1);
        markers_free(markers);
    }
}

static void test_line_length(void **state)
{
    char line[2 * CHECKPOINT_LINE_MAX];

    (void)state;
    for (size_t length = CHECKPOINT_LINE_MAX - 2; length <= CHECKPOINT_LINE_MAX + 40; length++) {
        struct markers *markers = markers_new();

        memset(line, 'x', length);
        line[length] = '\n';
        feed(markers, line, length / 2);
        feed(markers, line + length / 2, length + 1 - length / 2);
        assert_int_equal(markers_malformed(markers), 1);
        assert_true(strlen(markers_first_malformed(markers)) <= CHECKPOINT_LINE_MAX - 1);
        feed_text(markers, "@next\n");
        assert_int_equal(markers_count(markers), 1);
        markers_free(markers);
    }
}

/* A line whose first bytes are a marker, but which does not end there. */
static void test_tail_of_a_long_line_is_no_marker(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    for (int i = 0; i < 3 * CHECKPOINT_LINE_MAX; i++)
        feed_text(markers, "y");
    feed_text(markers, "@late a=0x1\n");
    assert_int_equal(markers_count(markers), 0);
    assert_int_equal(markers_malformed(markers), 1);
    markers_free(markers);
}

static void test_first_malformed_is_printable(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    feed(markers, "a\0\x1b[31m\xff\n", 9);
    feed_text(markers, "second\n");
    assert_string_equal(markers_first_malformed(markers), "a..[31m.");
    assert_int_equal(markers_malformed(markers), 2);
    markers_free(markers);
}

static void test_kept_markers_are_bounded_and_stay(void **state)
{
    struct markers *markers = markers_new();
    char line[64];

    (void)state;
    feed_text(markers, "@first n=0x0\n");
    const struct marker *first = markers_get(markers, 0);
    for (int i = 1; i < 4100; i++) {
        snprintf(line, sizeof(line), "@later n=0x%x\n", i);
        feed_text(markers, line);
    }
    assert_int_equal(markers_count(markers), 4096);
    assert_int_equal(markers_malformed(markers), 4);
    assert_ptr_equal(first, markers_get(markers, 0));
    assert_string_equal(first->name, "first");
    markers_free(markers);
}

static void test_newest_of_a_name(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    feed_text(markers, "@a n=0x1\n@b n=0x2\n@a n=0x3\n");
    assert_true(value_of(markers_find(markers, "a"), "n") == 3);
    assert_true(value_of(markers_find(markers, "b"), "n") == 2);
    assert_null(markers_find(markers, "c"));
    markers_free(markers);
}

static void count_marker(void *context, const struct marker *marker)
{
    char *names = context;

    strcat(names, marker->name);
    strcat(names, " ");
}

static void test_handler_sees_them_in_order(void **state)
{
    struct markers *markers = markers_new();
    char names[64] = "";

    (void)state;
    markers_on_marker(markers, count_marker, names);
    feed_text(markers, "@one\nbad\n@two\n@thr");
    assert_string_equal(names, "one two ");
    markers_free(markers);
}

static void test_json_keeps_keys_and_values(void **state)
{
    struct markers *markers = markers_new();

    (void)state;
    feed_text(markers, "@m b=0x00ff a=0x0\n");
    json_t *object = marker_json(markers_get(markers, 0));
    assert_int_equal(json_object_size(object), 2);
    assert_string_equal(json_string_value(json_object_get(object, "b")), "0xff");
    assert_string_equal(json_string_value(json_object_get(object, "a")), "0x0");
    json_decref(object);
    uint64_t value = 7;
    assert_false(marker_value(markers_get(markers, 0), "c", &value));
    assert_true(value == 7);
    markers_free(markers);
}

/* Back into the middle of a line, and the same again: the markers are the very same ones. */
static void test_back_and_forth(void **state)
{
    struct markers *markers = markers_new();
    struct markers_place middle, end;

    (void)state;
    feed_text(markers, "@a n=0x1\n@b n=");
    markers_place(markers, &middle);
    feed_text(markers, "0x2\n@c\nnoise\n");
    markers_place(markers, &end);
    const struct marker *c = markers_find(markers, "c");
    markers_truncate(markers, &middle);
    assert_int_equal(markers_count(markers), 1);
    assert_null(markers_find(markers, "c"));
    assert_int_equal(markers_malformed(markers), 0);
    markers_truncate(markers, &end);
    assert_int_equal(markers_count(markers), 3);
    assert_int_equal(markers_malformed(markers), 1);
    markers_truncate(markers, &middle);
    feed_text(markers, "0x2\n@c\n");
    assert_ptr_equal(markers_find(markers, "c"), c);
    assert_int_equal(value_of(markers_find(markers, "b"), "n"), 2);
    markers_free(markers);
}

/* What comes otherwise than before ends what was known of later ones. */
static void test_another_future(void **state)
{
    struct markers *markers = markers_new();
    struct markers_place start, end;

    (void)state;
    markers_place(markers, &start);
    feed_text(markers, "@a n=0x1\n@b\n@c\n");
    markers_place(markers, &end);
    markers_truncate(markers, &start);
    feed_text(markers, "@a n=0x9\n");
    assert_int_equal(value_of(markers_find(markers, "a"), "n"), 9);
    markers_truncate(markers, &end);
    assert_int_equal(markers_count(markers), 1);
    markers_free(markers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_cut_anywhere),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_unfinished_line_is_not_counted),
        cmocka_unit_test(test_what_is_no_marker),
        cmocka_unit_test(test_limits_that_still_fit),
        cmocka_unit_test(test_line_length),
        cmocka_unit_test(test_tail_of_a_long_line_is_no_marker),
        cmocka_unit_test(test_first_malformed_is_printable),
        cmocka_unit_test(test_kept_markers_are_bounded_and_stay),
        cmocka_unit_test(test_newest_of_a_name),
        cmocka_unit_test(test_handler_sees_them_in_order),
        cmocka_unit_test(test_json_keeps_keys_and_values),
        cmocka_unit_test(test_back_and_forth),
        cmocka_unit_test(test_another_future),
    };

    return cmocka_run_group_tests_name("markers", tests, NULL, NULL);
}
