/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chi-square test, against values printed in tables and worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "uniformity.h"

static void close_to(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%.15g, expected %.15g", found, expected);
}

/* Closed forms: Q(1, x) = e^-x; Q(1/2, x) = erfc(sqrt(x)); Q(3, 2) = 5 e^-2. */
static void gamma_in_closed_form(void **state)
{
    (void)state;
    for (double x = 0.001; x < 500; x *= 1.7) {
        close_to(gamma_upper(1, x), exp(-x), 1e-9);
        close_to(gamma_upper(0.5, x), erfc(sqrt(x)), 1e-9);
    }
    close_to(gamma_upper(3, 2), 5 * exp(-2), 1e-12);
    assert_true(gamma_upper(7, 0) == 1);
}

static void gamma_outside_of_its_domain(void **state)
{
    (void)state;
    assert_true(isnan(gamma_upper(0, 1)));
    assert_true(isnan(gamma_upper(-1, 1)));
    assert_true(isnan(gamma_upper(1, -1)));
    assert_true(isnan(gamma_upper(NAN, 1)));
    assert_true(isnan(gamma_upper(1, NAN)));
}

/* NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: upper critical values. */
static void chi_square_table(void **state)
{
    static const struct {
        uint64_t freedom;
        double p, statistic;
    } table[] = {
        {1, 0.10, 2.706},    {1, 0.05, 3.841},     {1, 0.001, 10.828},    {2, 0.05, 5.991},
        {5, 0.05, 11.070},   {5, 0.001, 20.515},   {10, 0.05, 18.307},    {10, 0.01, 23.209},
        {20, 0.10, 28.412},  {30, 0.025, 46.979},  {50, 0.05, 67.505},    {60, 0.001, 99.607},
        {99, 0.05, 123.225}, {100, 0.01, 135.807}, {100, 0.001, 149.449},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        close_to(chi_square_p(table[i].statistic, table[i].freedom), table[i].p, 1e-3);
}

/* Large degrees of freedom, by the Wilson-Hilferty approximation's exact neighbour: the median. */
static void chi_square_with_many_slots(void **state)
{
    (void)state;
    for (double k = 1000; k < 1e6; k *= 10)
        close_to(chi_square_p(k * pow(1 - 2 / (9 * k), 3), (uint64_t)k), 0.5, 1e-4);
}

/* A die thrown 60 times: 5, 8, 9, 8, 10, 20 is 13.4 with five degrees of freedom. */
static void a_die(void **state)
{
    static const struct slot_count counts[] = {{0, 5}, {1, 8}, {2, 9}, {3, 8}, {4, 10}, {5, 20}};
    struct uniformity test = uniformity_test(counts, 6, 6);

    (void)state;
    assert_true(test.tested);
    assert_int_equal(test.per_bin, 1);
    assert_int_equal(test.freedom, 5);
    close_to(test.expected, 10, 1e-12);
    close_to(test.statistic, 13.4, 1e-12);
    close_to(test.p, 0.0199052, 1e-5);
}

/* A face that never came up counts as much as one that came up too often. */
static void slots_never_chosen_count(void **state)
{
    static const struct slot_count counts[] = {{0, 15}, {2, 15}};
    struct uniformity test = uniformity_test(counts, 2, 3);

    (void)state;
    assert_int_equal(test.freedom, 2);
    close_to(test.statistic, (25.0 + 100 + 25) / 10, 1e-12);
}

/* 20 draws from 11 slots: 3 slots make 5.45 expected, 2 only 3.6; the third bin takes 5 slots. */
static void bins_are_merged_until_five_are_expected(void **state)
{
    static const struct slot_count counts[] = {{0, 4}, {2, 3}, {5, 6}, {9, 4}, {10, 3}};
    struct uniformity test = uniformity_test(counts, 5, 11);
    double each = 20.0 * 3 / 11, last = 20.0 * 5 / 11;

    (void)state;
    assert_true(test.tested);
    assert_int_equal(test.per_bin, 3);
    assert_int_equal(test.bins, 3);
    close_to(test.expected, each, 1e-12);
    close_to(test.statistic, (pow(7 - each, 2) + pow(6 - each, 2)) / each + pow(7 - last, 2) / last,
             1e-12);
}

static void exactly_five_is_enough(void **state)
{
    static const struct slot_count counts[] = {{0, 5}, {1, 5}, {2, 5}};

    (void)state;
    assert_int_equal(uniformity_test(counts, 3, 3).per_bin, 1);
    assert_int_equal(uniformity_test(counts, 3, 4).per_bin, 2);
}

static void too_few_to_test(void **state)
{
    static const struct slot_count nine[] = {{0, 9}}, ten[] = {{0, 10}};

    (void)state;
    assert_false(uniformity_test(NULL, 0, 100).tested);
    assert_false(uniformity_test(nine, 1, 2).tested);
    assert_true(uniformity_test(ten, 1, 2).tested);
    assert_false(uniformity_test(ten, 1, 1).tested);
    assert_false(uniformity_test(ten, 1, 0).tested);
    assert_false(uniformity_test(ten, 1, UINT64_MAX).tested);
}

static void never_chosen(void **state)
{
    (void)state;
    close_to(uniformity_left_out(2, 1), 1, 1e-12);
    close_to(uniformity_left_out(4, 2), 4 * 0.5625, 1e-12);
    assert_true(uniformity_left_out(0, 5) == 0);
    assert_true(uniformity_left_out(1, 5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gamma_in_closed_form),
        cmocka_unit_test(gamma_outside_of_its_domain),
        cmocka_unit_test(chi_square_table),
        cmocka_unit_test(chi_square_with_many_slots),
        cmocka_unit_test(a_die),
        cmocka_unit_test(slots_never_chosen_count),
        cmocka_unit_test(bins_are_merged_until_five_are_expected),
        cmocka_unit_test(exactly_five_is_enough),
        cmocka_unit_test(too_few_to_test),
        cmocka_unit_test(never_chosen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
