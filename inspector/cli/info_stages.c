/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checkpoints of bootscope info, and what is said of those that were looked for in the code. */
#include "info.h"

#include <inttypes.h>
#include <string.h>

/* How a stage was found stands below it, from the column of its name on. */
#define HOW_INDENT 22
#define HOW_WIDTH  (TEXT_COLUMNS - HOW_INDENT)

static void table_line(const struct text *out, const struct stage *stage)
{
    text_label(out, "");
    text_print(out, TEXT_PLAIN, "%5" PRIu32 "  %-24s  %-11s  %s %s\n", stage->index, stage->name,
               info_mode_name(stage->bits), info_module_name(stage->module),
               text_hex(stage->address));
}

/* A word in front, in a style of its own, and words behind it, broken at blanks. */
static void below(const struct text *out, enum text_style style, const char *front,
                  const char *words)
{
    size_t column = strlen(front);

    text_print(out, TEXT_PLAIN, "%*s", HOW_INDENT, "");
    text_print(out, style, "%s", front);
    while (*words) {
        size_t length = strcspn(words, " ");
        size_t room = HOW_WIDTH - 1;

        if (column + 1 + length > HOW_WIDTH) {
            text_print(out, TEXT_PLAIN, "\n%*s", HOW_INDENT - 1, "");
            column = 0;
        }
        if (length > room)
            length = room;
        text_print(out, TEXT_DIM, " %.*s", (int)length, words);
        column += 1 + length;
        words += length + (words[length] == ' ');
    }
    text_print(out, TEXT_PLAIN, "\n");
}

static void found_line(const struct text *out, const struct stage *stage)
{
    bool certain = stage->certainty == STAGE_CERTAIN;
    char words[STAGE_HOW_MAX + 32];

    table_line(out, stage);
    snprintf(words, sizeof(words), "%s%s", stage->how,
             stage->optional ? "; not on every boot" : "");
    below(out, certain ? TEXT_GOOD : TEXT_CHANGED, certain ? "certain:" : "likely:", words);
}

/* Neighbours that are missing for the same reason share its line. */
static bool same_reason(const struct stage_absent *a, const struct stage_absent *b)
{
    return a->expected == b->expected && strcmp(a->why, b->why) == 0;
}

static void absent_lines(const struct stages *stages, const struct text *out)
{
    for (size_t i = 0; i < stages->absent_count; i++) {
        const struct stage_absent *absent = &stages->absent[i];

        text_label(out, i ? "" : "not found");
        text_print(out, TEXT_PLAIN, "%5" PRIu32 "  %s\n", absent->index, absent->name);
        if (i + 1 < stages->absent_count && same_reason(absent, absent + 1))
            continue;
        below(out, absent->expected ? TEXT_BAD : TEXT_PLAIN,
              absent->expected ? "missing:" : "no such stage:", absent->why);
    }
}

void info_stages_text(const struct info *info, const struct text *out)
{
    const struct stages *stages = &info->found.stages;

    text_label(out, "checkpoints");
    text_print(out, TEXT_DIM, "%5s  %-24s  %-11s  %s\n", "index", "name", "mode", "linked at");
    for (size_t i = 0; i < stages->count; i++)
        if (stages->discovered)
            found_line(out, &stages->list[i]);
        else
            table_line(out, &stages->list[i]);
    absent_lines(stages, out);
    if (*info->found.refused)
        below(out, TEXT_BAD, "no others:", info->found.refused);
}

static json_t *string_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

json_t *info_stages_json(const struct stages *stages)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stages->count; i++) {
        const struct stage *stage = &stages->list[i];

        json_array_append_new(
            list, json_pack("{s:s,s:I,s:s,s:s,s:o,s:s,s:s,s:o,s:b}", "name", stage->name, "index",
                            (json_int_t)stage->index, "mode", info_mode_name(stage->bits), "module",
                            info_module_name(stage->module), "address", json_hex(stage->address),
                            "source", stage_source_name(stage->source), "certainty",
                            stage_certainty_name(stage->certainty), "how",
                            string_or_null(stage->how), "optional", stage->optional));
    }
    return list;
}

json_t *info_absent_json(const struct stages *stages)
{
    json_t *list = json_array();

    for (size_t i = 0; i < stages->absent_count; i++) {
        const struct stage_absent *absent = &stages->absent[i];

        json_array_append_new(list, json_pack("{s:s,s:I,s:b,s:s}", "name", absent->name, "index",
                                              (json_int_t)absent->index, "expected",
                                              absent->expected, "why", absent->why));
    }
    return list;
}
