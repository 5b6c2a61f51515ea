/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    Dwarf *dwarf; /* NULL: the file has none */
};

struct lines *lines_open(Elf *elf)
{
    struct lines *lines = malloc(sizeof(*lines));

    if (!lines)
        abort();
    lines->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    return lines;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    dwarf_end(lines->dwarf);
    free(lines);
}

static bool line_in_unit(Dwarf_Die *unit, uint64_t address, const char **ret_file,
                         unsigned int *ret_line)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    int number;

    /* Between two stretches of a unit's code dwarf_getsrc_die() answers with the end of the first. */
    if (dwarf_haspc(unit, address) != 1)
        return false;
    /* Line 0 is how a compiler says that code comes from nowhere in particular. */
    if (!file || dwarf_lineno(line, &number) != 0 || number <= 0)
        return false;
    *ret_file = file;
    *ret_line = (unsigned int)number;
    return true;
}

/*
 * The address index (.debug_aranges) answers at once where it is complete. Assembler units are
 * often not in it, so then every unit's line table is asked.
 */
static bool find_unit(const struct lines *lines, uint64_t address, Dwarf_Die *ret_unit,
                      const char **ret_file, unsigned int *ret_line)
{
    Dwarf_CU *cu = NULL;

    if (!lines->dwarf)
        return false;
    if (dwarf_addrdie(lines->dwarf, address, ret_unit) &&
        line_in_unit(ret_unit, address, ret_file, ret_line))
        return true;
    while (dwarf_get_units(lines->dwarf, cu, &cu, NULL, NULL, ret_unit, NULL) == 0)
        if (line_in_unit(ret_unit, address, ret_file, ret_line))
            return true;
    return false;
}

bool lines_find(const struct lines *lines, uint64_t address, const char **ret_file,
                unsigned int *ret_line)
{
    Dwarf_Die unit;

    return find_unit(lines, address, &unit, ret_file, ret_line);
}

bool lines_source(const struct lines *lines, uint64_t address, char *path, size_t size,
                  unsigned int *ret_line)
{
    Dwarf_Attribute attribute;
    const char *file, *directory = NULL;
    Dwarf_Die unit;
    int length;

    if (!find_unit(lines, address, &unit, &file, ret_line))
        return false;
    if (file[0] != '/' && dwarf_attr(&unit, DW_AT_comp_dir, &attribute))
        directory = dwarf_formstring(&attribute);
    length = snprintf(path, size, "%s%s%s", directory ? directory : "", directory ? "/" : "", file);
    return length > 0 && (size_t)length < size;
}

/* Whether path is file, or ends in it at a directory's border. */
static bool is_file(const char *path, const char *file)
{
    size_t whole = strlen(path), part = strlen(file);

    return whole >= part && strcmp(path + whole - part, file) == 0 &&
           (whole == part || path[whole - part - 1] == '/');
}

/* The best place so far for a line of a file. */
struct wanted {
    const char *file;
    int line;
    bool has_file;
    int found; /* line, 0: none yet */
    Dwarf_Addr address;
};

static void consider(struct wanted *wanted, Dwarf_Line *line)
{
    const char *path = dwarf_linesrc(line, NULL, NULL);
    Dwarf_Addr address;
    bool statement, end;
    int number;

    if (!path || !is_file(path, wanted->file))
        return;
    wanted->has_file = true;
    if (dwarf_lineno(line, &number) || dwarf_lineaddr(line, &address) ||
        dwarf_linebeginstatement(line, &statement) || dwarf_lineendsequence(line, &end))
        return;
    if (number < wanted->line || !statement || end)
        return;
    if (!wanted->found || number < wanted->found ||
        (number == wanted->found && address < wanted->address)) {
        wanted->found = number;
        wanted->address = address;
    }
}

bool lines_address(const struct lines *lines, const char *file, unsigned int line, bool *ret_file,
                   uint64_t *ret)
{
    struct wanted wanted = {.file = file, .line = line > INT32_MAX ? INT32_MAX : (int)line};
    Dwarf_Die unit;
    Dwarf_CU *cu = NULL;
    Dwarf_Lines *table;
    size_t count;

    while (lines->dwarf && dwarf_get_units(lines->dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
        if (dwarf_getsrclines(&unit, &table, &count) != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            consider(&wanted, dwarf_onesrcline(table, i));
    }
    *ret_file = wanted.has_file;
    if (!wanted.found)
        return false;
    *ret = wanted.address;
    return true;
}
