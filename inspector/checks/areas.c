/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "areas.h"

#include <elf.h>
#include <string.h>

/* Areas between two symbols of the setup code or the decompressor. */
static const struct symbol_area {
    const char *name, *start, *end;
    bool copy_only; /* before the copy runs nobody uses them */
    enum module module;
} symbol_areas[] = {
    {"bss", "_bss", "_ebss", true, MODULE_STUB},
    {"heap", "boot_heap", "boot_heap_end", true, MODULE_STUB},
    {"stack", "boot_stack", "boot_stack_end", false, MODULE_STUB},
    {"setup", NULL, "_end", false, MODULE_SETUP},
};

/* Areas that begin at a fact of the timeline. */
static const char *const fact_areas[] = {"load", "copy", "output", "kernel"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct symbol_area *find_symbol_area(const char *name)
{
    for (size_t i = 0; i < COUNT(symbol_areas); i++)
        if (strcmp(symbol_areas[i].name, name) == 0)
            return &symbol_areas[i];
    return NULL;
}

bool area_known(const char *name)
{
    for (size_t i = 0; i < COUNT(fact_areas); i++)
        if (strcmp(fact_areas[i], name) == 0)
            return true;
    return find_symbol_area(name) != NULL;
}

static struct error *unknown(const char *name)
{
    return error_new(ERROR_CHECK, "where %s is, is not known at this checkpoint", name);
}

static struct error *no_size(const char *name)
{
    return error_new(ERROR_CHECK, "no ELF file or image tells how large %s is", name);
}

static struct error *between_symbols(const struct stop *stop, const struct symbol_area *area,
                                     struct area *ret)
{
    const struct symbols *symbols = area->module == MODULE_SETUP ? stop->setup : stop->stub;
    struct maybe base = stop_base(stop, area->module);
    uint64_t start = 0, end;

    if (!base.known || (area->copy_only && !stop->facts.running_copy))
        return unknown(area->name);
    if (!symbols || (area->start && !symbols_value(symbols, area->start, &start)) ||
        !symbols_value(symbols, area->end, &end))
        return no_size(area->name);
    *ret = (struct area){base.value + start, base.value + end};
    return NULL;
}

/* The kernel in memory, with its .bss, counted from output. */
static uint64_t kernel_size(const struct stop *stop)
{
    const struct kernel *kernel = &stop->image->kernel;
    uint64_t pref = stop->image->setup.pref_address, size = 0;

    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type == PT_LOAD && segment->paddr + segment->memsz > pref + size)
            size = segment->paddr + segment->memsz - pref;
    }
    return size;
}

static struct error *from_output(const struct stop *stop, const char *name, struct area *ret)
{
    uint64_t size;

    if (!stop->facts.output.known)
        return unknown(name);
    if (!stop->image || !stop->image->kernel.bytes)
        return no_size(name);
    size = kernel_size(stop);
    /* While it is unpacked, the payload with its relocation table needs room there, too. */
    if (strcmp(name, "output") == 0 && stop->image->kernel.size > size)
        size = stop->image->kernel.size;
    *ret = (struct area){stop->facts.output.value, stop->facts.output.value + size};
    return NULL;
}

struct error *area_now(const struct stop *stop, const char *name, struct area *ret)
{
    const struct symbol_area *area = find_symbol_area(name);
    struct maybe base;
    uint64_t size;

    if (area)
        return between_symbols(stop, area, ret);
    if (strcmp(name, "output") == 0 || strcmp(name, "kernel") == 0)
        return from_output(stop, name, ret);
    base = strcmp(name, "load") == 0 ? stop->facts.load : stop->facts.copy;
    if (!base.known)
        return unknown(name);
    if (!stop->stub || !symbols_value(stop->stub, "_end", &size))
        return no_size(name);
    *ret = (struct area){base.value, base.value + size};
    return NULL;
}
