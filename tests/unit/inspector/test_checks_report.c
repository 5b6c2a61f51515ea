/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of made-up results, and workers that do what they may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "workers.h"

static const char file[] = "never fault\n"
                           "description \"50% of # \\\\ <this>\"\n"
                           "require order\n"
                           "require checkpoints all\n"
                           "matrix seed 1..3\n";

static struct plan plan;
static char *output;
static size_t size;

static FILE *stream(void)
{
    free(output);
    output = NULL;
    return open_memstream(&output, &size);
}

static int set_up(void **state)
{
    struct source *source;
    struct error *err = source_from_text("f.check", file, strlen(file), &source);

    (void)state;
    plan = (struct plan){.files = calloc(1, sizeof(*plan.files)), .file_count = 1};
    if (!err)
        err = checks_parse(source, &plan.files[0].checks);
    assert_null(err);
    plan.files[0].selected = calloc(plan.files[0].checks->count, sizeof(bool));
    for (size_t i = 0; i < plan.files[0].checks->count; i++)
        plan.files[0].selected[i] = true;
    plan.files[0].count = plan.files[0].checks->count;
    plan.guests = calloc(3, sizeof(*plan.guests));
    for (plan.guest_count = 0; plan.guest_count < 3; plan.guest_count++) {
        struct guest *guest = &plan.guests[plan.guest_count];

        guest->file = &plan.files[0];
        guest->cell = matrix_cell(&plan.files[0].checks->matrix, plan.guest_count);
        cell_label(&guest->cell, guest->label, sizeof(guest->label));
        guest->results = calloc(3, sizeof(json_t *));
        guest->shows = json_array();
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    plan_free(&plan);
    free(output);
    output = NULL;
    return 0;
}

static void in_xml(const char *text, const char *expected)
{
    FILE *out = stream();

    xml_text(text, out);
    fclose(out);
    assert_string_equal(output, expected);
}

#define FFFD "\xef\xbf\xbd"

static void test_xml(void **state)
{
    (void)state;
    in_xml("a < b && \"c\" > 'd'", "a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'");
    in_xml("x\ty\nz\r", "x&#9;y&#10;z&#13;");
    in_xml("\x1b[1m\x01", FFFD "[1m" FFFD);
    in_xml("\xc3\xa4 \xf0\x9f\x98\x80", "\xc3\xa4 \xf0\x9f\x98\x80");
    /* Bytes that are no UTF-8: alone, cut off, too long a form, a surrogate, beyond Unicode. */
    in_xml("\xff", FFFD);
    in_xml("\xe2\x82", FFFD FFFD);
    in_xml("\xc0\xaf", FFFD);
    in_xml("\xed\xa0\x80", FFFD);
    in_xml("\xf4\x90\x80\x80", FFFD);
    /* Characters that XML forbids although they are Unicode's. */
    in_xml("\xef\xbf\xbf", FFFD);
}

static json_t *result(int check, const char *outcome, const char *message)
{
    return json_pack("{s:i,s:s,s:s?}", "check", check, "outcome", outcome, "message", message);
}

static void fill_in(void)
{
    for (size_t i = 0; i < 3; i++) {
        plan.guests[i].results[0] = result(0, "pass", NULL);
        plan.guests[i].results[1] = result(1, i == 1 ? "fail" : "pass", "a]]>\x7f\nb");
        plan.guests[i].results[2] = result(2, "pass", NULL);
        plan.guests[i].end = json_pack("{s:s,s:i}", "end", "left", "milliseconds", 1500);
    }
    json_object_set_new(plan.guests[1].results[1], "values",
                        json_pack("[{s:s,s:s,s:s}]", "text", "cr3", "now", "0x1", "before", "0x2"));
    json_object_set_new(plan.guests[1].results[1], "before", json_string("x"));
}

static void test_tap(void **state)
{
    FILE *out;

    (void)state;
    fill_in();
    out = stream();
    tap_begin(out);
    tap_result(&plan.guests[0], 1, 1, out);
    tap_result(&plan.guests[1], 1, 2, out);
    tap_end(2, out);
    fclose(out);
    assert_string_equal(output, "TAP version 14\n"
                                "ok 1 - 50% of \\# \\\\ <this> [seed 1]\n"
                                "not ok 2 - 50% of \\# \\\\ <this> [seed 2]\n"
                                "  ---\n"
                                "  message: \"a]]>\x7f\\nb\"\n"
                                "  file: \"f.check\"\n"
                                "  line: 3\n"
                                "  text: \"require order\"\n"
                                "  before: \"x\"\n"
                                "  values:\n"
                                "    - {\"text\": \"cr3\", \"now\": \"0x1\", \"before\": \"0x2\"}\n"
                                "  ...\n"
                                "1..2\n");
}

static void test_junit(void **state)
{
    FILE *out;

    (void)state;
    fill_in();
    out = stream();
    junit_write(&plan, out);
    fclose(out);
    assert_non_null(strstr(output, " name=\"f.check, seed 2\" "));
    assert_non_null(strstr(output, " tests=\"3\" failures=\"1\" errors=\"0\" time=\"1.500\">"));
    assert_non_null(strstr(output, "<testcase name=\"50% of # \\ &lt;this&gt;\""));
    assert_non_null(strstr(output, "<failure message=\"a]]&gt;\x7f&#10;b\" type=\"failure\">"));
    assert_non_null(strstr(output, "cr3                           0x1  at x: 0x2&#10;"));
}

static void test_status(void **state)
{
    struct text text = {stream(), false};
    struct report report = {.format = REPORT_JSON, .text = &text, .plan = &plan};

    (void)state;
    fill_in();
    report_guest(&report, &plan.guests[0]);
    assert_int_equal(report_end(&report), 0);
    report_guest(&report, &plan.guests[1]);
    assert_int_equal(report_end(&report), 1);
    json_object_set_new(plan.guests[2].end, "status", json_integer(3));
    report_guest(&report, &plan.guests[2]);
    assert_int_equal(report_end(&report), 3);
    assert_int_equal(report.passed, 8);
    fclose(text.stream);
}

/* By the seed: one does its work, one dies of a signal in the middle, one talks nonsense. */
static void work(const struct run_job *job, FILE *out)
{
    bool all = strstr(job->guest.append, "seed=1") != NULL;

    fputs("{\"check\":0,\"outcome\":\"pass\"}\n", out);
    fflush(out);
    if (strstr(job->guest.append, "seed=2"))
        raise(SIGKILL);
    if (!all)
        fputs("\n{\"check\":-1}\nnonsense\n[]\n{\"check\":99,\"outcome\":\"pass\"}\n"
              "{\"check\":0,\"outcome\":\"fail\"}\n\"check\"\n{\"check\":1,\"out",
              out);
    else
        fputs("{\"check\":2,\"outcome\":\"pass\"}\n{\"check\":1,\"outcome\":\"fail\"}\n"
              "{\"end\":\"left\"}\n",
              out);
}

static char order[8];

static void done(void *context, const struct guest *guest)
{
    (void)context;
    strcat(order, guest->cell.values[AXIS_SEED]);
}

static void test_workers(void **state)
{
    static const struct guest_options none;
    struct workers_options options = {
        .image = "none", .guest = &none, .jobs = 3, .done = done, .work = work};

    (void)state;
    order[0] = '\0';
    assert_null(workers_run(&plan, &options));
    assert_string_equal(order, "123");
    assert_int_equal(result_outcome(plan.guests[0].results[0]), OUTCOME_PASS);
    assert_int_equal(result_outcome(plan.guests[0].results[1]), OUTCOME_FAIL);
    assert_int_equal(result_outcome(plan.guests[0].results[2]), OUTCOME_PASS);
    assert_int_equal(result_outcome(plan.guests[1].results[0]), OUTCOME_PASS);
    assert_int_equal(result_outcome(plan.guests[1].results[1]), OUTCOME_ERROR);
    assert_string_equal(result_message(plan.guests[1].results[2]),
                        "the process that ran this guest died: Killed");
    /* The first result counts; what is cut off or means nothing is none. */
    assert_int_equal(result_outcome(plan.guests[2].results[0]), OUTCOME_PASS);
    assert_string_equal(result_message(plan.guests[2].results[1]),
                        "the process that ran this guest ended early, with status 0");
    assert_int_equal(json_integer_value(json_object_get(plan.guests[2].end, "status")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_xml, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_junit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_status, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_workers, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("check reports", tests, NULL, NULL);
}
