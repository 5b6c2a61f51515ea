/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reloctable.h"

#include <stdlib.h>
#include <string.h>

#include "layout.h"

#define PER_CPU_SECTION ".data..percpu"
#define PER_CPU_LOAD    "__per_cpu_load"

/* What every relocation section of one ELF shares. */
struct collector {
    const struct elf_file *elf;
    struct reloc_table *table;
    size_t per_cpu_section; /* SHN_UNDEF: this kernel has none */
    uint64_t per_cpu_load;
    bool seen_any;
};

/* One relocation section while it is walked, and the section that it is about. */
struct walk {
    size_t target; /* section index */
    GElf_Shdr section;
    const char *name;
    Elf_Data *symbols, *wide_indices;
    size_t strings; /* section index of the symbols' names */
};

/* What one relocation says, with its symbol looked up. */
struct reference {
    uint64_t offset; /* as linked */
    unsigned int type;
    size_t section; /* of the symbol, SHN_UNDEF and SHN_ABS included */
    const char *symbol;
};

static bool add_site(struct sites *sites, uint64_t address)
{
    if (sites->count == sites->room) {
        size_t room = sites->room ? 2 * sites->room : 1024;
        uint32_t *list = realloc(sites->list, room * sizeof(*list));
        if (!list)
            return false;
        sites->list = list;
        sites->room = room;
    }
    sites->list[sites->count++] = (uint32_t)address;
    return true;
}

void reloc_table_free(struct reloc_table *table)
{
    free(table->abs64.list);
    free(table->inverse32.list);
    free(table->abs32.list);
    *table = (struct reloc_table){0};
}

/*
 * The linker gives a few boundary symbols to the per-CPU section because the location counter
 * stood there when they were defined; they are addresses of the image, not per-CPU offsets.
 */
static bool is_per_cpu(const struct collector *c, const struct reference *ref)
{
    return c->per_cpu_section != SHN_UNDEF && ref->section == c->per_cpu_section &&
           strcmp(ref->symbol, "__init_begin") != 0 && strcmp(ref->symbol, PER_CPU_LOAD) != 0 &&
           strncmp(ref->symbol, "init_per_cpu_", strlen("init_per_cpu_")) != 0;
}

/* An uniprocessor kernel links per-CPU data as plain data: then it needs no special treatment. */
static bool find_per_cpu(struct collector *c, struct failure *why)
{
    c->per_cpu_section = SHN_UNDEF;
    for (size_t i = 1; i < c->elf->section_count; i++) {
        GElf_Shdr section;
        if (strcmp(elf_section_name(c->elf, i), PER_CPU_SECTION) != 0)
            continue;
        if (!elf_section(c->elf, i, &section, why))
            return false;
        if (section.sh_addr != 0)
            return true;
        if (!elf_symbol(c->elf, PER_CPU_LOAD, &c->per_cpu_load))
            return fail(why, "%s: %s is linked at 0, but there is no symbol %s", c->elf->path,
                        PER_CPU_SECTION, PER_CPU_LOAD);
        c->per_cpu_section = i;
        return true;
    }
    return true;
}

static bool unsupported(const struct collector *c, const struct walk *walk,
                        const struct reference *ref, struct failure *why)
{
    return fail(why, "%s: %s: offset 0x%lx: unsupported relocation type %u against '%s'",
                c->elf->path, walk->name, ref->offset, ref->type, ref->symbol);
}

/* Of a 32-bit kernel: distances stay, addresses move. */
static bool choose_list_32(struct collector *c, const struct walk *walk,
                           const struct reference *ref, struct sites **ret, struct failure *why)
{
    bool moves = ref->section != SHN_ABS && ref->section != SHN_UNDEF;

    *ret = ref->type == R_386_32 && moves ? &c->table->abs32 : NULL;
    if (ref->type == R_386_NONE || ref->type == R_386_32 || ref->type == R_386_PC32 ||
        ref->type == R_386_PLT32)
        return true;
    return unsupported(c, walk, ref, why);
}

/* Decides by type and symbol which list a reference belongs to; NULL: it stays as it is. */
static bool choose_list(struct collector *c, const struct walk *walk, const struct reference *ref,
                        struct sites **ret, struct failure *why)
{
    bool per_cpu = is_per_cpu(c, ref);
    bool moves = ref->section != SHN_ABS && ref->section != SHN_UNDEF;

    if (c->elf->bits == 32)
        return choose_list_32(c, walk, ref, ret, why);
    *ret = NULL;
    switch (ref->type) {
    case R_X86_64_NONE:
        return true;
    case R_X86_64_64:
        *ret = moves && !per_cpu ? &c->table->abs64 : NULL;
        return true;
    case R_X86_64_32:
    case R_X86_64_32S:
        *ret = moves && !per_cpu ? &c->table->abs32 : NULL;
        return true;
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
        *ret = per_cpu ? &c->table->inverse32 : NULL;
        return true;
    case R_X86_64_PC64:
        if (!per_cpu)
            return true;
        break;
    default:
        break;
    }
    return unsupported(c, walk, ref, why);
}

