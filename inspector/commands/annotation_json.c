/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotation.h"

static const char *const kinds[] = {
    [ANNOTATED_STEP] = "step",
    [ANNOTATED_REPEAT] = "repeat",
    [ANNOTATED_LOOP] = "loop",
    [ANNOTATED_CALL] = "call",
};

static const char *access_name(enum annotation_what what)
{
    return what == ANNOTATED_READ ? "read" : what == ANNOTATED_FILL ? "fill" : "write";
}

static json_t *count_or_null(struct maybe value)
{
    return value.known ? json_integer((json_int_t)value.value) : json_null();
}

static void add_values(const struct annotation_entry *entry, json_t *changed, json_t *memory)
{
    for (size_t i = 0; i < entry->value_count; i++) {
        const struct annotation_value *value = &entry->values[i];
        json_t *object = json_pack("{s:o,s:o,s:s?}", "before", json_maybe(value->before), "now",
                                   json_maybe(value->now), "name",
                                   value->note[0] ? value->note : NULL);

        if (value->what <= ANNOTATED_FLAGS) {
            json_object_set_new(changed, value->name, object);
            continue;
        }
        json_object_set_new(object, "access", json_string(access_name(value->what)));
        json_object_set_new(object, "address", json_hex(value->address));
        json_object_set_new(object, "size", json_integer((json_int_t)value->size));
        json_array_append_new(memory, object);
    }
}

static json_t *entry_json(const struct annotation_entry *entry)
{
    json_t *changed = json_object(), *memory = json_array();
    json_t *source = entry->file ? json_pack("{s:s,s:i,s:s?}", "file", entry->file, "line",
                                             (int)entry->line, "text", entry->source)
                                 : json_null();

    add_values(entry, changed, memory);
    /* A source that is not UTF-8 has no text in JSON. */
    if (!source)
        source = json_pack("{s:s,s:i,s:n}", "file", entry->file, "line", (int)entry->line, "text");
    return json_pack(
        "{s:s,s:o,s:i,s:s?,s:o,s:s?,s:o,s:o,s:o,s:o}", "kind", kinds[entry->kind], "address",
        json_hex(entry->address), "depth", (int)entry->depth, "code", entry->code, "source",
        source ? source : json_null(), "target", entry->target[0] ? entry->target : NULL, "times",
        entry->times ? json_integer((json_int_t)entry->times) : json_null(), "instructions",
        count_or_null(entry->instructions), "changed", changed, "memory", memory);
}

json_t *annotation_json(const struct annotation *annotation)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < annotation->count; i++)
        json_array_append_new(entries, entry_json(&annotation->entries[i]));
    return json_pack("{s:s,s:s,s:o,s:I,s:b,s:o}", "from", annotation->from, "to", annotation->to,
                     "instructions", count_or_null(annotation->instructions), "stepped",
                     (json_int_t)annotation->stepped, "complete", annotation->complete, "entries",
                     entries);
}
