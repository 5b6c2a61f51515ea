/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which words of a linked kernel must change when the kernel runs elsewhere than linked.
 *
 * `ld --emit-relocs` leaves in the ELF, for each section, the list of places that it filled in and
 * how. Three kinds of them hold an address in a way that depends on where the kernel runs:
 *
 *   abs64      R_X86_64_64           a whole address:              add the virtual delta
 *   abs32      R_X86_64_32, _32S     its low 32 bits:              add the delta
 *   inverse32  R_X86_64_PC32, PLT32  a distance from here to a per-CPU symbol. Those symbols are
 *              to a per-CPU symbol   offsets that stay what they are while "here" moves:
 *                                    subtract the delta
 *
 * Any other distance is between two places that move together, and stays.
 *
 * The per-CPU section itself is linked at virtual address 0 and lies in the image at
 * __per_cpu_load; a place in it is listed by the address where the image holds it.
 *
 * A 32-bit kernel has one kind: abs32, R_386_32, in a table of one list.
 */
#ifndef BOOTSCOPE_TOOLS_RELOCTABLE_H
#define BOOTSCOPE_TOOLS_RELOCTABLE_H

#include "elffile.h"

struct sites {
    uint32_t
        *list; /* low halves of virtual addresses at START_KERNEL_MAP, or __PAGE_OFFSET, or above */
    size_t count, room;
};

struct reloc_table {
    unsigned int bits; /* of the kernel */
    struct sites abs64, inverse32, abs32;
};

/*
 * Collects and sorts the sites of an ELF. Fails: no relocations at all (linked without
 * --emit-relocs), a type that Linux's table cannot express, a site outside its section or below
 * START_KERNEL_MAP (32-bit: __PAGE_OFFSET), a damaged table. On failure ret needs no free.
 */
bool reloc_table_collect(const struct elf_file *elf, struct reloc_table *ret, struct failure *why);

void reloc_table_free(struct reloc_table *table);

/*
 * The table as the decompressor reads it (backwards, from the end of the payload): u32s, little
 * endian: 0, abs64 sites, 0, inverse32 sites, 0, abs32 sites; of a 32-bit kernel 0, abs32 sites. The
 * caller frees ret.
 */
bool reloc_table_encode(const struct reloc_table *table, struct bytes *ret, struct failure *why);

#endif
