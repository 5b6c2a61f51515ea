/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uniformity.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define ROUNDS_MAX 100000

static double scale(double a, double x)
{
    int sign;

    return exp(a * log(x) - x - lgamma_r(a, &sign));
}

/* P(a, x) = x^a e^-x / Gamma(a) * (1/a + x/(a(a+1)) + x^2/(a(a+1)(a+2)) + ...) */
static double lower_by_series(double a, double x)
{
    double term = 1 / a;
    double sum = term;

    for (int i = 1; i < ROUNDS_MAX && term > sum * DBL_EPSILON; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * scale(a, x);
}

/* Q(a, x) = x^a e^-x / Gamma(a) * 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))), by Lentz. */
static double upper_by_fraction(double a, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON;
    double b = x + 1 - a;
    double c = 1 / tiny;
    double d = 1 / b;
    double product = d;
    double step = 0;

    for (int i = 1; i < ROUNDS_MAX && fabs(step - 1) > DBL_EPSILON; i++) {
        double numerator = -i * (i - a);

        b += 2;
        d = numerator * d + b;
        c = b + numerator / c;
        if (fabs(d) < tiny)
            d = tiny;
        if (fabs(c) < tiny)
            c = tiny;
        d = 1 / d;
        step = d * c;
        product *= step;
    }
    return product * scale(a, x);
}

double gamma_upper(double a, double x)
{
    if (!(a > 0) || !(x >= 0))
        return NAN;
    if (x == 0)
        return 1;
    return x < a + 1 ? 1 - lower_by_series(a, x) : upper_by_fraction(a, x);
}

double chi_square_p(double statistic, uint64_t freedom)
{
    return gamma_upper((double)freedom / 2, statistic / 2);
}

/* Bins that nothing fell into are never visited: there may be more slots than memory for them. */
static double statistic(const struct uniformity *test, const struct slot_count *counts,
                        size_t length)
{
    double each = (double)test->total / (double)test->slots;
    double last = each * (double)(test->slots - (test->bins - 1) * test->per_bin);
    double sum = 0, visited = 0;

    for (size_t i = 0; i < length;) {
        uint64_t bin = counts[i].slot / test->per_bin;
        uint64_t observed = 0;

        bin = bin < test->bins ? bin : test->bins - 1;
        for (; i < length && (bin == test->bins - 1 || counts[i].slot / test->per_bin == bin); i++)
            observed += counts[i].count;
        double expected = bin == test->bins - 1 ? last : test->expected;
        sum += ((double)observed - expected) * ((double)observed - expected) / expected;
        visited += expected;
    }
    return sum + ((double)test->total - visited); /* (0 - e)^2 / e of the others */
}

struct uniformity uniformity_test(const struct slot_count *counts, size_t length, uint64_t slots)
{
    struct uniformity test = {.slots = slots, .per_bin = 1};

    for (size_t i = 0; i < length; i++)
        test.total += counts[i].count;
    if (!test.total || slots < 2)
        return test;
    /* The least whole number of slots with which total * per_bin / slots reaches the minimum. */
    uint64_t per_bin = ceil((double)slots * EXPECTED_MINIMUM / (double)test.total);
    test.per_bin = per_bin ? per_bin : 1;
    test.expected = (double)test.total * (double)test.per_bin / (double)slots;
    test.bins = slots / test.per_bin;
    if (test.bins < 2)
        return test;
    test.tested = true;
    test.freedom = test.bins - 1;
    test.statistic = fmax(statistic(&test, counts, length), 0);
    test.p = chi_square_p(test.statistic, test.freedom);
    return test;
}

double uniformity_left_out(uint64_t slots, uint64_t draws)
{
    if (!slots)
        return 0;
    return (double)slots * pow(1 - 1 / (double)slots, (double)draws);
}
