/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's console among the command's own output: whole lines, no control bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "console.h"

/* What comes out for these bytes, given in pieces of this size; the caller frees it. */
static char *shown(const char *bytes, size_t length, size_t piece, bool json)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), false};
    struct console console;

    console_init(&console, &text, json);
    for (size_t at = 0; at < length; at += piece)
        console_print(&console, bytes + at, length - at < piece ? length - at : piece);
    console_break(&console);
    console_break(&console); /* has nothing left to print */
    fclose(text.stream);
    return out;
}

static void expect(const char *bytes, size_t length, bool json, const char *expected)
{
    for (size_t piece = 1; piece <= length; piece++) {
        char *out = shown(bytes, length, piece, json);

        assert_string_equal(out, expected);
        free(out);
    }
}

#define TEXT(bytes, expected) expect(bytes, sizeof(bytes) - 1, false, expected)
#define JSON(bytes, expected) expect(bytes, sizeof(bytes) - 1, true, expected)

static void test_lines(void **state)
{
    (void)state;
    TEXT("one\r\ntwo\nthr", "  | one\n  | two\n  | thr\n");
    TEXT("\n\r\n", "  |\n  |\n");
    char *nothing = shown("", 0, 1, false);
    assert_string_equal(nothing, "");
    free(nothing);
}

static void test_control_bytes(void **state)
{
    (void)state;
    TEXT("\033[2Ja\0b\x7f\x80\xff\tc\b\n", "  | .[2Ja.b....c.\n");
    JSON("\033[2Ja\0b\xc3\xa4\n", "{\"console\":\".[2Ja.b..\"}\n");
}

static void test_json(void **state)
{
    (void)state;
    JSON("say \"hi\\\"\n\n", "{\"console\":\"say \\\"hi\\\\\\\"\"}\n{\"console\":\"\"}\n");
}

/* Lines too long for the page are broken to fit, and nothing of them is lost. */
static void test_long_lines_fit(void **state)
{
    char line[CONSOLE_LINE_MAX - 1], *out;
    size_t letters = 0;

    (void)state;
    memset(line, 'x', sizeof(line));
    out = shown(line, sizeof(line), sizeof(line), false);
    for (char *at = strtok(out, "\n"); at; at = strtok(NULL, "\n")) {
        assert_in_range(strlen(at), 5, TEXT_COLUMNS);
        assert_memory_equal(at, "  | x", 5);
        letters += strlen(at) - 4;
    }
    assert_int_equal(letters, sizeof(line));
    free(out);
    memset(line, 'y', 96);
    line[96] = '\n';
    out = shown(line, 97, 97, false);
    assert_int_equal(strlen(out), 101); /* one full line, and no empty one after it */
    free(out);
}

/* A guest that never ends its line fills no memory; each piece is one JSON value. */
static void test_endless_line(void **state)
{
    enum { LENGTH = 3 * CONSOLE_LINE_MAX + 10 };
    char *bytes = malloc(LENGTH), *out;
    size_t letters = 0, objects = 0;

    (void)state;
    memset(bytes, '"', LENGTH);
    out = shown(bytes, LENGTH, 1000, true);
    for (char *at = strtok(out, "\n"); at; at = strtok(NULL, "\n")) {
        json_t *object = json_loads(at, 0, NULL);

        assert_non_null(object);
        letters += json_string_length(json_object_get(object, "console"));
        objects++;
        json_decref(object);
    }
    assert_int_equal(letters, LENGTH);
    assert_int_equal(objects, 4);
    free(out);
    free(bytes);
}

/* The newline of a line that was just full ends that line, not an empty one. */
static void test_exactly_full_line(void **state)
{
    char bytes[CONSOLE_LINE_MAX + 4], *out;

    (void)state;
    memset(bytes, 'x', CONSOLE_LINE_MAX);
    memcpy(bytes + CONSOLE_LINE_MAX, "\r\n\nz", 4);
    out = shown(bytes, sizeof(bytes), 7, true);
    assert_non_null(strstr(out, "x\"}\n{\"console\":\"\"}\n{\"console\":\"z\"}\n"));
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),        cmocka_unit_test(test_control_bytes),
        cmocka_unit_test(test_json),         cmocka_unit_test(test_long_lines_fit),
        cmocka_unit_test(test_endless_line), cmocka_unit_test(test_exactly_full_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
