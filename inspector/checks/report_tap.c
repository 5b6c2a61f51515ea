/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TAP 14 (https://testanything.org), with a YAML block below each failure. */
#include <string.h>

#include "report.h"

void tap_begin(FILE *out)
{
    fputs("TAP version 14\n", out);
}

void tap_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            putc('\\', out);
        putc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
    }
}

/* JSON is YAML: strings with whatever in them need no rules of our own. */
static void yaml(const char *key, const json_t *value, FILE *out)
{
    if (!value || json_is_null(value))
        return;
    fprintf(out, "  %s: ", key);
    json_dumpf(value, out, JSON_ENCODE_ANY);
    putc('\n', out);
}

static void yaml_list(const char *key, const json_t *list, FILE *out)
{
    json_t *value;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    fprintf(out, "  %s:\n", key);
    json_array_foreach(list, i, value)
    {
        fputs("    - ", out);
        json_dumpf(value, out, JSON_ENCODE_ANY);
        putc('\n', out);
    }
}

static void diagnose(const struct guest *guest, size_t index, FILE *out)
{
    static const char *const keys[] = {"message", "file",   "line", "text", "checkpoint",
                                       "before",  "values", "pc",   "where"};
    json_t *result = result_json(guest, index);

    fputs("  ---\n", out);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *value = json_object_get(result, keys[i]);

        if (json_is_array(value))
            yaml_list(keys[i], value, out);
        else
            yaml(keys[i], value, out);
    }
    yaml_list("code", json_object_get(result, "code"), out);
    fputs("  ...\n", out);
    json_decref(result);
}

void tap_result(const struct guest *guest, size_t index, size_t number, FILE *out)
{
    const struct statement *statement = &guest->file->checks->statements[index];
    bool passed = result_outcome(guest->results[index]) == OUTCOME_PASS;

    fprintf(out, "%s %zu - ", passed ? "ok" : "not ok", number);
    tap_text(statement->name, out);
    if (guest->label[0]) {
        fputs(" [", out);
        tap_text(guest->label, out);
        putc(']', out);
    }
    putc('\n', out);
    if (!passed)
        diagnose(guest, index, out);
}

void tap_end(size_t count, FILE *out)
{
    fprintf(out, "1..%zu\n", count);
}
