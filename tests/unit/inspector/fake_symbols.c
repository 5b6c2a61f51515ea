/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_symbols.h"

#include <string.h>

static const char *source_file;

void fake_symbols_in_file(const char *file)
{
    source_file = file;
}

struct error *symbols_open(const char *path, struct symbols **ret)
{
    (void)ret;
    return error_new(ERROR_INPUT, "%s: fake symbols cannot be opened", path);
}

void symbols_close(struct symbols *symbols)
{
    (void)symbols;
}

const char *symbols_path(const struct symbols *symbols)
{
    (void)symbols;
    return "fake.elf";
}

const char *symbols_build_id(const struct symbols *symbols)
{
    (void)symbols;
    return "";
}

bool symbols_value(const struct symbols *symbols, const char *name, uint64_t *ret)
{
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->list[i].name, name) == 0) {
            *ret = symbols->list[i].value;
            return true;
        }
    }
    return false;
}

const char *symbols_name(const struct symbols *symbols, uint64_t address, uint64_t *ret_offset)
{
    const char *name = NULL;

    for (size_t i = 0; i < symbols->count && symbols->list[i].value <= address; i++) {
        name = symbols->list[i].name;
        *ret_offset = address - symbols->list[i].value;
    }
    return name;
}

bool symbols_line(const struct symbols *symbols, uint64_t address, const char **ret_file,
                  unsigned int *ret_line)
{
    (void)symbols;
    *ret_file = source_file;
    *ret_line = (unsigned int)(address & 0xff);
    return source_file != NULL;
}

const struct checkpoint_record *symbols_checkpoints(const struct symbols *symbols,
                                                    size_t *ret_count)
{
    (void)symbols;
    *ret_count = 0;
    return NULL;
}
