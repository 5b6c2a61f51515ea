/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JUnit's XML, as far as its readers agree on it: what tests/e2e/junit.xsd says. There is one
 * testsuite for each guest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

static void attribute(const char *name, const char *value, FILE *out)
{
    fprintf(out, " %s=\"", name);
    xml_text(value, out);
    putc('"', out);
}

static void element(const char *name, const char *text, FILE *out)
{
    fprintf(out, "    <%s>", name);
    xml_text(text, out);
    fprintf(out, "</%s>\n", name);
}

static void failure(const struct guest *guest, size_t index, FILE *out)
{
    const struct statement *statement = &guest->file->checks->statements[index];
    const json_t *result = guest->results[index];
    const char *name = result_outcome(result) == OUTCOME_FAIL ? "failure" : "error";
    char *detail = NULL;
    size_t size;
    FILE *stream = open_memstream(&detail, &size);

    if (stream) {
        result_detail(statement, result, "", stream);
        fclose(stream);
    }
    fprintf(out, "      <%s", name);
    attribute("message", result_message(result), out);
    attribute("type", name, out);
    putc('>', out);
    xml_text(detail ? detail : "", out);
    fprintf(out, "</%s>\n", name);
    free(detail);
}

static void testcase(const struct guest *guest, size_t index, FILE *out)
{
    const struct statement *statement = &guest->file->checks->statements[index];
    bool passed = result_outcome(guest->results[index]) == OUTCOME_PASS;

    fputs("    <testcase", out);
    attribute("name", statement->name, out);
    attribute("classname", statement->place.source->path, out);
    /* Checks take no time of their own: the guest's is the suite's. */
    fprintf(out, " time=\"0\"%s>\n", passed ? "/" : "");
    if (passed)
        return;
    failure(guest, index, out);
    fputs("    </testcase>\n", out);
}

/* What the guest's commands have shown, and where it stands if it died. */
static void system_out(const struct guest *guest, FILE *out)
{
    const char *detail = json_string_value(json_object_get(guest->end, "detail"));
    json_t *show;
    size_t i;

    fputs("    <system-out>", out);
    json_array_foreach(guest->shows, i, show)
    {
        const char *text = json_string_value(json_object_get(show, "text"));

        xml_text(text ? text : "", out);
    }
    xml_text(detail ? detail : "", out);
    fputs("</system-out>\n", out);
}

static void testsuite(const struct guest *guest, size_t number, const char *host,
                      const char *timestamp, FILE *out)
{
    const struct checks *checks = guest->file->checks;
    size_t counts[3] = {0};
    char name[1024];

    for (size_t i = 0; i < checks->count; i++)
        if (guest->results[i])
            counts[result_outcome(guest->results[i])]++;
    snprintf(name, sizeof(name), "%.600s%s%s", checks->sources->path, guest->label[0] ? ", " : "",
             guest->label);
    fprintf(out, "  <testsuite id=\"%zu\"", number);
    attribute("name", name, out);
    attribute("package", "bootscope", out);
    attribute("hostname", host, out);
    attribute("timestamp", timestamp, out);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\">\n",
            counts[OUTCOME_PASS] + counts[OUTCOME_FAIL] + counts[OUTCOME_ERROR],
            counts[OUTCOME_FAIL], counts[OUTCOME_ERROR],
            (double)json_integer_value(json_object_get(guest->end, "milliseconds")) / 1000);
    fputs("    <properties/>\n", out);
    for (size_t i = 0; i < checks->count; i++)
        if (guest->results[i])
            testcase(guest, i, out);
    system_out(guest, out);
    element("system-err", "", out);
    fputs("  </testsuite>\n", out);
}

void junit_write(const struct plan *plan, FILE *out)
{
    char host[256] = "localhost", timestamp[32];
    time_t now = time(NULL);
    struct tm parts;

    gethostname(host, sizeof(host) - 1);
    gmtime_r(&now, &parts);
    strftime(timestamp, sizeof(timestamp), "%Y-%m-%dT%H:%M:%S", &parts);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t i = 0; i < plan->guest_count; i++)
        testsuite(&plan->guests[i], i, host, timestamp, out);
    fputs("</testsuites>\n", out);
}

struct error *report_junit_open(const char *path, FILE **ret)
{
    *ret = fopen(path, "we");
    return *ret ? NULL : error_new(ERROR_INPUT, "--junit %s: %s", path, strerror(errno));
}

struct error *report_junit(const struct plan *plan, const char *path, FILE *out)
{
    bool failed;

    junit_write(plan, out);
    failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return error_errno(errno, "--junit %s", path);
    return NULL;
}