static bool add_reference(struct collector *c, const struct walk *walk, const struct reference *ref,
                          struct failure *why)
{
    struct sites *sites;
    if (!choose_list(c, walk, ref, &sites, why))
        return false;
    if (!sites)
        return true;

    uint64_t width = sites == &c->table->abs64 ? sizeof(uint64_t) : sizeof(uint32_t);
    uint64_t inside = ref->offset - walk->section.sh_addr;
    if (ref->offset < walk->section.sh_addr || walk->section.sh_size < width ||
        inside > walk->section.sh_size - width)
        return fail(why, "%s: %s: offset 0x%lx: relocation outside its section [0x%lx, 0x%lx)",
                    c->elf->path, walk->name, ref->offset, walk->section.sh_addr,
                    walk->section.sh_addr + walk->section.sh_size);

    uint64_t site = ref->offset;
    if (walk->target == c->per_cpu_section)
        site += c->per_cpu_load;
    /* The table holds 32 bits of it; the reader puts the sign extension back. */
    uint64_t map = c->elf->bits == 32 ? __PAGE_OFFSET : START_KERNEL_MAP;
    if (site < map)
        return fail(why, "%s: %s: offset 0x%lx: relocation below the kernel's mapping at 0x%lx",
                    c->elf->path, walk->name, ref->offset, map);
    if (!add_site(sites, site))
        return fail(why, "%s: out of memory at %zu relocations", c->elf->path, sites->count);
    return true;
}

/* Looks the symbol of a relocation up. A section symbol has no name: it goes by its section's. */
static bool resolve(const struct collector *c, const struct walk *walk, const GElf_Rela *rela,
                    struct reference *ret, struct failure *why)
{
    size_t index = GELF_R_SYM(rela->r_info);
    Elf32_Word wide = 0;
    GElf_Sym symbol;
    if (index > INT32_MAX ||
        !gelf_getsymshndx(walk->symbols, walk->wide_indices, (int)index, &symbol, &wide))
        return fail(why, "%s: %s: offset 0x%lx: relocation with symbol %zu, which does not exist",
                    c->elf->path, walk->name, rela->r_offset, index);
    *ret = (struct reference){
        .offset = rela->r_offset,
        .type = (unsigned int)GELF_R_TYPE(rela->r_info),
        .section = symbol.st_shndx == SHN_XINDEX ? wide : symbol.st_shndx,
    };
    if (GELF_ST_TYPE(symbol.st_info) == STT_SECTION)
        ret->symbol = elf_section_name(c->elf, ret->section);
    else
        ret->symbol = elf_strptr(c->elf->elf, walk->strings, symbol.st_name);
    if (!ret->symbol)
        return fail(why, "%s: %s: offset 0x%lx: relocation with symbol %zu, whose name is damaged",
                    c->elf->path, walk->name, rela->r_offset, index);
    return true;
}

/* The table of section indices too large for st_shndx that belongs to a symbol table, or NULL. */
static Elf_Data *find_wide_indices(const struct elf_file *elf, size_t symbols)
{
    for (Elf_Scn *scn = elf_nextscn(elf->elf, NULL); scn; scn = elf_nextscn(elf->elf, scn)) {
        GElf_Shdr section;
        if (gelf_getshdr(scn, &section) && section.sh_type == SHT_SYMTAB_SHNDX &&
            section.sh_link == symbols)
            return elf_getdata(scn, NULL);
    }
    return NULL;
}

/* Fills walk for a relocation section. *ret_skip: it is about nothing that gets loaded. */
static bool begin_walk(const struct collector *c, const GElf_Shdr *section, struct walk *walk,
                       bool *ret_skip, struct failure *why)
{
    GElf_Shdr symbols;
    *walk = (struct walk){.target = section->sh_info};
    if (!elf_section(c->elf, walk->target, &walk->section, why))
        return false;
    walk->name = elf_section_name(c->elf, walk->target);
    /* Notes are read from the file, before anything moves (Xen's entry points, for one). */
    *ret_skip = !(walk->section.sh_flags & SHF_ALLOC) || walk->section.sh_type == SHT_NOTE;
    if (*ret_skip)
        return true;
    if (section->sh_type != (c->elf->bits == 32 ? SHT_REL : SHT_RELA))
        return fail(why, "%s: %s: relocations with%s addends, which %s does not use", c->elf->path,
                    walk->name, section->sh_type == SHT_REL ? "out" : "",
                    c->elf->bits == 32 ? "i386" : "x86-64");
    if (!elf_section(c->elf, section->sh_link, &symbols, why))
        return false;
    walk->strings = symbols.sh_link;
    walk->symbols = elf_getdata(elf_getscn(c->elf->elf, section->sh_link), NULL);
    walk->wide_indices = find_wide_indices(c->elf, section->sh_link);
    if (symbols.sh_type != SHT_SYMTAB || !walk->symbols)
        return fail(why, "%s: %s: relocations with no symbol table (section %u)", c->elf->path,
                    walk->name, section->sh_link);
    return true;
}

