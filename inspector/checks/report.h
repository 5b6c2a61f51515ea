/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What came of the checks, for people (text), for test harnesses (TAP 14, JUnit XML) and for
 * programs (JSON lines, docs/checks.md). Guests are reported one by one, in the order of the plan;
 * JUnit's file is written when all are done.
 */
#ifndef BOOTSCOPE_CHECKS_REPORT_H
#define BOOTSCOPE_CHECKS_REPORT_H

#include <stdio.h>

#include "plan.h"
#include "text.h"

enum report_format { REPORT_TEXT, REPORT_TAP, REPORT_JSON };

struct report {
    enum report_format format;
    const struct text *text;
    const struct plan *plan;
    size_t passed, failed, errors; /* checks so far */
    size_t guests;
    int status; /* the worst of the guests' own */
};

void report_begin(struct report *report);
void report_guest(struct report *report, const struct guest *guest);
/* With the sums; returns the exit status: 0, 1 for a failed check, 2 or 3 for guests. */
int report_end(struct report *report);

/* What will be run, and nothing of what came of it. */
void report_list(const struct report *report);

/*
 * The file that CI systems read: opened before any guest is booted for it, and what an older run
 * wrote there goes. ERROR_INPUT, with the reason.
 */
struct error *report_junit_open(const char *path, FILE **ret);
/* Writes a testsuite for each guest, and closes out in any case; path is for the message. ERROR_SYSTEM. */
struct error *report_junit(const struct plan *plan, const char *path, FILE *out);

/* Whether a result is a "pass", a "fail" or an "error". */
enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_ERROR };
enum outcome result_outcome(const json_t *result);
/* The result's message, "" for none. */
const char *result_message(const json_t *result);
/*
 * Why it failed, in lines that each begin with indent: the place and the line's text, the message,
 * both sides' values now and at the checkpoint before, and the instructions where the guest stands.
 */
void result_detail(const struct statement *statement, const json_t *result, const char *indent,
                   FILE *out);
/* {"check",...}: docs/checks.md; a new reference. */
json_t *result_json(const struct guest *guest, size_t index);

void tap_begin(FILE *out);
void tap_result(const struct guest *guest, size_t index, size_t number, FILE *out);
void tap_end(size_t count, FILE *out);
/* A test's description: no line ends, and # and \ escaped. */
void tap_text(const char *text, FILE *out);
void junit_write(const struct plan *plan, FILE *out);
/*
 * Text within an element or an attribute. Characters that XML does not allow, also as a reference,
 * and bytes that are no UTF-8 come out as U+FFFD.
 */
void xml_text(const char *text, FILE *out);

#endif
