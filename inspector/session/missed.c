/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "missed.h"

#include "flow.h"

struct missed missed_stages(const struct stages *stages, const bool *seen,
                            const struct stage *until, bool markers_only)
{
    struct missed missed = {0};
    bool begun = false;

    for (size_t i = 0; i < stages->count; i++) {
        const struct stage *stage = &stages->list[i];

        begun = begun || seen[i];
        if (begun && !seen[i] && !(markers_only && stage->module == MODULE_KERNEL))
            missed.list[missed.count++] = stage;
        if (stage == until)
            break;
    }
    return missed;
}

void missed_text(const struct missed *missed, const struct text *text)
{
    struct flow flow = flow_start(text, "missed");

    for (size_t i = 0; i < missed->count; i++)
        flow_print(&flow, TEXT_BAD, "%s", missed->list[i]->name);
    flow_end(&flow);
}

json_t *missed_json(const struct missed *missed)
{
    json_t *list = json_array();

    for (size_t i = 0; i < missed->count; i++)
        json_array_append_new(list, json_string(missed->list[i]->name));
    return list;
}
