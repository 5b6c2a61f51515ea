/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint_section.h"
#include "lines.h"

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        abort();
    return memory;
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_value(const void *a, const void *b)
{
    const struct symbol *left = a, *right = b;

    if (left->value != right->value)
        return compare(left->value, right->value);
    if (left->rank != right->rank)
        return compare(left->rank, right->rank);
    return strcmp(right->name, left->name); /* so that the choice does not depend on the sort */
}

/* Among those of one name, the global one comes first. */
static int compare_name(const void *a, const void *b)
{
    const struct symbol *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order ? order : compare(right->rank, left->rank);
}

/* Functions before objects before bare labels; then global before local. */
static unsigned int rank(const GElf_Sym *symbol)
{
    static const unsigned int types[] = {[STT_NOTYPE] = 0, [STT_OBJECT] = 2, [STT_FUNC] = 4};

    return types[GELF_ST_TYPE(symbol->st_info)] + (GELF_ST_BIND(symbol->st_info) != STB_LOCAL);
}

static bool wanted(const GElf_Sym *symbol, const char *name)
{
    unsigned int type = GELF_ST_TYPE(symbol->st_info);

    return name && *name && symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_COMMON &&
           (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC);
}

static void add_symbols(struct symbols *symbols, Elf_Data *data, size_t strings, size_t count)
{
    GElf_Sym entry;

    for (size_t i = 0; i < count; i++) {
        if (!gelf_getsym(data, (int)i, &entry))
            break;
        const char *name = elf_strptr(symbols->file.elf, strings, entry.st_name);
        if (!wanted(&entry, name))
            continue;
        struct symbol symbol = {entry.st_value, entry.st_size, name, entry.st_shndx, rank(&entry)};
        symbols->by_name[symbols->name_count++] = symbol;
        if (entry.st_shndx < SHN_LORESERVE) /* an absolute value is no address */
            symbols->by_value[symbols->value_count++] = symbol;
    }
}

void symbols_index(struct symbols *symbols)
{
    uint64_t reach = 0;

    qsort(symbols->by_value, symbols->value_count, sizeof(struct symbol), compare_value);
    qsort(symbols->by_name, symbols->name_count, sizeof(struct symbol), compare_name);
    free(symbols->reach);
    symbols->reach = allocate(symbols->value_count, sizeof(*symbols->reach));
    for (size_t i = 0; i < symbols->value_count; i++) {
        const struct symbol *symbol = &symbols->by_value[i];

        if (symbol->size <= UINT64_MAX - symbol->value && symbol->value + symbol->size > reach)
            reach = symbol->value + symbol->size;
        symbols->reach[i] = reach;
    }
}

/* A file without a symbol table has no names, and that is no error. */
static struct error *read_symbols(struct symbols *symbols)
{
    GElf_Shdr details;
    Elf_Scn *section = elf_file_section(&symbols->file, ".symtab", &details);
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    size_t count = 0;

    if (section && !data && details.sh_size)
        return elf_error("symbol table");
    if (data)
        count = data->d_size / gelf_fsize(symbols->file.elf, ELF_T_SYM, 1, EV_CURRENT);
    symbols->by_value = allocate(count, sizeof(struct symbol));
    symbols->by_name = allocate(count, sizeof(struct symbol));
    if (data)
        add_symbols(symbols, data, details.sh_link, count);
    symbols_index(symbols);
    return NULL;
}

static struct error *read_ranges(struct symbols *symbols)
{
    Elf_Scn *section = NULL;
    GElf_Shdr details;
    size_t count;

    if (elf_getshdrnum(symbols->file.elf, &count) != 0)
        return elf_error("section headers");
    symbols->ranges = allocate(count, sizeof(struct range));
    while ((section = elf_nextscn(symbols->file.elf, section))) {
        if (!gelf_getshdr(section, &details))
            return elf_error("section headers");
        if (!(details.sh_flags & SHF_ALLOC) || details.sh_size > UINT64_MAX - details.sh_addr)
            continue;
        symbols->ranges[symbols->range_count++] = (struct range){
            details.sh_addr, details.sh_addr + details.sh_size, (uint32_t)elf_ndxscn(section)};
    }
    return NULL;
}

struct error *symbols_open(const char *path, struct symbols **ret)
{
    struct symbols *symbols = allocate(1, sizeof(*symbols));

    symbols->path = strdup(path);
    if (!symbols->path)
        abort();
    struct error *err = elf_file_open(path, &symbols->file);
    if (err) {
        symbols->file = (struct elf_file){.fd = -1};
        goto fail;
    }
    err = read_symbols(symbols);
    if (!err)
        err = read_ranges(symbols);
    if (!err)
        err = checkpoint_section_read(&symbols->file, &symbols->checkpoints,
                                      &symbols->checkpoint_count);
    if (err)
        goto fail;
    *ret = symbols;
    return NULL;
fail:
    symbols_close(symbols);
    return error_context(err, "%s", path);
}

