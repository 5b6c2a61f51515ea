/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report for people, and what all forms have in common. */
#include "report.h"

#include <string.h>

#define NAME_COLUMNS 90

static void print_json(const struct report *report, json_t *line)
{
    json_dumpf(line, report->text->stream, JSON_COMPACT);
    putc('\n', report->text->stream);
    json_decref(line);
}

void report_begin(struct report *report)
{
    if (report->format == REPORT_TAP)
        tap_begin(report->text->stream);
}

static void count(struct report *report, const json_t *result)
{
    switch (result_outcome(result)) {
    case OUTCOME_PASS:
        report->passed++;
        break;
    case OUTCOME_FAIL:
        report->failed++;
        break;
    case OUTCOME_ERROR:
        report->errors++;
        break;
    }
}

static bool all_passed(const struct guest *guest)
{
    for (size_t i = 0; i < guest->file->checks->count; i++)
        if (guest->results[i] && result_outcome(guest->results[i]) != OUTCOME_PASS)
            return false;
    return true;
}

static void text_result(const struct report *report, const struct guest *guest, size_t index)
{
    static const struct {
        const char *word;
        enum text_style style;
    } words[] = {[OUTCOME_PASS] = {"ok", TEXT_GOOD},
                 [OUTCOME_FAIL] = {"FAIL", TEXT_BAD},
                 [OUTCOME_ERROR] = {"ERROR", TEXT_BAD}};
    const struct statement *statement = &guest->file->checks->statements[index];
    enum outcome outcome = result_outcome(guest->results[index]);

    text_print(report->text, words[outcome].style, "  %-5s ", words[outcome].word);
    text_print(report->text, TEXT_PLAIN, "%.*s%s\n", NAME_COLUMNS - 3, statement->name,
               strlen(statement->name) > NAME_COLUMNS - 3 ? "..." : "");
    /* What kept the whole guest from starting is said once, below. */
    const char *message = json_string_value(json_object_get(guest->end, "message"));
    if (outcome == OUTCOME_ERROR && message &&
        strcmp(message, result_message(guest->results[index])) == 0)
        return;
    if (outcome != OUTCOME_PASS)
        result_detail(statement, guest->results[index], "        ", report->text->stream);
}

/* Behind the heading of a guest: how it ended, where that is worth a word, and what it took. */
static void text_heading(const struct report *report, const struct guest *guest, bool brief)
{
    json_t *instructions = json_object_get(guest->end, "instructions");

    text_print(report->text, TEXT_HEADING, "%s", guest->file->checks->sources->path);
    if (guest->label[0])
        text_print(report->text, TEXT_PLAIN, "  %s", guest->label);
    if (brief)
        text_print(report->text, TEXT_GOOD, "  %zu ok", guest->file->count);
    text_print(report->text, TEXT_DIM, "  %.1f s",
               (double)json_integer_value(json_object_get(guest->end, "milliseconds")) / 1000);
    if (json_is_integer(instructions))
        text_print(report->text, TEXT_DIM, ", %s instructions",
                   text_count((uint64_t)json_integer_value(instructions)));
    text_print(report->text, TEXT_PLAIN, "\n");
}

/* What `show` printed, line by line, behind a mark that tells it from the report. */
static void shown(const struct guest *guest, const char *mark, FILE *out)
{
    json_t *show;
    size_t i;

    json_array_foreach(guest->shows, i, show)
    {
        size_t index = (size_t)json_integer_value(json_object_get(show, "show"));
        const char *text = json_string_value(json_object_get(show, "text"));
        const char *error = json_string_value(json_object_get(show, "message"));
        const char *at = json_string_value(json_object_get(show, "checkpoint"));

        if (index >= guest->file->checks->count)
            continue;
        fprintf(out, "%s%s: %s\n", mark, at ? at : "", guest->file->checks->statements[index].text);
        while (text && *text) {
            size_t length = strcspn(text, "\n");

            fprintf(out, "%s%.*s\n", mark, (int)length, text);
            text += length + (text[length] == '\n');
        }
        if (error)
            fprintf(out, "%s%s\n", mark, error);
    }
}

/* Where a guest that died stands: the same words as `trace` has. */
static void died(const struct guest *guest, const char *mark, FILE *out)
{
    const char *message = json_string_value(json_object_get(guest->end, "message"));
    const char *detail = json_string_value(json_object_get(guest->end, "detail"));

    /* The detail has it, too, where there is one. */
    if (message && !detail)
        fprintf(out, "%s%s\n", mark, message);
    while (detail && *detail) {
        size_t length = strcspn(detail, "\n");

        if (length)
            fprintf(out, "%s%.*s\n", mark, (int)length, detail);
        detail += length + (detail[length] == '\n');
    }
}

