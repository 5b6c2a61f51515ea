/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols_made.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A section of the file: a function, what lies between two, or .bss. */
struct piece {
    uint64_t start, end;
    const struct made_symbol *function; /* NULL: between two */
};

#define PIECES_MAX (2 * MADE_SYMBOLS_MAX + 2)

/* Sections in the file: the unnamed one, the pieces, and these. */
enum { SECTIONS_BEFORE = 1 };

static const char names[] = "\0.text\0.bss\0.symtab\0.strtab\0.shstrtab";
enum { NAME_TEXT = 1, NAME_BSS = 7, NAME_SYMTAB = 12, NAME_STRTAB = 20, NAME_SHSTRTAB = 28 };

struct making {
    const struct made_file *file;
    size_t count;                                          /* of symbols that are taken */
    const struct made_symbol *functions[MADE_SYMBOLS_MAX]; /* ascending */
    size_t function_count;
    struct piece pieces[PIECES_MAX];
    size_t piece_count;
    bool bss; /* the last piece is .bss */
    Elf *elf;
    char *strings; /* of .strtab */
    size_t strings_size;
    void *symbols; /* of .symtab, in the file's form */
};

static int compare_address(const void *a, const void *b)
{
    const struct made_symbol *const *left = a, *const *right = b;

    return ((*left)->address > (*right)->address) - ((*left)->address < (*right)->address);
}

static void find_functions(struct making *making)
{
    const struct made_file *file = making->file;

    for (size_t i = 0; i < making->count; i++) {
        const struct made_symbol *symbol = &file->symbols[i];

        if (symbol->function && symbol->size > 0 && symbol->address < file->size)
            making->functions[making->function_count++] = symbol;
    }
    qsort(making->functions, making->function_count, sizeof(making->functions[0]), compare_address);
}

static void add_piece(struct making *making, uint64_t start, uint64_t end,
                      const struct made_symbol *function)
{
    if (start < end)
        making->pieces[making->piece_count++] = (struct piece){start, end, function};
}

/* A function that reaches into the next one ends there. */
static void cut(struct making *making)
{
    const struct made_file *file = making->file;
    uint64_t at = 0;

    for (size_t i = 0; i < making->function_count; i++) {
        const struct made_symbol *function = making->functions[i];
        uint64_t limit = i + 1 < making->function_count ? making->functions[i + 1]->address
                                                        : file->size;
        uint64_t end = function->size < limit - function->address
                           ? function->address + function->size
                           : limit;

        add_piece(making, at, function->address, NULL);
        add_piece(making, function->address, end, function);
        at = end;
    }
    add_piece(making, at, file->size, NULL);
    making->bss = file->end > file->size;
    add_piece(making, file->size, file->end, NULL);
}

/* The section of an address; the end of the last one still belongs to it, as _end does. */
static uint16_t section_of(const struct making *making, uint64_t address)
{
    for (size_t i = 0; i < making->piece_count; i++) {
        const struct piece *piece = &making->pieces[i];
        bool last = i + 1 == making->piece_count;

        if (address >= piece->start && (address < piece->end || (last && address == piece->end)))
            return (uint16_t)(SECTIONS_BEFORE + i);
    }
    return SHN_ABS;
}

static bool is_bss(const struct making *making, size_t piece)
{
    return making->bss && piece + 1 == making->piece_count;
}

static Elf_Scn *add_section(struct making *making, GElf_Shdr *header, void *bytes, size_t size,
                            Elf_Type type)
{
    Elf_Scn *section = elf_newscn(making->elf);
    Elf_Data *data = section ? elf_newdata(section) : NULL;

    if (!data)
        return NULL;
    data->d_buf = bytes;
    data->d_size = size;
    data->d_type = type;
    data->d_align = header->sh_addralign;
    data->d_version = EV_CURRENT;
    header->sh_size = size;
    return gelf_update_shdr(section, header) ? section : NULL;
}

static bool add_pieces(struct making *making)
{
    for (size_t i = 0; i < making->piece_count; i++) {
        const struct piece *piece = &making->pieces[i];
        bool bss = is_bss(making, i);
        GElf_Shdr header = {
            .sh_name = bss ? NAME_BSS : NAME_TEXT,
            .sh_type = SHT_NOBITS,
            .sh_flags = SHF_ALLOC | (bss ? SHF_WRITE : SHF_EXECINSTR),
            .sh_addr = piece->start,
            .sh_addralign = 1,
        };

        if (!add_section(making, &header, NULL, (size_t)(piece->end - piece->start), ELF_T_BYTE))
            return false;
    }
    return true;
}

