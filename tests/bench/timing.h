/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wall time in the programs of the benchmarks. */
#ifndef BOOTSCOPE_BENCH_TIMING_H
#define BOOTSCOPE_BENCH_TIMING_H

#include <stdlib.h>
#include <time.h>

static inline double milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static inline int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts the times; count is odd. */
static inline double median(double *times, size_t count)
{
    qsort(times, count, sizeof(*times), by_size);
    return times[count / 2];
}

#endif
