/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expression language: errors with their columns, bounds, where an expression ends, garbage. */
#include "expr_world.h"

static void wrong(const char *text, size_t column, const char *message)
{
    struct expr *expr = NULL;

    check_error(text, expr_parse(text, &expr), ERROR_INPUT, column, message);
    assert_null(expr);
}

static void test_what_does_not_parse(void **state)
{
    (void)state;
    wrong("", 1, "a value is missing");
    wrong("cr0 >> ) 1", 8, "a value is missing");
    wrong("1 +", 4, "a value is missing");
    wrong("* 2", 1, "a value is missing");
    wrong("()", 2, "a value is missing");
    wrong("1 && and 2", 6, "a value is missing");
    wrong("(1 + 2", 7, ") is missing for the ( in column 1");
    wrong("(1 + 2]", 7, ") is missing for the ( in column 1");
    wrong("u8[1 + (2]", 10, ") is missing for the ( in column 8");
    wrong("u8[1", 5, "] is missing for the [ in column 3");
    wrong("1 ? 2", 6, ": is missing for the ? in column 3");
    wrong("1 ? 2 : ", 9, "a value is missing");
    wrong("1 : 2", 3, "there is no ? for this");
    wrong("1 2", 3, "an operator is missing");
    wrong("rax $rbx", 5, "an operator is missing");
    wrong("foo(1)", 4, "an operator is missing");
    wrong("1 !", 3, "an operator is missing");
    wrong("1)", 2, "there is nothing that this closes");
    wrong("1 ]", 3, "there is nothing that this closes");
    wrong("a = 1", 3, "comparison is ==, and there is no assignment");
    wrong("a == = 1", 6, "comparison is ==, and there is no assignment");
    wrong("1 + #", 5, "this is no part of an expression: #");
    wrong("1 @ 2", 3, "this is no part of an expression: @");
    wrong("(1 @ 2)", 4, "this is no part of an expression: @");
    wrong("sym()", 5, "a symbol's name is missing");
    wrong("sym(1)", 5, "a symbol's name is missing");
    wrong("sym(a + 1)", 7, ") is missing for the ( in column 4");
    wrong("sym(a", 6, ") is missing for the ( in column 4");
    wrong("u9[1]", 1, "memory is u8[], u16[], u32[], u64[] or phys8[] ...");
    wrong("1 + $", 6, "a register's name is missing");
    wrong("$1", 2, "a register's name is missing");
}

static void test_what_is_no_number(void **state)
{
    (void)state;
    wrong("1 + 0x", 7, "a digit is missing");
    wrong("0b", 3, "a digit is missing");
    wrong("0b12", 4, "this is no digit of the number: 2");
    wrong("08", 2, "this is no digit of the number: 8");
    wrong("12a", 3, "this is no digit of the number: a");
    wrong("1.5", 2, "this is no digit of the number: .");
    wrong("4KB", 3, "this is no digit of the number: B");
    wrong("1 + 18446744073709551616", 5, "the number does not fit into 64 bits");
    wrong("0x10000000000000000", 1, "the number does not fit into 64 bits");
    wrong("17179869184G", 1, "the number does not fit into 64 bits");
    wrong("99999999999999999999999999999999999999", 1, "the number does not fit into 64 bits");
    wrong("'", 2, "a character is missing");
    wrong("''", 2, "a character is missing");
    wrong("'ab'", 3, "the closing ' is missing");
    wrong("'\\q'", 3, "no such escape: there are \\0 \\n \\r \\t \\\\ \\' \\xHH");
    wrong("'\\x1'", 3, "no such escape: there are \\0 \\n \\r \\t \\\\ \\' \\xHH");
    wrong("'\\", 3, "no such escape: there are \\0 \\n \\r \\t \\\\ \\' \\xHH");
}

static void wrong_value(const char *text, enum error_kind kind, size_t column, const char *message)
{
    struct expr *expr;
    uint64_t value;

    assert_null(expr_parse(text, &expr));
    check_error(text, expr_evaluate(expr, &names, &value), kind, column, message);
    expr_free(expr);
}

static void test_what_has_no_value(void **state)
{
    (void)state;
    wrong_value("1 / 0", ERROR_INPUT, 3, "division by zero");
    wrong_value("1 + 5 % (2 - 2)", ERROR_INPUT, 7, "division by zero");
    wrong_value("1 + nonesuch", ERROR_INPUT, 5, "nonesuch: no such name");
    wrong_value("1 + $nonesuch * 2", ERROR_INPUT, 5, "nonesuch: no such name");
    wrong_value("1 + sym(nonesuch)", ERROR_INPUT, 5, "nonesuch: no such name");
    wrong_value("1 + u32[0xfff + 1]", ERROR_PROTOCOL, 5, "u32[0x1000]: not mapped");
    wrong_value("phys64[u8[4]*4K]", ERROR_PROTOCOL, 1, "phys64[0x4000]: not mapped");
    wrong_value("u8[u8[4K]]", ERROR_PROTOCOL, 4, "u8[0x1000]: not mapped");
}

