/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checkpoint_section.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct checkpoint_record) == CHECKPOINT_RECORD_SIZE, "no padding");

/* Names go into markers, JSON and the terminal: graphic ASCII without blanks. */
static bool valid_name(const char name[CHECKPOINT_NAME_MAX])
{
    size_t length = strnlen(name, CHECKPOINT_NAME_MAX);

    if (length == 0 || length == CHECKPOINT_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~')
            return false;
    return true;
}

static struct error *check_record(const struct checkpoint_record *records, size_t index)
{
    const struct checkpoint_record *record = &records[index];

    if (!valid_name(record->name))
        return error_new(ERROR_INPUT, "%s: record %zu has no valid name", CHECKPOINT_SECTION,
                         index);
    if (record->mode != CHECKPOINT_REAL16 && record->mode != CHECKPOINT_PROTECTED32 &&
        record->mode != CHECKPOINT_LONG64)
        return error_new(ERROR_INPUT, "%s: %s has mode %u, which is not 16, 32 or 64",
                         CHECKPOINT_SECTION, record->name, record->mode);
    if (record->index == CHECKPOINT_ERROR) /* there may be one for each mode of the code */
        return NULL;
    for (size_t i = 0; i < index; i++)
        if (records[i].index == record->index)
            return error_new(ERROR_INPUT, "%s: %s and %s both have index %u", CHECKPOINT_SECTION,
                             records[i].name, record->name, record->index);
    return NULL;
}

/* No boot has more stages than this; it bounds the search for duplicates. */
#define RECORDS_MAX 4096

static struct error *check_data(const Elf_Data *data)
{
    if (data->d_size % CHECKPOINT_RECORD_SIZE)
        return error_new(ERROR_INPUT, "%s: %zu bytes, not a multiple of %d", CHECKPOINT_SECTION,
                         data->d_size, CHECKPOINT_RECORD_SIZE);
    if (data->d_size / CHECKPOINT_RECORD_SIZE > RECORDS_MAX)
        return error_new(ERROR_INPUT, "%s: %zu records, more than %d", CHECKPOINT_SECTION,
                         data->d_size / CHECKPOINT_RECORD_SIZE, RECORDS_MAX);
    return NULL;
}

struct error *checkpoint_section_read(const struct elf_file *file,
                                      struct checkpoint_record **ret_records, size_t *ret_count)
{
    GElf_Shdr details;
    Elf_Scn *section = elf_file_section(file, CHECKPOINT_SECTION, &details);

    *ret_records = NULL;
    *ret_count = 0;
    if (!section || details.sh_size == 0)
        return NULL;
    Elf_Data *data = details.sh_type == SHT_NOBITS ? NULL : elf_getdata(section, NULL);
    if (!data || !data->d_buf)
        return elf_error("%s", CHECKPOINT_SECTION);
    struct error *err = check_data(data);
    if (err)
        return err;

    struct checkpoint_record *records = malloc(data->d_size);
    if (!records)
        abort();
    memcpy(records, data->d_buf, data->d_size);
    size_t count = data->d_size / CHECKPOINT_RECORD_SIZE;
    for (size_t i = 0; i < count; i++) {
        err = check_record(records, i);
        if (err) {
            free(records);
            return err;
        }
    }
    *ret_records = records;
    *ret_count = count;
    return NULL;
}
