/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expression language: values, precedence, errors with their columns, and garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "expr.h"

/* A small world: three names, and memory whose bytes are their own address. */
struct world {
    unsigned int asked; /* how often a name or memory was looked at */
    char last[EXPR_LENGTH_MAX + 1];
};

static struct error *world_name(void *context, const char *name, enum expr_name_kind kind,
                                uint64_t *ret)
{
    static const struct {
        const char *name;
        uint64_t value[3]; /* by enum expr_name_kind */
    } names[] = {
        {"rax", {7, 8, 9}},
        {"cr0", {0x80000011, 0x80000011, 1}},
        {"output", {0x1000000, 0, 0}},
        {".Lrelocated", {0x40, 0, 0x40}},
        {"marker.rip", {5, 0, 0}},
        {"u8", {3, 0, 0}},
        {"sym", {4, 0, 0}},
        {"android", {6, 0, 0}},
    };
    struct world *world = context;

    world->asked++;
    snprintf(world->last, sizeof(world->last), "%s", name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ret = names[i].value[kind];
            return NULL;
        }
    }
    return error_new(ERROR_INPUT, "no such name");
}

static struct error *world_memory(void *context, bool physical, uint64_t address,
                                  unsigned int width, uint64_t *ret)
{
    struct world *world = context;

    world->asked++;
    if (address >= 0x1000)
        return error_new(ERROR_PROTOCOL, "not mapped");
    *ret = 0;
    for (unsigned int i = 0; i < width; i++)
        *ret |= (uint64_t)((address + i + (physical ? 0x80 : 0)) & 0xff) << 8 * i;
    return NULL;
}

static struct world world;
static const struct expr_names names = {world_name, world_memory, &world};

static uint64_t value_of(const char *text)
{
    struct expr *expr;
    uint64_t value = 0;
    struct error *err = expr_parse(text, &expr);

    if (err)
        fail_msg("%s: %s", text, error_message(err));
    err = expr_evaluate(expr, &names, &value);
    if (err)
        fail_msg("%s: %s", text, error_message(err));
    expr_free(expr);
    return value;
}

static void expect(const char *text, uint64_t value)
{
    uint64_t found = value_of(text);

    if (found != value)
        fail_msg("%s is 0x%lx, not 0x%lx", text, found, value);
}