/* Entry number index of either kind; the addend, which nothing here needs, stays unset. */
static bool get_relocation(Elf_Data *data, int index, unsigned int bits, GElf_Rela *ret)
{
    GElf_Rel rel;
    if (bits == 64)
        return gelf_getrela(data, index, ret);
    if (!gelf_getrel(data, index, &rel))
        return false;
    *ret = (GElf_Rela){.r_offset = rel.r_offset, .r_info = rel.r_info};
    return true;
}

static bool collect_section(struct collector *c, Elf_Scn *scn, const GElf_Shdr *section,
                            struct failure *why)
{
    struct walk walk;
    bool skip;
    if (!begin_walk(c, section, &walk, &skip, why))
        return false;
    if (skip)
        return true;
    size_t size = c->elf->bits == 32 ? sizeof(Elf32_Rel) : sizeof(Elf64_Rela);
    Elf_Data *data = elf_getdata(scn, NULL);
    if (!data || section->sh_entsize != size || data->d_size % size != 0 ||
        data->d_size / size > INT32_MAX)
        return fail(why, "%s: %s: damaged relocation section", c->elf->path, walk.name);
    int count = (int)(data->d_size / size);
    for (int i = 0; i < count; i++) {
        GElf_Rela rela;
        struct reference ref;
        if (!get_relocation(data, i, c->elf->bits, &rela))
            return fail(why, "%s: %s: relocation %d: %s", c->elf->path, walk.name, i,
                        elf_errmsg(-1));
        if (!resolve(c, &walk, &rela, &ref, why) || !add_reference(c, &walk, &ref, why))
            return false;
    }
    c->seen_any = true;
    return true;
}

static bool collect_all(struct collector *c, struct failure *why)
{
    for (Elf_Scn *scn = elf_nextscn(c->elf->elf, NULL); scn; scn = elf_nextscn(c->elf->elf, scn)) {
        GElf_Shdr section;
        if (!gelf_getshdr(scn, &section))
            return fail(why, "%s: damaged ELF section table: %s", c->elf->path, elf_errmsg(-1));
        if (section.sh_type != SHT_RELA && section.sh_type != SHT_REL)
            continue;
        if (!collect_section(c, scn, &section, why))
            return false;
    }
    if (!c->seen_any)
        return fail(why, "%s: no relocations: link it with --emit-relocs", c->elf->path);
    return true;
}

static int compare_sites(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* A site that is listed twice would be moved twice. */
static bool sort_sites(struct sites *sites, const char *path, struct failure *why)
{
    if (sites->count == 0)
        return true;
    qsort(sites->list, sites->count, sizeof(*sites->list), compare_sites);
    for (size_t i = 1; i < sites->count; i++)
        if (sites->list[i] == sites->list[i - 1])
            return fail(why, "%s: two relocations at 0x%lx", path,
                        (uint64_t)(int64_t)(int32_t)sites->list[i]);
    return true;
}

bool reloc_table_collect(const struct elf_file *elf, struct reloc_table *ret, struct failure *why)
{
    struct collector c = {.elf = elf, .table = ret};
    *ret = (struct reloc_table){.bits = elf->bits};
    bool ok = find_per_cpu(&c, why) && collect_all(&c, why) &&
              sort_sites(&ret->abs64, elf->path, why) &&
              sort_sites(&ret->inverse32, elf->path, why) &&
              sort_sites(&ret->abs32, elf->path, why);
    if (!ok)
        reloc_table_free(ret);
    return ok;
}

/* A list with the 0 that ends it for a reader who comes from behind. */
static uint8_t *put_list(uint8_t *at, const struct sites *sites)
{
    memset(at, 0, sizeof(uint32_t));
    at += sizeof(uint32_t);
    for (size_t i = 0; i < sites->count; i++)
        for (int byte = 0; byte < 4; byte++)
            *at++ = (uint8_t)(sites->list[i] >> (8 * byte));
    return at;
}

bool reloc_table_encode(const struct reloc_table *table, struct bytes *ret, struct failure *why)
{
    size_t lists = table->bits == 32 ? 1 : 3;
    size_t words = lists + table->abs64.count + table->inverse32.count + table->abs32.count;
    struct bytes bytes = {0};
    uint8_t *at = bytes_grow(&bytes, words * sizeof(uint32_t));
    if (!at)
        return fail(why, "out of memory for %zu relocations", words);
    if (lists == 3) {
        at = put_list(at, &table->abs64);
        at = put_list(at, &table->inverse32);
    }
    put_list(at, &table->abs32);
    *ret = bytes;
    return true;
}
