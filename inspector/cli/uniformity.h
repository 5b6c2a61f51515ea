/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are choices spread evenly? Pearson's chi-square test, and the few functions it rests on.
 */
#ifndef BOOTSCOPE_CLI_UNIFORMITY_H
#define BOOTSCOPE_CLI_UNIFORMITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below this many expected counts in a bin, the statistic is not distributed as chi-square. */
#define EXPECTED_MINIMUM 5

/*
 * Q(a, x), the upper regularised incomplete gamma function, for a > 0 and x >= 0: by its series below
 * a + 1 and its continued fraction above. NaN for other arguments.
 */
double gamma_upper(double a, double x);

/* The probability that a chi-square variable of so many degrees of freedom is at least statistic. */
double chi_square_p(double statistic, uint64_t freedom);

struct uniformity {
    bool tested;      /* false: fewer than two bins could be made */
    uint64_t total;   /* counts */
    uint64_t slots;   /* equally likely places */
    uint64_t per_bin; /* adjacent slots that were merged into a bin; 1: none were */
    uint64_t bins;    /* the last one also holds the slots that are left over */
    double expected;  /* in a bin of per_bin slots */
    double statistic;
    uint64_t freedom;
    double p;
};

/* How often each slot was chosen; sorted by slot, no slot twice, those never chosen left out. */
struct slot_count {
    uint64_t slot; /* < slots */
    uint64_t count;
};

/* Every slot is as likely as any other. Adjacent ones are merged until EXPECTED_MINIMUM is met. */
struct uniformity uniformity_test(const struct slot_count *counts, size_t length, uint64_t slots);

/* How many of the slots an even choice leaves out, on average, in so many draws. */
double uniformity_left_out(uint64_t slots, uint64_t draws);

#endif
