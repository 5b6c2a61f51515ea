/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep's report, for a person and as JSON. */
#include "sweep_report.h"

#include <string.h>

#define BAR_COLUMNS 40

static const char bar[BAR_COLUMNS + 1] = "########################################";

static uint64_t never(const struct sweep_axis *axis)
{
    return axis->slots > axis->chosen ? axis->slots - axis->chosen : 0;
}

static uint64_t highest_row(const struct sweep_axis *axis)
{
    uint64_t most = 1;

    for (unsigned int i = 0; i < axis->row_count; i++)
        if (axis->rows[i].count > most)
            most = axis->rows[i].count;
    return most;
}

static void print_rows(const struct sweep_axis *axis, const struct text *text)
{
    uint64_t most = highest_row(axis);

    text_print(text, TEXT_LABEL, "  %-13s  %-12s %-12s %8s\n", "slots", "lowest", "highest",
               "boots");
    for (unsigned int i = 0; i < axis->row_count; i++) {
        const struct sweep_row *row = &axis->rows[i];
        char slots[48];

        if (row->first_slot == row->last_slot)
            snprintf(slots, sizeof(slots), "%llu", (unsigned long long)row->first_slot);
        else
            snprintf(slots, sizeof(slots), "%llu-%llu", (unsigned long long)row->first_slot,
                     (unsigned long long)row->last_slot);
        /* A choice always shows, and none never does. */
        int length = (int)((row->count * BAR_COLUMNS + most - 1) / most);
        text_print(text, TEXT_PLAIN, "  %-13s  %-12s %-12s %8llu", slots,
                   row->count ? text_hex(row->lowest) : "-",
                   row->count ? text_hex(row->highest) : "-", (unsigned long long)row->count);
        text_print(text, TEXT_GOOD, "%s%.*s\n", length ? "  " : "", length, bar);
    }
}

static void print_test(const struct sweep_axis *axis, double alpha, const struct text *text)
{
    const struct uniformity *test = &axis->uniformity;

    if (!test->tested) {
        text_print(text, TEXT_PLAIN,
                   "  chi-square: not tested, %s boots are too few for two bins of %d expected\n",
                   text_count(test->total), EXPECTED_MINIMUM);
        return;
    }
    text_print(text, TEXT_PLAIN,
               "  chi-square %.2f, %s degrees of freedom, p = %.4g: ", test->statistic,
               text_count(test->freedom), test->p);
    text_print(text, axis->rejected ? TEXT_BAD : TEXT_GOOD, axis->rejected ? "NOT EVEN" : "even");
    text_print(text, TEXT_PLAIN, " (at %g)\n", alpha);
    if (test->per_bin > 1)
        text_print(text, TEXT_PLAIN,
                   "  a slot expects %.2f boots, which is under %d: %s adjacent slots are one bin, "
                   "expecting %.2f\n",
                   test->expected / (double)test->per_bin, EXPECTED_MINIMUM,
                   text_count(test->per_bin), test->expected);
}

static void print_axis(const struct sweep_axis *axis, const struct sweep_report *report,
                       const struct text *text)
{
    text_print(text, TEXT_HEADING, "\n%s", axis->name);
    if (!axis->slots) {
        text_print(text, TEXT_PLAIN, ": no boot had a choice\n");
        return;
    }
    text_print(text, TEXT_PLAIN, ": %s slots of %s; %s chosen, %s never (an even choice: %.1f)\n",
               text_count(axis->slots), text_size(report->bounds.alignment),
               text_count(axis->chosen), text_count(never(axis)),
               uniformity_left_out(axis->slots, axis->uniformity.total));
    if (axis->kept)
        text_print(text, TEXT_BAD, "  %zu boots kept the default place\n", axis->kept);
    if (!axis->row_count)
        return;
    print_rows(axis, text);
    print_test(axis, report->alpha, text);
}

