/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relocs VMLINUX -o TABLE: the relocation table of a kernel linked with --emit-relocs. */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "reloctable.h"

static bool make_table(const char *input, struct bytes *ret, struct failure *why)
{
    struct bytes bytes = {0};
    struct elf_file elf;
    if (!read_file(input, &bytes, why))
        return false;
    bool ok = elf_file_open(&elf, input, &bytes, why);
    if (ok) {
        struct reloc_table table;
        ok = reloc_table_collect(&elf, &table, why);
        if (ok) {
            ok = reloc_table_encode(&table, ret, why);
            reloc_table_free(&table);
        }
        elf_file_close(&elf);
    }
    bytes_free(&bytes);
    return ok;
}

int main(int argc, char **argv)
{
    struct failure why = {""};
    struct bytes table = {0};
    if (argc != 4 || strcmp(argv[2], "-o") != 0) {
        failure_set(&why, "usage: relocs VMLINUX -o TABLE");
        return report_failure("relocs", &why);
    }
    cleanup_on_signals();
    bool ok = make_table(argv[1], &table, &why) &&
              write_file(argv[3], table.data, table.size, &why);
    bytes_free(&table);
    return ok ? 0 : report_failure("relocs", &why);
}