void symbols_close(struct symbols *symbols)
{
    if (!symbols)
        return;
    lines_close(symbols->lines);
    elf_file_close(&symbols->file);
    if (symbols->made > 0)
        close(symbols->made);
    free(symbols->by_value);
    free(symbols->by_name);
    free(symbols->reach);
    free(symbols->ranges);
    free(symbols->checkpoints);
    free(symbols->path);
    free(symbols);
}

void symbols_keep(struct symbols *symbols, int fd)
{
    symbols->made = fd;
}

bool symbols_are_made(const struct symbols *symbols)
{
    return symbols->made > 0;
}

const char *symbols_path(const struct symbols *symbols)
{
    return symbols->path;
}

const char *symbols_build_id(const struct symbols *symbols)
{
    return symbols->file.build_id;
}

/* The first of by_name that is not less than name. */
static size_t first_named(const struct symbols *symbols, const char *name)
{
    size_t low = 0, high = symbols->name_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(symbols->by_name[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct symbol_info info_of(const struct symbol *symbol)
{
    return (struct symbol_info){
        .name = symbol->name,
        .value = symbol->value,
        .size = symbol->size,
        .absolute = symbol->section >= SHN_LORESERVE,
    };
}

bool symbols_info(const struct symbols *symbols, const char *name, struct symbol_info *ret)
{
    size_t i = first_named(symbols, name);

    if (i == symbols->name_count || strcmp(symbols->by_name[i].name, name) != 0)
        return false;
    *ret = info_of(&symbols->by_name[i]);
    return true;
}

bool symbols_match(const struct symbols *symbols, const char *prefix, size_t index,
                   struct symbol_info *ret)
{
    size_t first = first_named(symbols, prefix);

    if (index >= symbols->name_count - first ||
        strncmp(symbols->by_name[first + index].name, prefix, strlen(prefix)) != 0)
        return false;
    *ret = info_of(&symbols->by_name[first + index]);
    return true;
}

bool symbols_value(const struct symbols *symbols, const char *name, uint64_t *ret)
{
    struct symbol_info info;

    if (!symbols_info(symbols, name, &info))
        return false;
    *ret = info.value;
    return true;
}

/* How many symbols have a value at or below address. */
static size_t count_below(const struct symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->value_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (symbols->by_value[middle].value <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct symbol *covering(const struct symbols *symbols, size_t below, uint64_t address)
{
    for (size_t i = below; i > 0 && symbols->reach[i - 1] > address; i--) {
        const struct symbol *symbol = &symbols->by_value[i - 1];

        if (address - symbol->value < symbol->size)
            return symbol;
    }
    return NULL;
}

/* No symbol of the section can lie below the section's start, which bounds the walk. */
static const struct symbol *nearest(const struct symbols *symbols, size_t below, uint64_t address)
{
    for (size_t r = 0; r < symbols->range_count; r++) {
        const struct range *range = &symbols->ranges[r];

        if (address < range->start || address >= range->end)
            continue;
        for (size_t i = below; i > 0 && symbols->by_value[i - 1].value >= range->start; i--)
            if (symbols->by_value[i - 1].section == range->section)
                return &symbols->by_value[i - 1];
    }
    return NULL;
}

const char *symbols_name(const struct symbols *symbols, uint64_t address, uint64_t *ret_offset)
{
    size_t below = count_below(symbols, address);
    const struct symbol *symbol = covering(symbols, below, address);

    if (!symbol)
        symbol = nearest(symbols, below, address);
    if (!symbol)
        return NULL;
    *ret_offset = address - symbol->value;
    return symbol->name;
}

/* DWARF is opened when it is first asked for: most files are never asked. */
static const struct lines *lines_of(const struct symbols *symbols)
{
    struct symbols *mutable = (struct symbols *)(uintptr_t)symbols;

    if (!symbols->lines)
        mutable->lines = lines_open(symbols->file.elf);
    return symbols->lines;
}

bool symbols_line(const struct symbols *symbols, uint64_t address, const char **ret_file,
                  unsigned int *ret_line)
{
    return lines_find(lines_of(symbols), address, ret_file, ret_line);
}

bool symbols_source(const struct symbols *symbols, uint64_t address, char *path, size_t size,
                    unsigned int *ret_line)
{
    return lines_source(lines_of(symbols), address, path, size, ret_line);
}

enum symbols_at symbols_at_line(const struct symbols *symbols, const char *file, unsigned int line,
                                uint64_t *ret)
{
    bool has_file;

    if (lines_address(lines_of(symbols), file, line, &has_file, ret))
        return SYMBOLS_AT_FOUND;
    return has_file ? SYMBOLS_AT_NO_LINE : SYMBOLS_AT_NO_FILE;
}

const struct checkpoint_record *symbols_checkpoints(const struct symbols *symbols,
                                                    size_t *ret_count)
{
    *ret_count = symbols->checkpoint_count;
    return symbols->checkpoints;
}
