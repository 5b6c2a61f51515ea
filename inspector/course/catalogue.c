/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void catalogue_number(const struct library_entry *entry, char *out, size_t size)
{
    snprintf(out, size, "%s%lu", entry->exercise ? "e" : "", strtoul(entry->name, NULL, 10) % 1000);
}

const char *catalogue_title(const struct lesson *lesson)
{
    const char *title = lesson->title + strspn(lesson->title, "0123456789");

    return title > lesson->title && title[0] == '.' && title[1] == ' ' ? title + 2 : lesson->title;
}

static void read_entry(struct catalogue_entry *entry, const struct library_entry *from)
{
    entry->entry = from;
    entry->err = lesson_open(from->folder, &entry->lesson);
    entry->title = entry->err ? from->name : catalogue_title(entry->lesson);
    catalogue_number(from, entry->number, sizeof(entry->number));
}

struct error *catalogue_open(struct catalogue *ret)
{
    struct catalogue catalogue = {0};
    struct error *err = library_open(&catalogue.library);

    if (!err)
        err = progress_open(&catalogue.progress);
    if (!err) {
        catalogue.entries = calloc(catalogue.library.count + 1, sizeof(*catalogue.entries));
        if (!catalogue.entries)
            err = error_new(ERROR_SYSTEM, "no memory");
    }
    if (err) {
        catalogue_clear(&catalogue);
        return err;
    }
    for (; catalogue.count < catalogue.library.count; catalogue.count++)
        read_entry(&catalogue.entries[catalogue.count],
                   &catalogue.library.entries[catalogue.count]);
    *ret = catalogue;
    return NULL;
}

void catalogue_clear(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        lesson_free(catalogue->entries[i].lesson);
        error_free(catalogue->entries[i].err);
    }
    free(catalogue->entries);
    progress_close(catalogue->progress);
    library_clear(&catalogue->library);
    *catalogue = (struct catalogue){0};
}

static bool is_current(const struct catalogue *catalogue, const struct catalogue_entry *entry)
{
    const char *current = progress_current(catalogue->progress);

    return current && strcmp(current, entry->entry->name) == 0;
}

enum catalogue_state catalogue_state(const struct catalogue *catalogue,
                                     const struct catalogue_entry *entry)
{
    if (entry->lesson && progress_done(catalogue->progress, entry->lesson))
        return CATALOGUE_DONE;
    return is_current(catalogue, entry) ? CATALOGUE_CURRENT : CATALOGUE_OPEN;
}

/* One that can be read and is not done; the current one only when it is asked for. */
static bool fits(const struct catalogue *catalogue, size_t index)
{
    const struct catalogue_entry *entry = &catalogue->entries[index];

    return entry->lesson && catalogue_state(catalogue, entry) != CATALOGUE_DONE;
}

static size_t index_of(const struct catalogue *catalogue, const char *name)
{
    size_t index = 0;

    while (index < catalogue->count && strcmp(catalogue->entries[index].entry->name, name) != 0)
        index++;
    return index;
}

const struct catalogue_entry *catalogue_next(const struct catalogue *catalogue, const char *behind)
{
    size_t from = behind ? index_of(catalogue, behind) + 1 : 0;

    for (size_t i = 0; !behind && i < catalogue->count; i++)
        if (is_current(catalogue, &catalogue->entries[i]) && fits(catalogue, i))
            return &catalogue->entries[i];
    for (size_t i = from; i < catalogue->count; i++)
        if (fits(catalogue, i))
            return &catalogue->entries[i];
    for (size_t i = 0; i < catalogue->count && i < from; i++)
        if (fits(catalogue, i) && strcmp(catalogue->entries[i].entry->name, behind) != 0)
            return &catalogue->entries[i];
    return NULL;
}