static bool fill_symbols(struct making *making, Elf_Data *data)
{
    size_t at = 1;

    for (size_t i = 0; i < making->count; i++) {
        const struct made_symbol *symbol = &making->file->symbols[i];
        size_t length = strlen(symbol->name) + 1;
        GElf_Sym entry = {
            .st_name = (GElf_Word)at,
            .st_info = GELF_ST_INFO(STB_GLOBAL, symbol->function ? STT_FUNC : STT_NOTYPE),
            .st_shndx = section_of(making, symbol->address),
            .st_value = symbol->address,
            .st_size = symbol->size,
        };

        memcpy(making->strings + at, symbol->name, length);
        at += length;
        if (!gelf_update_sym(data, (int)i + 1, &entry))
            return false;
    }
    return true;
}

static bool make_tables(struct making *making)
{
    size_t entry = gelf_fsize(making->elf, ELF_T_SYM, 1, EV_CURRENT);

    making->strings_size = 1;
    for (size_t i = 0; i < making->count; i++)
        making->strings_size += strlen(making->file->symbols[i].name) + 1;
    making->strings = calloc(1, making->strings_size);
    making->symbols = calloc(making->count + 1, entry);
    return making->strings && making->symbols;
}

static bool add_tables(struct making *making)
{
    size_t entry = gelf_fsize(making->elf, ELF_T_SYM, 1, EV_CURRENT);
    size_t first = SECTIONS_BEFORE + making->piece_count; /* .strtab; then .symtab, .shstrtab */
    GElf_Shdr strings = {.sh_name = NAME_STRTAB, .sh_type = SHT_STRTAB, .sh_addralign = 1};
    GElf_Shdr symbols = {
        .sh_name = NAME_SYMTAB,
        .sh_type = SHT_SYMTAB,
        .sh_link = (GElf_Word)first,
        .sh_info = 1, /* all but the empty one are global */
        .sh_entsize = entry,
        .sh_addralign = 8,
    };
    GElf_Shdr section_names = {.sh_name = NAME_SHSTRTAB, .sh_type = SHT_STRTAB, .sh_addralign = 1};

    if (!make_tables(making) ||
        !add_section(making, &strings, making->strings, making->strings_size, ELF_T_BYTE))
        return false;
    Elf_Scn *table = add_section(making, &symbols, making->symbols, (making->count + 1) * entry,
                                 ELF_T_SYM);

    return table && fill_symbols(making, elf_getdata(table, NULL)) &&
           add_section(making, &section_names, (void *)(uintptr_t)names, sizeof(names), ELF_T_BYTE);
}

/* gdb and the gateway ask the program headers where a file begins and ends. */
static bool add_headers(struct making *making)
{
    const struct made_file *file = making->file;
    bool wide = file->bits == 64;
    GElf_Ehdr header;
    GElf_Phdr load = {
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_W | PF_X,
        .p_memsz = file->end > file->size ? file->end : file->size,
        .p_align = 1,
    };

    if (!gelf_newehdr(making->elf, wide ? ELFCLASS64 : ELFCLASS32) ||
        !gelf_getehdr(making->elf, &header))
        return false;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = wide ? EM_X86_64 : EM_386;
    header.e_version = EV_CURRENT;
    header.e_shstrndx = (GElf_Half)(SECTIONS_BEFORE + making->piece_count + 2);
    return gelf_update_ehdr(making->elf, &header) && gelf_newphdr(making->elf, 1) &&
           gelf_update_phdr(making->elf, 0, &load);
}

static bool write_file(struct making *making, int fd)
{
    elf_version(EV_CURRENT);
    making->elf = elf_begin(fd, ELF_C_WRITE, NULL);
    return making->elf && add_headers(making) && add_pieces(making) && add_tables(making) &&
           elf_update(making->elf, ELF_C_WRITE) >= 0;
}

static struct error *write_all(const struct made_file *file, int fd)
{
    struct making *making = calloc(1, sizeof(*making));
    struct error *err = NULL;

    if (!making)
        return error_errno(ENOMEM, "%s", file->name);
    making->file = file;
    making->count = file->count < MADE_SYMBOLS_MAX ? file->count : MADE_SYMBOLS_MAX;
    find_functions(making);
    cut(making);
    if (!write_file(making, fd))
        err = error_new(ERROR_SYSTEM, "%s: %s", file->name, elf_errmsg(-1));
    elf_end(making->elf);
    free(making->strings);
    free(making->symbols);
    free(making);
    return err;
}

struct error *symbols_make(const struct made_file *file, struct symbols **ret)
{
    char path[64];
    struct error *err;
    int fd = memfd_create(file->name, MFD_CLOEXEC);

    if (fd < 0)
        return error_errno(errno, "%s", file->name);
    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
    err = write_all(file, fd);
    if (!err)
        err = symbols_open(path, ret);
    if (err)
        close(fd);
    else
        symbols_keep(*ret, fd);
    return err;
}