void sweep_report_text(const struct sweep_report *report, const struct text *text)
{
    const struct sweep_results *results = report->results;
    const struct sweep_boot *boots = results->boots;

    text_print(text, TEXT_PLAIN, "%s boots", text_count(results->count));
    if (results->count && boots[0].seeded)
        text_print(text, TEXT_PLAIN, ", seeds %llu to %llu", (unsigned long long)boots[0].seed,
                   (unsigned long long)boots[results->count - 1].seed);
    else
        text_print(text, TEXT_PLAIN, ", random");
    text_print(text, TEXT_PLAIN, "; image %s\n",
               json_string_value(json_object_get(results->setup, "image")));
    print_axis(&report->physical, report, text);
    print_axis(&report->virtual, report, text);
    if (report->violations)
        text_print(text, TEXT_BAD, "\n%zu choice%s that may not be\n", report->violations,
                   report->violations == 1 ? "" : "s");
    for (size_t i = 0; i < report->violations && i < SWEEP_VIOLATIONS_MAX; i++)
        text_print(text, TEXT_PLAIN, "  %.97s\n", report->violation[i]);
}

static json_t *test_json(const struct uniformity *test)
{
    if (!test->tested)
        return json_null();
    return json_pack("{s:f,s:I,s:f,s:I,s:I,s:f}", "statistic", test->statistic,
                     "degrees_of_freedom", (json_int_t)test->freedom, "p", test->p, "bins",
                     (json_int_t)test->bins, "slots_per_bin", (json_int_t)test->per_bin, "expected",
                     test->expected);
}

static json_t *counts_json(const struct sweep_axis *axis)
{
    json_t *list = json_array();

    for (size_t i = 0; i < axis->chosen; i++)
        json_array_append_new(list,
                              json_pack("{s:o,s:I,s:I}", "address", json_hex(axis->addresses[i]),
                                        "slot", (json_int_t)axis->counts[i].slot, "count",
                                        (json_int_t)axis->counts[i].count));
    return list;
}

static json_t *rows_json(const struct sweep_axis *axis)
{
    json_t *list = json_array();

    for (unsigned int i = 0; i < axis->row_count; i++) {
        const struct sweep_row *row = &axis->rows[i];

        json_array_append_new(
            list, json_pack("{s:I,s:I,s:o,s:o,s:I}", "first_slot", (json_int_t)row->first_slot,
                            "last_slot", (json_int_t)row->last_slot, "lowest",
                            row->count ? json_hex(row->lowest) : json_null(), "highest",
                            row->count ? json_hex(row->highest) : json_null(), "count",
                            (json_int_t)row->count));
    }
    return list;
}

static json_t *axis_json(const struct sweep_axis *axis)
{
    const struct uniformity *test = &axis->uniformity;

    return json_pack("{s:I,s:I,s:I,s:I,s:f,s:o,s:o,s:o,s:o}", "slots", (json_int_t)axis->slots,
                     "kept_default", (json_int_t)axis->kept, "chosen", (json_int_t)axis->chosen,
                     "never_chosen", (json_int_t)never(axis), "never_chosen_expected",
                     uniformity_left_out(axis->slots, test->total), "counts", counts_json(axis),
                     "histogram", rows_json(axis), "chi_square", test_json(test), "even",
                     test->tested ? json_boolean(!axis->rejected) : json_null());
}

json_t *sweep_report_json(const struct sweep_report *report)
{
    json_t *violations = json_array();

    for (size_t i = 0; i < report->violations && i < SWEEP_VIOLATIONS_MAX; i++)
        json_array_append_new(violations, json_string(report->violation[i]));
    return json_pack("{s:I,s:O,s:f,s:o,s:o,s:I,s:o,s:b}", "boots",
                     (json_int_t)report->results->count, "setup", report->results->setup, "alpha",
                     report->alpha, "physical", axis_json(&report->physical), "virtual",
                     axis_json(&report->virtual), "violations", (json_int_t)report->violations,
                     "violation_list", violations, "passed", (int)sweep_report_passed(report));
}
