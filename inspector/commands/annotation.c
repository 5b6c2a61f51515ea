/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotation.h"

#include <stdlib.h>

void annotation_init(struct annotation *annotation)
{
    *annotation = (struct annotation){.sources = sources_new()};
}

void annotation_free(struct annotation *annotation)
{
    for (size_t i = 0; i < annotation->count; i++) {
        free(annotation->entries[i].code);
        free(annotation->entries[i].values);
    }
    free(annotation->entries);
    sources_free(annotation->sources);
    *annotation = (struct annotation){0};
}

struct annotation_entry *annotation_add(struct annotation *annotation)
{
    if (annotation->count == annotation->room) {
        size_t room = annotation->room ? 2 * annotation->room : 256;
        struct annotation_entry *entries = reallocarray(annotation->entries, room,
                                                        sizeof(*entries));

        if (!entries)
            return NULL;
        annotation->entries = entries;
        annotation->room = room;
    }
    annotation->entries[annotation->count] = (struct annotation_entry){0};
    return &annotation->entries[annotation->count++];
}

void annotation_value(struct annotation_entry *entry, const struct annotation_value *value)
{
    struct annotation_value *values = reallocarray(entry->values, entry->value_count + 1,
                                                   sizeof(*values));

    if (!values)
        return;
    entry->values = values;
    values[entry->value_count++] = *value;
}