static void test_bytes_that_cannot_be_shown_keep_the_column(void **state)
{
    struct expr *expr;
    struct error *err = expr_parse("1\t+ \x1b[31m\xc3\xa4", &expr);

    (void)state;
    assert_non_null(err);
    assert_string_equal(error_message(err),
                        "column 5: this is no part of an expression: byte 0x1b\n"
                        "    1 + ?[31m??\n"
                        "        ^");
    error_free(err);
    err = expr_parse("'\xe4'", &expr);
    assert_non_null(err);
    assert_string_equal(error_message(err), "column 2: write this character as \\xHH\n"
                                            "    '?'\n"
                                            "     ^");
    error_free(err);
}

static void expect_depth(const char *left, const char *middle, const char *right, uint64_t value)
{
    char text[EXPR_LENGTH_MAX + 1];
    struct expr *expr;
    struct error *err;

    repeat(text, EXPR_DEPTH_MAX, left, middle, right);
    expect(text, value);
    repeat(text, EXPR_DEPTH_MAX + 1, left, middle, right);
    err = expr_parse(text, &expr);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), ": nested more than 64 deep\n"));
    error_free(err);
}

static void test_nesting_is_bounded(void **state)
{
    (void)state;
    expect_depth("(", "5", ")", 5);
    expect_depth("-", "5", "", 5);
    expect_depth("u8[", "5", "]", 5);
    expect_depth("0?1:", "5", "", 5);
    expect_depth("1?", "5", ":6", 5);
}

/* What stands side by side is no nesting. */
static void test_length_is_bounded(void **state)
{
    char text[2 * EXPR_LENGTH_MAX + 1];
    struct expr *expr;
    struct error *err;

    (void)state;
    repeat(text, (EXPR_LENGTH_MAX - 1) / 2, "1+", "1", "");
    expect(text, EXPR_LENGTH_MAX / 2);
    repeat(text, EXPR_LENGTH_MAX / 4 - 1, "(1)+", "1", "");
    expect(text, EXPR_LENGTH_MAX / 4);
    repeat(text, EXPR_LENGTH_MAX / 2, "1+", "1", "");
    err = expr_parse(text, &expr);
    assert_non_null(err);
    assert_int_equal(strncmp(error_message(err), "column 1025: longer than 1024 characters\n", 41),
                     0);
    error_free(err);
}

/* A mark far to the right is still seen: the text before it is cut. */
static void test_a_long_text_is_shown_in_part(void **state)
{
    char text[EXPR_LENGTH_MAX + 1];
    struct expr *expr;
    struct error *err;

    (void)state;
    repeat(text, 200, "1+", ")", "+1");
    err = expr_parse(text, &expr);
    assert_non_null(err);
    const char *second = strchr(error_message(err), '\n') + 1, *third = strchr(second, '\n') + 1;
    assert_true(third - second <= 101);
    assert_int_equal(second[strlen(third) - 1], ')');
    assert_int_equal(strncmp(error_message(err), "column 401: a value", 19), 0);
    error_free(err);
}

static void prefix(const char *text, const char *stops, uint64_t value, const char *rest)
{
    struct expr *expr;
    const char *end;
    uint64_t found;
    struct error *err = expr_parse_prefix(text, stops, &expr, &end);

    if (err)
        fail_msg("%s: %s", text, error_message(err));
    assert_null(expr_evaluate(expr, &names, &found));
    assert_int_equal(found, value);
    assert_string_equal(end, rest);
    expr_free(expr);
}

static void prefix_wrong(const char *text, const char *stops, size_t column, const char *message)
{
    struct expr *expr;
    const char *end;

    check_error(text, expr_parse_prefix(text, stops, &expr, &end), ERROR_INPUT, column, message);
}

static void test_the_beginning_of_a_text(void **state)
{
    (void)state;
    prefix("5 to 9", "", 5, "to 9");
    prefix("rax + 1 16", "", 8, "16");
    prefix("1 + 1  \"text\"", "", 2, "\"text\"");
    prefix("1 and 1 is", "", 1, "is");
    prefix("0, 4G) identity", ",", 0, ", 4G) identity");
    prefix("4G) identity", ",)", UINT64_C(4) << 30, ") identity");
}

