/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An x86 ELF file in memory, of 64 or of 32 bits, read through libelf. The file is hostile: libelf checks its tables
 * against the file's size, and what it hands out is checked again where it is used.
 */
#ifndef BOOTSCOPE_TOOLS_ELFFILE_H
#define BOOTSCOPE_TOOLS_ELFFILE_H

#include <gelf.h>

#include "files.h"

struct elf_file {
    const char *path; /* for messages; not owned */
    Elf *elf;
    GElf_Ehdr header;
    unsigned int bits; /* 64: x86-64; 32: i386 */
    size_t section_count;
    size_t names; /* section index of the section names */
};

/*
 * Opens an ELF that lies in memory; data must outlive the elf_file (bytes after the ELF's own are
 * allowed). Fails: not an ELF, neither x86-64 of 64 bits nor i386 of 32, or neither
 * ET_EXEC nor ET_DYN.
 */
bool elf_file_open(struct elf_file *file, const char *path, const struct bytes *data,
                   struct failure *why);
void elf_file_close(struct elf_file *file);

/* The header of a section; fails on a bad index or a damaged table. */
bool elf_section(const struct elf_file *file, size_t index, GElf_Shdr *ret, struct failure *why);

/* The name of a section ("?" when it has none), owned by the file. */
const char *elf_section_name(const struct elf_file *file, size_t index);

/* The value of a symbol in .symtab; returns false (no message) when there is none by that name. */
bool elf_symbol(const struct elf_file *file, const char *name, uint64_t *ret);

/* Program header number index, checked to lie inside the file's size bytes when it is a PT_LOAD. */
bool elf_segment(const struct elf_file *file, size_t index, size_t size, GElf_Phdr *ret,
                 struct failure *why);

/* How many program headers there are; 0 on a damaged table. */
size_t elf_segment_count(const struct elf_file *file);

#endif
