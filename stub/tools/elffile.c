/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elffile.h"

#include <string.h>

static bool check_header(struct elf_file *file, struct failure *why)
{
    const GElf_Ehdr *header = &file->header;
    unsigned int machine = header->e_ident[EI_CLASS] == ELFCLASS32 ? EM_386 : EM_X86_64;
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return fail(why, "%s: not a little-endian ELF", file->path);
    file->bits = machine == EM_386 ? 32 : 64;
    if (header->e_machine != machine)
        return fail(why, "%s: %u-bit ELF for machine %u, not %s (%u)", file->path, file->bits,
                    header->e_machine, machine == EM_386 ? "i386" : "x86-64", machine);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return fail(why, "%s: ELF of type %u, not a linked program", file->path, header->e_type);
    return true;
}

static bool read_header(struct elf_file *file, struct failure *why)
{
    if (elf_kind(file->elf) != ELF_K_ELF || !gelf_getehdr(file->elf, &file->header))
        return fail(why, "%s: not an ELF file", file->path);
    if (!check_header(file, why))
        return false;
    if (elf_getshdrnum(file->elf, &file->section_count) != 0 ||
        elf_getshdrstrndx(file->elf, &file->names) != 0)
        return fail(why, "%s: damaged ELF section table: %s", file->path, elf_errmsg(-1));
    return true;
}

bool elf_file_open(struct elf_file *file, const char *path, const struct bytes *data,
                   struct failure *why)
{
    *file = (struct elf_file){.path = path};
    elf_version(EV_CURRENT);
    if (data->size >= EI_NIDENT && memcmp(data->data, ELFMAG, SELFMAG) == 0)
        file->elf = elf_memory((char *)data->data, data->size);
    if (!file->elf)
        return fail(why, "%s: not an ELF file", path);
    if (read_header(file, why))
        return true;
    elf_file_close(file);
    return false;
}

void elf_file_close(struct elf_file *file)
{
    elf_end(file->elf);
    file->elf = NULL;
}

bool elf_section(const struct elf_file *file, size_t index, GElf_Shdr *ret, struct failure *why)
{
    if (!gelf_getshdr(elf_getscn(file->elf, index), ret))
        return fail(why, "%s: section %zu of %zu is damaged: %s", file->path, index,
                    file->section_count, elf_errmsg(-1));
    return true;
}

const char *elf_section_name(const struct elf_file *file, size_t index)
{
    GElf_Shdr section;
    const char *name = NULL;
    if (gelf_getshdr(elf_getscn(file->elf, index), &section))
        name = elf_strptr(file->elf, file->names, section.sh_name);
    return name ? name : "?";
}

static bool find_in_table(const struct elf_file *file, Elf_Scn *scn, const GElf_Shdr *table,
                          const char *name, uint64_t *ret)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t size = file->bits == 32 ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym);
    size_t count = data ? data->d_size / size : 0;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF)
            continue;
        const char *found = elf_strptr(file->elf, table->sh_link, symbol.st_name);
        if (found && strcmp(found, name) == 0) {
            *ret = symbol.st_value;
            return true;
        }
    }
    return false;
}

bool elf_symbol(const struct elf_file *file, const char *name, uint64_t *ret)
{
    for (Elf_Scn *scn = elf_nextscn(file->elf, NULL); scn; scn = elf_nextscn(file->elf, scn)) {
        GElf_Shdr table;
        if (gelf_getshdr(scn, &table) && table.sh_type == SHT_SYMTAB &&
            find_in_table(file, scn, &table, name, ret))
            return true;
    }
    return false;
}

size_t elf_segment_count(const struct elf_file *file)
{
    size_t count;
    return elf_getphdrnum(file->elf, &count) == 0 ? count : 0;
}

bool elf_segment(const struct elf_file *file, size_t index, size_t size, GElf_Phdr *ret,
                 struct failure *why)
{
    if (index > INT32_MAX || !gelf_getphdr(file->elf, (int)index, ret))
        return fail(why, "%s: program header %zu is damaged: %s", file->path, index,
                    elf_errmsg(-1));
    if (ret->p_type != PT_LOAD)
        return true;
    if (ret->p_offset > size || ret->p_filesz > size - ret->p_offset)
        return fail(why,
                    "%s: PT_LOAD %zu, offset 0x%lx size 0x%lx, ends after the file's 0x%zx bytes",
                    file->path, index, ret->p_offset, ret->p_filesz, size);
    if (ret->p_memsz < ret->p_filesz || ret->p_paddr + ret->p_memsz < ret->p_paddr)
        return fail(why,
                    "%s: PT_LOAD %zu has an impossible size: file 0x%lx, memory 0x%lx at 0x%lx",
                    file->path, index, ret->p_filesz, ret->p_memsz, ret->p_paddr);
    return true;
}
