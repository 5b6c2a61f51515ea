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

bool symbols_info(const struct symbols *symbols, const char *name, struct symbol_info *ret)
{
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->list[i].name, name) == 0) {
            *ret = (struct symbol_info){name, symbols->list[i].value, 0,
                                        strncmp(name, "abs_", 4) == 0};
            return true;
        }
    }
    return false;
}

bool symbols_value(const struct symbols *symbols, const char *name, uint64_t *ret)
{
    struct symbol_info info;

    if (!symbols_info(symbols, name, &info))
        return false;
    *ret = info.value;
    return true;
}

/* Line N of the file is at the link address N, as symbols_line() has it; there are 100. */
enum symbols_at symbols_at_line(const struct symbols *symbols, const char *file, unsigned int line,
                                uint64_t *ret)
{
    (void)symbols;
    if (!source_file || strcmp(source_file, file) != 0)
        return SYMBOLS_AT_NO_FILE;
    *ret = line;
    return line <= 100 ? SYMBOLS_AT_FOUND : SYMBOLS_AT_NO_LINE;
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
