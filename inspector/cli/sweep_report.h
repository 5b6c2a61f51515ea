/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sweep has found: where the kernel went, how evenly, and whether it may go there. */
#ifndef BOOTSCOPE_CLI_SWEEP_REPORT_H
#define BOOTSCOPE_CLI_SWEEP_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "sweep_results.h"
#include "text.h"
#include "uniformity.h"

#define SWEEP_ROWS_MAX       32
#define SWEEP_VIOLATIONS_MAX 16

/* Some adjacent slots: a line of the histogram. */
struct sweep_row {
    uint64_t first_slot, last_slot;
    uint64_t lowest, highest; /* addresses chosen among them; meaningless when count is 0 */
    uint64_t count;
};

/* One of the two choices. */
struct sweep_axis {
    const char *name;             /* "physical" or "virtual" */
    uint64_t slots;               /* as the markers say; 0: no boot could choose */
    size_t kept;                  /* boots that kept the default place */
    struct slot_count *counts;    /* by slot; owned */
    uint64_t *addresses;          /* of the same slots; owned */
    size_t chosen;                /* slots chosen at least once */
    struct uniformity uniformity; /* of the choices that are possible ones */
    bool rejected;
    struct sweep_row rows[SWEEP_ROWS_MAX];
    unsigned int row_count;
};

struct sweep_report {
    const struct sweep_results *results;
    struct sweep_bounds bounds;
    double alpha;
    struct sweep_axis physical, virtual;
    size_t violations; /* choices that may not be */
    char violation[SWEEP_VIOLATIONS_MAX][160];
};

/*
 * results is sorted, and must outlive the report. ERROR_INPUT: a first line that cannot be.
 *
 * Slots are numbered as the file's areas say, the virtual ones from pref_address up. Without areas the
 * choices tell how physical slots lie: they are alignment apart, and when there is room for more of them
 * between the lowest and the highest choice than the markers count, the longest stretches where no
 * kernel ever was are no slots.
 */
struct error *sweep_report_make(const struct sweep_results *results, double alpha,
                                struct sweep_report *ret);
void sweep_report_free(struct sweep_report *report);

/* Nothing violated and neither choice uneven. */
bool sweep_report_passed(const struct sweep_report *report);

void sweep_report_text(const struct sweep_report *report, const struct text *text);
/* One object, docs/sweep.md; a new reference. */
json_t *sweep_report_json(const struct sweep_report *report);

#endif
