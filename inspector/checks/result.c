/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One result, in the forms that more than one report needs. */
#include <string.h>

#include "report.h"

#define VALUE_COLUMNS  28
#define DETAIL_COLUMNS 88

static const char *string_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

enum outcome result_outcome(const json_t *result)
{
    const char *outcome = string_of(result, "outcome");

    if (strcmp(outcome, "pass") == 0)
        return OUTCOME_PASS;
    return strcmp(outcome, "fail") == 0 ? OUTCOME_FAIL : OUTCOME_ERROR;
}

const char *result_message(const json_t *result)
{
    return string_of(result, "message");
}

/* Each line of a text that may have several. */
static void print_lines(const char *text, const char *indent, FILE *out)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        fprintf(out, "%s%.*s\n", indent, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* At words, where the line would be too long for the page. */
static void print_wrapped(const char *text, const char *indent, FILE *out)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), cut = length;

        if (cut > DETAIL_COLUMNS) {
            for (cut = DETAIL_COLUMNS; cut > DETAIL_COLUMNS / 2 && text[cut] != ' ';)
                cut--;
            if (text[cut] != ' ')
                cut = DETAIL_COLUMNS;
        }
        fprintf(out, "%s%.*s\n", indent, (int)cut, text);
        text += cut;
        text += *text == ' ' || *text == '\n';
    }
}

static void print_value(const json_t *value, const char *before, const char *indent, FILE *out)
{
    const char *now = string_of(value, "now"), *then = string_of(value, "before");

    if (strchr(now, '\n')) {
        fprintf(out, "%s%s:\n", indent, string_of(value, "text"));
        print_lines(now, indent, out);
        return;
    }
    fprintf(out, "%s%-*s  %s", indent, VALUE_COLUMNS, string_of(value, "text"), now);
    if (!json_object_get(value, "before"))
        before = "";
    if (*before && *then)
        fprintf(out, "  at %s: %s", before, strcmp(then, now) == 0 ? "the same" : then);
    else if (*before)
        fprintf(out, "  at %s: not known", before);
    putc('\n', out);
}

/* Where the line would be too long, without the source of what it leads to. */
static void print_instruction(const json_t *line, const char *indent, FILE *out)
{
    const char *target = string_of(line, "target");
    size_t length = strlen(target);
    int used = fprintf(out, "%s  %-12s %-24s %s", indent, string_of(line, "address"),
                       string_of(line, "bytes"), string_of(line, "text"));

    if (*target && used + 4 + (int)length > TEXT_COLUMNS)
        length = strcspn(target, "(");
    if (length && target[length - 1] == ' ')
        length--;
    if (*target && used + 4 + (int)length <= TEXT_COLUMNS)
        fprintf(out, "  # %.*s", (int)length, target);
    putc('\n', out);
}

static void print_code(const json_t *result, const char *indent, FILE *out)
{
    const char *where = string_of(result, "where");
    const char *checkpoint = string_of(result, "checkpoint");
    json_t *line;
    size_t i;

    if (!*string_of(result, "pc"))
        return;
    fprintf(out, "%sat %s%s%s%s%s\n", indent, checkpoint, *checkpoint ? ", " : "",
            string_of(result, "pc"), *where ? " " : "", where);
    json_array_foreach(json_object_get(result, "code"), i, line)
    {
        print_instruction(line, indent, out);
    }
}

void result_detail(const struct statement *statement, const json_t *result, const char *indent,
                   FILE *out)
{
    char place[SOURCE_LINE_MAX + 700];
    json_t *value;
    size_t i;

    snprintf(place, sizeof(place), "%s: %s", plan_place(statement), statement->text);
    print_wrapped(place, indent, out);
    print_wrapped(result_message(result), indent, out);
    json_array_foreach(json_object_get(result, "values"), i, value)
    {
        print_value(value, string_of(result, "before"), indent, out);
    }
    print_code(result, indent, out);
}

static json_t *tags_json(const struct statement *statement)
{
    json_t *tags = json_array();

    for (size_t i = 0; i < statement->tag_count; i++)
        json_array_append_new(tags, json_string(statement->tags[i]));
    return tags;
}

json_t *result_json(const struct guest *guest, size_t index)
{
    static const char *const more[] = {"message", "checkpoint", "before", "values",
                                       "pc",      "where",      "code"};
    const struct statement *statement = &guest->file->checks->statements[index];
    const json_t *result = guest->results[index];
    json_t *object = json_pack("{s:s,s:s,s:i,s:s,s:o,s:o,s:s}", "check", statement->name, "file",
                               statement->place.source->path, "line", (int)statement->place.line,
                               "text", statement->text, "tags", tags_json(statement), "guest",
                               cell_json(&guest->cell), "outcome", string_of(result, "outcome"));

    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        json_t *value = json_object_get(result, more[i]);

        json_object_set_new(object, more[i], value ? json_incref(value) : json_null());
    }
    return object;
}