/* The same text for us and for the compiler: every number is unsigned and 64 bits wide there. */
#define SAME(expression)                                                                           \
    do {                                                                                           \
        const uint64_t a = 0x123456789abcdef0, b = 3, c = 0, d = 1000, e = UINT64_MAX;             \
        (void)a, (void)b, (void)c, (void)d, (void)e;                                               \
        expect_same(#expression, (uint64_t)(expression));                                          \
    } while (0)

/* Puts the values where the compiler has variables. */
static void expect_same(const char *expression, uint64_t value)
{
    static const char *const values[] = {"0x123456789abcdef0", "3", "0", "1000",
                                         "0xffffffffffffffff"};
    char text[EXPR_LENGTH_MAX] = "";
    size_t used = 0;

    for (const char *p = expression; *p; p++) {
        bool variable = *p >= 'a' && *p <= 'e';

        used += (size_t)(variable ? sprintf(text + used, "%s", values[*p - 'a'])
                                  : sprintf(text + used, "%c", *p));
    }
    expect(text, value);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wbool-compare"
#pragma GCC diagnostic ignored "-Wbool-operation"
#pragma GCC diagnostic ignored "-Wlogical-not-parentheses"
#pragma GCC diagnostic ignored "-Wint-in-bool-context"

/* Every pair of neighbours in C's table, both ways round, and both sides of each associativity. */
static void test_precedence_is_that_of_c(void **state)
{
    (void)state;
    SAME(a + b * d);
    SAME(a * b + d);
    SAME(a - b - d);
    SAME(d / b / b);
    SAME(a % d * b);
    SAME(a * b % d);
    SAME(d / b * b);
    SAME(b << b + b);
    SAME(b + b << b);
    SAME(a >> b >> b);
    SAME(b << b << b);
    SAME(a >> b << b);
    SAME(a < b << d % b);
    SAME(b << b < d);
    SAME(b < d < b);
    SAME(d > b > c);
    SAME(d >= b <= b);
    SAME(b<d == b> c);
    SAME(b == b < d);
    SAME(d != b == b);
    SAME(a & b == b);
    SAME(b == b & a);
    SAME(a ^ b & d);
    SAME(a & b ^ d);
    SAME(a | b ^ d);
    SAME(a ^ b | d);
    SAME(a | b & d ^ e);
    SAME(c && c | d);
    SAME(d | c && c);
    SAME(d || c && c);
    SAME(c && c || d);
    SAME(c || d && b);
    SAME(c ? b : d ? a : e);
    SAME(b ? c ? a : d : e);
    SAME(c || d ? a | b : b);
    SAME(b ? d : c || e);
    SAME(!a + b);
    SAME(!c == b > d);
    SAME(~a & d);
    SAME(-b * d);
    SAME(a - -b);
    SAME(~-b + !c);
    SAME(- -b);
    SAME(!!d);
    SAME(+b - +d);
    SAME((a + b) * d);
    SAME(a * (b + (d - (b << b))));
    SAME(e + b);
    SAME(c - b);
    SAME(e * e);
    SAME(e > b);
    SAME(c - b > d);
    SAME(e >> 63 == 1);
    SAME(e / b % d);
}

#pragma GCC diagnostic pop

static void test_numbers(void **state)
{
    (void)state;
    expect("1234", 1234);
    expect("0", 0);
    expect("0x1f", 0x1f);
    expect("0XFf", 0xff);
    expect("0b101", 5);
    expect("0777", 0777);
    expect("18446744073709551615", UINT64_MAX);
    expect("0xffffffffffffffff", UINT64_MAX);
    expect("4K", 4096);
    expect("2M", 2 << 20);
    expect("4G", UINT64_C(4) << 30);
    expect("0x10K", 0x4000);
    expect("0xffffffffG", UINT64_C(0x3fffffffc0000000));
    expect("17179869183G", UINT64_C(0xffffffffc0000000));
    expect("'a'", 'a');
    expect("'\\n' + '\\\\' + '\\''", '\n' + '\\' + '\'');
    expect("'\\0'", 0);
    expect("'\\xfE'", 0xfe);
    expect("' '", ' ');
    expect("  1\t+\n2 ", 3);
}

static void test_words_for_operators(void **state)
{
    (void)state;
    expect("1 and not 0 or 0", 1);
    expect("not 5 == 0", 1); /* as !5 == 0: (!5) == 0 */
    expect("0 or 0", 0);
    expect("(cr0 >> 31) == 1 and rax == 7", 1);
    expect("not not 4", 1);
    expect("android", 6); /* a name that begins like a word */
}

static void test_names(void **state)
{
    (void)state;
    expect("rax", 7);
    expect("$rax", 8);
    expect("sym(rax)", 9);
    expect("sym ( rax ) + 1", 10);
    expect("sym", 4);
    expect(".Lrelocated", 0x40);
    expect("marker.rip + 1", 6);
    expect("u8 + 1", 4); /* without brackets it is a name like any */
    expect("output+4K", 0x1001000);
}

static void test_memory(void **state)
{
    (void)state;
    expect("u8[0x10]", 0x10);
    expect("u16[0x10]", 0x1110);
    expect("u32[8+8]", 0x13121110);
    expect("u64 [0x10]", UINT64_C(0x1716151413121110));
    expect("phys8[1]", 0x81);
    expect("phys16[1]", 0x8281);
    expect("phys32[1]", 0x84838281);
    expect("phys64[1]", UINT64_C(0x8887868584838281));
    expect("u8[u8[u8[3]]] * 2", 6);
    expect("u8[1 ? 2 : 3]", 2);
}

static void test_shifts_by_the_whole_width_leave_nothing(void **state)
{
    (void)state;
    expect("1 << 63", UINT64_C(1) << 63);
    expect("1 << 64", 0);
    expect("0xff >> 64", 0);
    expect("1 << 0xffffffffffffffff", 0);
}

static void expect_untouched(const char *text, uint64_t value)
{
    world.asked = 0;
    expect(text, value);
    assert_int_equal(world.asked, 0);
}

static void test_what_is_not_needed_is_not_looked_at(void **state)
{
    (void)state;
    expect_untouched("0 && nonesuch", 0);
    expect_untouched("2 || u8[0x9999]", 1);
    expect_untouched("1 ? 5 : nonesuch", 5);
    expect_untouched("0 ? nonesuch : 5", 5);
    expect_untouched("0 && 1 / 0", 0);
}

/* Both lines below the message: the text, and the mark under the column. */
static void check_form(const char *text, const char *message, size_t column)
{
    const char *second = strchr(message, '\n'), *third = second ? strchr(second + 1, '\n') : NULL;
    char mark[128];

    if (!third)
        fail_msg("%s: not three lines: %s", text, message);
    snprintf(mark, sizeof(mark), "%*s", (int)(4 + column), "^");
    assert_string_equal(third + 1, mark);
    assert_int_equal(strncmp(second + 1, "    ", 4), 0);
    assert_int_equal(strncmp(second + 5, text, strlen(text)), 0);
}

static void check_error(const char *text, struct error *err, enum error_kind kind, size_t column,
                        const char *message)
{
    char start[256];

    if (!err)
        fail_msg("%s: no error", text);
    assert_int_equal(error_kind(err), kind);
    snprintf(start, sizeof(start), "column %zu: %s\n", column, message);
    if (strncmp(error_message(err), start, strlen(start)) != 0)
        fail_msg("%s: expected \"%s\", found \"%s\"", text, start, error_message(err));
    check_form(text, error_message(err), column);
    error_free(err);
}

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
}

/* count times a text, then a middle, then count times another. */
static void repeat(char *out, size_t count, const char *left, const char *middle, const char *right)
{
    *out = '\0';
    for (size_t i = 0; i < count; i++)
        out = stpcpy(out, left);
    out = stpcpy(out, middle);
    for (size_t i = 0; i < count; i++)
        out = stpcpy(out, right);
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

static void expect_text(const struct expr *expr, const char *text)
{
    size_t length;
    const char *found = expr_text(expr, &length);

    assert_int_equal(length, strlen(text));
    assert_memory_equal(found, text, length);
}

static void test_both_sides_of_a_comparison(void **state)
{
    const struct expr *left, *right;
    const char *operator_;
    struct expr *expr;

    (void)state;
    assert_null(expr_parse(" (cr0 >> 31) ==  0x1 ", &expr));
    assert_true(expr_comparison(expr, &left, &operator_, &right));
    expect_text(expr, "(cr0 >> 31) ==  0x1");
    expect_text(left, "(cr0 >> 31)");
    expect_text(right, "0x1");
    assert_string_equal(operator_, "==");
    assert_false(expr_is_number(left));
    assert_true(expr_is_number(right));
    assert_false(expr_conjunction(expr, &left, &right));
    expr_free(expr);
    assert_null(expr_parse("1 + 2", &expr));
    assert_false(expr_comparison(expr, &left, &operator_, &right));
    expr_free(expr);
    expr_free(NULL);
}

static void expect_comparison(const char *text, const char *operator_text)
{
    const struct expr *left, *right;
    const char *found = "none";
    struct expr *expr;

    assert_null(expr_parse(text, &expr));
    assert_int_equal(expr_comparison(expr, &left, &found, &right), operator_text != NULL);
    if (operator_text)
        assert_string_equal(found, operator_text);
    expr_free(expr);
}

static void test_what_is_a_comparison(void **state)
{
    (void)state;
    expect_comparison("a == b", "==");
    expect_comparison("a != b", "!=");
    expect_comparison("a < b", "<");
    expect_comparison("a <= b", "<=");
    expect_comparison("a > b", ">");
    expect_comparison("a >= b", ">=");
    expect_comparison("(a < b)", "<");
    expect_comparison("a << b", NULL);
    expect_comparison("a >> b", NULL);
    expect_comparison("a & b", NULL);
    expect_comparison("!a", NULL);
    expect_comparison("a == b && c == d", NULL);
    expect_comparison("a ? b == c : d", NULL);
}

static void test_operands_of_a_conjunction(void **state)
{
    const struct expr *left, *right, *first, *second;
    struct expr *expr;

    (void)state;
    assert_null(expr_parse("a == 1 and b and c < 2", &expr));
    assert_true(expr_conjunction(expr, &left, &right));
    expect_text(right, "c < 2");
    assert_true(expr_conjunction(left, &first, &second));
    expect_text(first, "a == 1");
    expect_text(second, "b");
    expr_free(expr);
}

static void test_what_can_be_written(void **state)
{
    const struct expr *address;
    const char *name;
    unsigned int width;
    size_t length;
    bool physical;
    struct expr *expr;

    (void)state;
    assert_null(expr_parse("phys16[1 + 2]", &expr));
    assert_true(expr_memory(expr, &physical, &width, &address));
    assert_true(physical);
    assert_int_equal(width, 2);
    expect_text(address, "1 + 2");
    assert_false(expr_register(expr, &name, &length));
    expr_free(expr);
    assert_null(expr_parse("u64[8]", &expr));
    assert_true(expr_memory(expr, &physical, &width, &address));
    assert_false(physical);
    assert_int_equal(width, 8);
    expr_free(expr);
    assert_null(expr_parse("$rax", &expr));
    assert_true(expr_register(expr, &name, &length));
    assert_int_equal(length, 3);
    assert_memory_equal(name, "rax", 3);
    assert_false(expr_memory(expr, &physical, &width, &address));
    expr_free(expr);
    assert_null(expr_parse("rax", &expr)); /* may be a symbol */
    assert_false(expr_register(expr, &name, &length));
    expr_free(expr);
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
        cmocka_unit_test(test_precedence_is_that_of_c),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_words_for_operators),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_shifts_by_the_whole_width_leave_nothing),
        cmocka_unit_test(test_what_is_not_needed_is_not_looked_at),
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
        cmocka_unit_test(test_both_sides_of_a_comparison),
        cmocka_unit_test(test_what_is_a_comparison),
        cmocka_unit_test(test_operands_of_a_conjunction),
        cmocka_unit_test(test_what_can_be_written),
        cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