static void text_guest(struct report *report, const struct guest *guest)
{
    bool brief = report->plan->guest_count > 1 && all_passed(guest);

    text_heading(report, guest, brief);
    for (size_t i = 0; i < guest->file->checks->count; i++)
        if (guest->results[i] && !brief)
            text_result(report, guest, i);
    shown(guest, "  | ", report->text->stream);
    if (!all_passed(guest))
        died(guest, "", report->text->stream);
}

static void tap_guest(struct report *report, const struct guest *guest)
{
    FILE *out = report->text->stream;
    size_t number = report->passed + report->failed + report->errors;

    for (size_t i = 0; i < guest->file->checks->count; i++)
        if (guest->results[i])
            tap_result(guest, i, ++number, out);
    shown(guest, "# ", out);
    if (!all_passed(guest))
        died(guest, "# ", out);
}

static void json_guest(const struct report *report, const struct guest *guest)
{
    const struct checks *checks = guest->file->checks;
    json_t *show, *end;
    size_t i;

    for (i = 0; i < checks->count; i++)
        if (guest->results[i])
            print_json(report, result_json(guest, i));
    json_array_foreach(guest->shows, i, show)
    {
        size_t index = (size_t)json_integer_value(json_object_get(show, "show"));
        json_t *line = json_deep_copy(show);

        if (index < checks->count)
            json_object_set_new(line, "show", json_string(checks->statements[index].command));
        json_object_set_new(line, "guest", cell_json(&guest->cell));
        print_json(report, line);
    }
    end = json_deep_copy(guest->end);
    json_object_set_new(end, "file", json_string(checks->sources->path));
    json_object_set_new(end, "guest", cell_json(&guest->cell));
    json_object_del(end, "status");
    print_json(report, end);
}

void report_guest(struct report *report, const struct guest *guest)
{
    int status = (int)json_integer_value(json_object_get(guest->end, "status"));

    if (report->format == REPORT_TEXT)
        text_guest(report, guest);
    else if (report->format == REPORT_TAP)
        tap_guest(report, guest);
    else
        json_guest(report, guest);
    for (size_t i = 0; i < guest->file->checks->count; i++)
        if (guest->results[i])
            count(report, guest->results[i]);
    report->guests++;
    if (status > report->status)
        report->status = status;
    fflush(report->text->stream);
}

static void text_end(const struct report *report)
{
    size_t total = report->passed + report->failed + report->errors;

    text_print(report->text, TEXT_PLAIN, "\n%zu check%s in %zu guest%s: ", total,
               total == 1 ? "" : "s", report->guests, report->guests == 1 ? "" : "s");
    text_print(report->text, report->passed == total ? TEXT_GOOD : TEXT_PLAIN, "%zu passed",
               report->passed);
    if (report->failed)
        text_print(report->text, TEXT_BAD, ", %zu failed", report->failed);
    if (report->errors)
        text_print(report->text, TEXT_BAD, ", %zu not made: the guest did not get there",
                   report->errors);
    text_print(report->text, TEXT_PLAIN, "\n");
}

int report_end(struct report *report)
{
    if (report->format == REPORT_TAP)
        tap_end(report->passed + report->failed + report->errors, report->text->stream);
    else if (report->format == REPORT_TEXT)
        text_end(report);
    else
        print_json(report,
                   json_pack("{s:I,s:I,s:I,s:I,s:I}", "checks",
                             (json_int_t)(report->passed + report->failed + report->errors),
                             "passed", (json_int_t)report->passed, "failed",
                             (json_int_t)report->failed, "errors", (json_int_t)report->errors,
                             "guests", (json_int_t)report->guests));
    if (report->status)
        return report->status;
    return report->errors ? 3 : report->failed ? 1 : 0;
}

void report_list(const struct report *report)
{
    for (size_t i = 0; i < report->plan->guest_count; i++) {
        const struct guest *guest = &report->plan->guests[i];
        const struct checks *checks = guest->file->checks;

        for (size_t j = 0; j < checks->count; j++) {
            const struct statement *statement = &checks->statements[j];

            if (!guest->file->selected[j] || !statement_is_check(statement))
                continue;
            if (report->format == REPORT_JSON)
                print_json(report,
                           json_pack("{s:s,s:s,s:i,s:o}", "check", statement->name, "file",
                                     statement->place.source->path, "line",
                                     (int)statement->place.line, "guest", cell_json(&guest->cell)));
            else
                text_print(report->text, TEXT_PLAIN, "%s: %s%s%s%s\n", plan_place(statement),
                           statement->name, guest->label[0] ? " [" : "", guest->label,
                           guest->label[0] ? "]" : "");
        }
    }
}
