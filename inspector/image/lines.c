/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <elfutils/libdw.h>
#include <stdlib.h>

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
bool lines_find(const struct lines *lines, uint64_t address, const char **ret_file,
                unsigned int *ret_line)
{
    Dwarf_Die unit;
    Dwarf_CU *cu = NULL;

    if (!lines->dwarf)
        return false;
    if (dwarf_addrdie(lines->dwarf, address, &unit) &&
        line_in_unit(&unit, address, ret_file, ret_line))
        return true;
    while (dwarf_get_units(lines->dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0)
        if (line_in_unit(&unit, address, ret_file, ret_line))
            return true;
    return false;
}
