/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: messages, context, kinds and the exit status that each stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "error.h"

static void expect(struct error *err, enum error_kind kind, int status, const char *message)
{
    assert_non_null(err);
    assert_int_equal(error_kind(err), kind);
    assert_int_equal(error_exit_status(err), status);
    assert_string_equal(error_message(err), message);
    error_free(err);
}

static void test_exit_statuses(void **state)
{
    (void)state;
    assert_int_equal(error_exit_status(NULL), 0);
    expect(error_new(ERROR_CHECK, "a"), ERROR_CHECK, 1, "a");
    expect(error_new(ERROR_INPUT, "b"), ERROR_INPUT, 2, "b");
    expect(error_new(ERROR_SYSTEM, "c"), ERROR_SYSTEM, 2, "c");
    expect(error_new(ERROR_GUEST, "d"), ERROR_GUEST, 3, "d");
    expect(error_new(ERROR_TIMEOUT, "e"), ERROR_TIMEOUT, 3, "e");
    expect(error_new(ERROR_PROTOCOL, "f"), ERROR_PROTOCOL, 3, "f");
    expect(error_new(ERROR_CLOSED, "g"), ERROR_CLOSED, 3, "g");
}

static void test_context(void **state)
{
    struct error *err = error_new(ERROR_INPUT, "%d bytes at 0x%x", 4, 0x10);

    (void)state;
    err = error_context(err, "segment %d", 2);
    err = error_context(err, "%s", "vmlinuz");
    expect(err, ERROR_INPUT, 2, "vmlinuz: segment 2: 4 bytes at 0x10");
    assert_null(error_context(NULL, "nothing %s", "wrong"));
}

/* Text from outside is data, also when it goes through context after context. */
static void test_percent_signs(void **state)
{
    struct error *err = error_new(ERROR_INPUT, "%s", "100%s%n");

    (void)state;
    err = error_context(err, "%s", "50%d");
    expect(err, ERROR_INPUT, 2, "50%d: 100%s%n");
}

static void test_errno(void **state)
{
    char expected[128];

    (void)state;
    snprintf(expected, sizeof(expected), "/x: open: %s", strerror(ENOENT));
    errno = EIO; /* the number given counts */
    expect(error_errno(ENOENT, "%s: open", "/x"), ERROR_SYSTEM, 2, expected);
}

static void test_long_messages_are_whole(void **state)
{
    char *text = malloc(100001);

    (void)state;
    memset(text, 'x', 100000);
    text[100000] = '\0';
    struct error *err = error_context(error_new(ERROR_GUEST, "%s", text), "guest");
    assert_int_equal(strlen(error_message(err)), 100000 + strlen("guest: "));
    error_free(err);
    error_free(NULL);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_statuses),           cmocka_unit_test(test_context),
        cmocka_unit_test(test_percent_signs),           cmocka_unit_test(test_errno),
        cmocka_unit_test(test_long_messages_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