static void test_stops_do_not_count_in_brackets(void **state)
{
    (void)state;
    prefix("(1) * 2) x", ")", 2, ") x");
    prefix("u8[(1)]] = 5", "]", 1, "] = 5");
    prefix("0 ? 2 : 3 : 4", ":", 3, ": 4");
    prefix("5 = 6", "=", 5, "= 6");
    prefix_wrong("(1, 2)", ",", 3, "this is no part of an expression: ,");
    prefix_wrong("", "", 1, "a value is missing");
    prefix_wrong(", 5", ",", 1, "a value is missing");
    prefix_wrong("5 ) 6", "", 3, "there is nothing that this closes");
    prefix_wrong("5to 6", "", 2, "this is no digit of the number: t");
    prefix_wrong("(5)to", "", 4, "an operator is missing");
}

static void test_the_beginning_of_a_long_text(void **state)
{
    char text[EXPR_LENGTH_MAX * 3];
    struct expr *expr;
    const char *end;
    struct error *err;

    (void)state;
    repeat(text, EXPR_LENGTH_MAX, "", "1 + 1 so", "go");
    prefix(text, "", 2, text + 6);
    repeat(text, EXPR_LENGTH_MAX, "1+", "1", "");
    err = expr_parse_prefix(text, "", &expr, &end);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), "longer than 1024 characters"));
    error_free(err);
}

/* xorshift64*: the same garbage in every run. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static unsigned int random_below(unsigned int limit)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (unsigned int)((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

/* Changes, inserts, removes or repeats pieces. */
static void mutate(char *text, size_t size)
{
    static const char alphabet[] = "0123456789abxKMG$()[]?:+-*/%<>=!&|^~., \t'\\#\"sym u64 and";
    size_t length = strlen(text), at = random_below((unsigned int)length + 1);

    switch (random_below(4)) {
    case 0:
        if (at < length)
            text[at] = alphabet[random_below(sizeof(alphabet) - 1)];
        break;
    case 1:
        if (at < length)
            memmove(text + at, text + at + 1, length - at);
        break;
    case 2:
        if (length + 1 < size) {
            memmove(text + at + 1, text + at, length - at + 1);
            text[at] = (char)(1 + random_below(255));
        }
        break;
    default:
        if (2 * length - at < size)
            memmove(text + length, text + at, length - at), text[2 * length - at] = '\0';
    }
}

/* The column lies in the text or just behind it, and three lines fit the screen. */
static void check_garbage_error(const char *text, struct error *err)
{
    size_t column = strtoul(error_message(err) + strlen("column "), NULL, 10);
    const char *mark = strrchr(error_message(err), '\n');

    assert_true(column >= 1 && column <= strlen(text) + 1);
    assert_non_null(mark);
    assert_int_equal(mark[strlen(mark) - 1], '^');
    assert_true(strlen(mark) <= 100);
    error_free(err);
}

static unsigned int try_garbage(const char *text)
{
    struct expr *expr;
    const char *end;
    uint64_t value;
    bool parsed = false;
    struct error *err = expr_parse(text, &expr);

    if (err) {
        check_garbage_error(text, err);
    } else {
        parsed = true;
        err = expr_evaluate(expr, &names, &value);
        if (err)
            check_garbage_error(text, err);
        expr_free(expr);
    }
    err = expr_parse_prefix(text, ",)", &expr, &end);
    if (err) {
        check_garbage_error(text, err);
        assert_false(parsed && !strpbrk(text, ",)"));
    } else {
        assert_true(end > text && end <= text + strlen(text));
        expr_free(expr);
    }
    return parsed;
}

static void test_garbage(void **state)
{
    static const char *const seeds[] = {
        "(cr0 >> 31) == 1 and cr3 == sym(_pgtable)",
        "u64[phys32[$rax + 8] & ~0xfff] ? 4K : 'a'",
        "a ? b ? c : d : e || f && !g ^ h",
        "0b101 + 0777 * 2M / 3 % 5 - -6 << 7 >= marker.rip",
    };
    unsigned int parsed = 0;

    (void)state;
    for (unsigned int round = 0; round < 20000; round++) {
        char text[2 * EXPR_LENGTH_MAX];

        snprintf(text, sizeof(text), "%s", seeds[round % 4]);
        for (unsigned int i = random_below(12) + 1; i > 0; i--)
            mutate(text, sizeof(text));
        parsed += try_garbage(text);
    }
    assert_true(parsed > 500 && parsed < 15000); /* both ways are tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_does_not_parse),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_what_has_no_value),
        cmocka_unit_test(test_bytes_that_cannot_be_shown_keep_the_column),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_length_is_bounded),
        cmocka_unit_test(test_a_long_text_is_shown_in_part),
        cmocka_unit_test(test_the_beginning_of_a_text),
        cmocka_unit_test(test_stops_do_not_count_in_brackets),
        cmocka_unit_test(test_the_beginning_of_a_long_text),
        cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests_name("expr_errors", tests, NULL, NULL);
}
