/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "missed.h"

#include <string.h>

#include "flow.h"

static void ask(struct missed *missed, const struct stage *stage)
{
    if (stage->optional)
        missed->optional[missed->optional_count++] = stage;
    else
        missed->list[missed->count++] = stage;
}

/* Whether the table has name before stage; all of it is before NULL. */
static bool comes_before(const char *name, const struct stage *stage)
{
    const struct stage_entry *entry;

    for (size_t i = 0; stage && (entry = stage_table(i)); i++) {
        if (strcmp(entry->name, stage->name) == 0)
            return false;
        if (strcmp(entry->name, name) == 0)
            return true;
    }
    return true;
}

struct missed missed_stages(const struct stages *stages, const bool *seen,
                            const struct stage *until, bool markers_only)
{
    struct missed missed = {0};
    bool begun = false;

    for (size_t i = 0; i < stages->count; i++) {
        const struct stage *stage = &stages->list[i];

        begun = begun || seen[i];
        if (begun && !seen[i] && !(markers_only && stage->module == MODULE_KERNEL))
            ask(&missed, stage);
        if (stage == until)
            break;
    }
    for (size_t i = 0; !markers_only && i < stages->absent_count; i++)
        if (stages->absent[i].expected && comes_before(stages->absent[i].name, until))
            missed.unfound[missed.unfound_count++] = &stages->absent[i];
    return missed;
}

bool missed_any(const struct missed *missed)
{
    return missed->count || missed->unfound_count;
}

static void names_text(const char *label, enum text_style style, const struct stage *const *list,
                       size_t count, const struct text *text)
{
    struct flow flow = flow_start(text, label);

    for (size_t i = 0; i < count; i++)
        flow_print(&flow, style, "%s", list[i]->name);
    flow_end(&flow);
}

void missed_text(const struct missed *missed, const struct text *text)
{
    names_text("missed", TEXT_BAD, missed->list, missed->count, text);
    names_text("not passed", TEXT_DIM, missed->optional, missed->optional_count, text);
    for (size_t i = 0; i < missed->unfound_count; i++) {
        struct flow flow = flow_start(text, i ? "" : "not found");

        flow_print(&flow, TEXT_BAD, "%s:", missed->unfound[i]->name);
        flow_words(&flow, TEXT_PLAIN, missed->unfound[i]->why);
        flow_end(&flow);
    }
}

static json_t *names_json(const struct stage *const *list, size_t count)
{
    json_t *names = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(names, json_string(list[i]->name));
    return names;
}

json_t *missed_json(const struct missed *missed)
{
    return names_json(missed->list, missed->count);
}

json_t *missed_optional_json(const struct missed *missed)
{
    return names_json(missed->optional, missed->optional_count);
}

json_t *missed_unfound_json(const struct missed *missed)
{
    json_t *list = json_array();

    for (size_t i = 0; i < missed->unfound_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s}", "name", missed->unfound[i]->name, "why",
                                              missed->unfound[i]->why));
    return list;
}
