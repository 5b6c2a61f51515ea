/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest linked "kernel" with relocations, as one struct, so that a test can spoil any field
 * of it:
 *
 *   .text          0xffffffff81000000, 64 bytes; what the relocations are about
 *   .data..percpu  linked at 0, lies at __per_cpu_load = 0xffffffff81001000
 */
#ifndef BOOTSCOPE_TESTS_TINY_ELF_H
#define BOOTSCOPE_TESTS_TINY_ELF_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define TINY_TEXT         0xffffffff81000000
#define TINY_LOAD         0xffffffff81001000
#define TINY_SECTION_SIZE 64
#define TINY_RELA_MAX     16

/* tiny_add() counts from .text; this makes its offset count from 0, where .data..percpu is. */
#define TINY_TEXT_BASE_AT(offset) ((offset)-TINY_TEXT)

enum {
    TINY_TEXT_SECTION = 1,
    TINY_PER_CPU,
    TINY_RELA,
    TINY_SYMTAB,
    TINY_STRTAB,
    TINY_SECTIONS,
};
enum {
    TINY_SYMBOL_TEXT = 1,
    TINY_SYMBOL_PER_CPU,
    TINY_SYMBOL_ABSOLUTE,
    TINY_SYMBOL_LOAD,
    TINY_SYMBOLS,
};

struct tiny_elf {
    Elf64_Ehdr header;
    Elf64_Shdr sections[TINY_SECTIONS];
    Elf64_Sym symbols[TINY_SYMBOLS];
    Elf64_Rela relocations[TINY_RELA_MAX];
    uint8_t text[TINY_SECTION_SIZE], per_cpu[TINY_SECTION_SIZE];
    char strings[96];
};

#define TINY_NAMES                                                                                 \
    "\0.text\0.data..percpu\0.rela\0.symtab\0.strtab\0text\0pcpu\0abs\0__per_cpu_load"
#define TINY_NAME_TEXT    1
#define TINY_NAME_PER_CPU 7
#define TINY_NAME_RELA    21
#define TINY_NAME_SYMTAB  27
#define TINY_NAME_STRTAB  35
#define TINY_SYMBOL_NAMES 43

static inline Elf64_Shdr tiny_section(uint32_t name, uint32_t type, size_t offset, size_t size)
{
    return (Elf64_Shdr){
        .sh_name = name, .sh_type = type, .sh_offset = offset, .sh_size = size, .sh_addralign = 1};
}

static inline struct tiny_elf tiny_elf(void)
{
    struct tiny_elf t = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                               EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = EV_CURRENT,
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_shoff = offsetof(struct tiny_elf, sections),
                   .e_shentsize = sizeof(Elf64_Shdr),
                   .e_shnum = TINY_SECTIONS,
                   .e_shstrndx = TINY_STRTAB},
        .symbols = {[TINY_SYMBOL_TEXT] = {.st_name = 43,
                                          .st_shndx = TINY_TEXT_SECTION,
                                          .st_value = TINY_TEXT},
                    [TINY_SYMBOL_PER_CPU] = {.st_name = 48, .st_shndx = TINY_PER_CPU},
                    [TINY_SYMBOL_ABSOLUTE] = {.st_name = 53, .st_shndx = SHN_ABS},
                    [TINY_SYMBOL_LOAD] = {.st_name = 57,
                                          .st_shndx = TINY_PER_CPU,
                                          .st_value = TINY_LOAD}},
        .strings = TINY_NAMES,
    };
    t.sections[TINY_TEXT_SECTION] = tiny_section(TINY_NAME_TEXT, SHT_PROGBITS,
                                                 offsetof(struct tiny_elf, text), sizeof(t.text));
    t.sections[TINY_TEXT_SECTION].sh_flags = SHF_ALLOC;
    t.sections[TINY_TEXT_SECTION].sh_addr = TINY_TEXT;
    t.sections[TINY_PER_CPU] = tiny_section(TINY_NAME_PER_CPU, SHT_PROGBITS,
                                            offsetof(struct tiny_elf, per_cpu), sizeof(t.per_cpu));
    t.sections[TINY_PER_CPU].sh_flags = SHF_ALLOC;
    t.sections[TINY_RELA] = tiny_section(TINY_NAME_RELA, SHT_RELA,
                                         offsetof(struct tiny_elf, relocations), 0);
    t.sections[TINY_RELA].sh_info = TINY_TEXT_SECTION;
    t.sections[TINY_RELA].sh_link = TINY_SYMTAB;
    t.sections[TINY_RELA].sh_entsize = sizeof(Elf64_Rela);
    t.sections[TINY_SYMTAB] = tiny_section(TINY_NAME_SYMTAB, SHT_SYMTAB,
                                           offsetof(struct tiny_elf, symbols), sizeof(t.symbols));
    t.sections[TINY_SYMTAB].sh_link = TINY_STRTAB;
    t.sections[TINY_SYMTAB].sh_entsize = sizeof(Elf64_Sym);
    t.sections[TINY_STRTAB] = tiny_section(TINY_NAME_STRTAB, SHT_STRTAB,
                                           offsetof(struct tiny_elf, strings), sizeof(t.strings));
    return t;
}

/* One more relocation, at an offset from the start of .text. */
static inline void tiny_add(struct tiny_elf *t, uint32_t type, uint64_t offset, uint32_t symbol)
{
    size_t index = t->sections[TINY_RELA].sh_size / sizeof(Elf64_Rela);
    t->relocations[index] = (Elf64_Rela){.r_offset = TINY_TEXT + offset,
                                         .r_info = ELF64_R_INFO((uint64_t)symbol, type)};
    t->sections[TINY_RELA].sh_size += sizeof(Elf64_Rela);
}

#endif
