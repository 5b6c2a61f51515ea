/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expression language: values, precedence, and what an expression is made of. */
#include "expr_world.h"

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
    /* cppcheck-suppress compareBoolExpressionWithInt */
    SAME(b < d < a);
    SAME(d > b > c);
    /* cppcheck-suppress compareBoolExpressionWithInt */
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
        cmocka_unit_test(test_both_sides_of_a_comparison),
        cmocka_unit_test(test_what_is_a_comparison),
        cmocka_unit_test(test_operands_of_a_conjunction),
        cmocka_unit_test(test_what_can_be_written),
    };

    return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
