/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How far past a module's last symbol an address may lie and still be called part of it. */
#define DESCRIBE_REACH 0x10000

const struct symbols *stop_symbols(const struct stop *stop, enum module module)
{
    switch (module) {
    case MODULE_SETUP:
        return stop->setup;
    case MODULE_STUB:
        return stop->stub;
    case MODULE_KERNEL:
        return stop->kernel;
    case MODULE_COUNT:
        break;
    }
    return NULL;
}

/* Whether a link address is one of a module that starts at start. */
static bool covers(const struct symbols *symbols, uint64_t start, uint64_t link)
{
    uint64_t end;

    if (!symbols_value(symbols, "_end", &end))
        end = start + DESCRIBE_REACH;
    return link >= start && link < end;
}

/*
 * The kernel's symbols are high addresses. It runs in an identity mapping first, where output is
 * pref_address as linked, and then in its own, where virtual is. Either may be below.
 */
static bool kernel_link(const struct stop *stop, uint64_t address, uint64_t *ret)
{
    struct maybe base = stop_base(stop, MODULE_KERNEL);
    uint64_t map = image_map(stop->image), text;

    if (!stop->image || !symbols_value(stop->kernel, "_text", &text))
        return false;
    if (address >= map && stop->facts.virtual.known)
        *ret = address - (stop->facts.virtual.value - stop->image->setup.pref_address);
    else if (address < map && base.known)
        *ret = address - base.value + map;
    else
        return false;
    return covers(stop->kernel, text, *ret);
}

static bool link_from(const struct symbols *symbols, struct maybe base, uint64_t address,
                      uint64_t *ret)
{
    if (!base.known || address < base.value)
        return false;
    *ret = address - base.value;
    return covers(symbols, 0, *ret);
}

static bool boot_link(const struct stop *stop, const struct symbols *symbols, enum module module,
                      uint64_t address, uint64_t *ret)
{
    if (link_from(symbols, stop_base(stop, module), address, ret))
        return true;
    /* The copy has addresses before it runs: its stack is in use, and the jump leads there. */
    return module == MODULE_STUB && link_from(symbols, stop->facts.copy, address, ret);
}

bool stop_place(const struct stop *stop, virt_t address, enum module *ret_module,
                uint64_t *ret_link)
{
    /*
     * The copy of the decompressor stands at the end of the kernel's buffer, where the kernel's
     * .bss may be one day: which of both it is depends on who runs.
     */
    static const enum module booting[] = {MODULE_STUB, MODULE_SETUP, MODULE_KERNEL},
                             booted[] = {MODULE_KERNEL, MODULE_STUB, MODULE_SETUP};
    const enum module *order = stop->facts.running_kernel ? booted : booting;

    for (int i = 0; i < MODULE_COUNT; i++) {
        const struct symbols *symbols = stop_symbols(stop, order[i]);

        if (!symbols || !(order[i] == MODULE_KERNEL
                              ? kernel_link(stop, address.value, ret_link)
                              : boot_link(stop, symbols, order[i], address.value, ret_link)))
            continue;
        *ret_module = order[i];
        return true;
    }
    return false;
}

/*
 * Kernel symbols are high addresses. Until the CPU runs at those, what it reaches is the kernel
 * where it was unpacked to; but not before that place is chosen.
 */
static struct maybe kernel_address(const struct stop *stop, uint64_t link)
{
    const struct facts *facts = &stop->facts;
    struct maybe base = stop_base(stop, MODULE_KERNEL);
    uint64_t map = image_map(stop->image);

    if (link < map) /* a place in the per-CPU area, and no address */
        return known(link);
    if (!stop->image || !base.known || !facts->virtual.known)
        return (struct maybe){0};
    if (facts->running_kernel && registers_pc(&stop->regs).value >= map)
        return known(link + facts->virtual.value - stop->image->setup.pref_address);
    return known(link - map + base.value);
}

struct maybe stop_address(const struct stop *stop, enum module module, uint64_t link)
{
    struct maybe base = stop_base(stop, module);

    if (module == MODULE_KERNEL)
        return kernel_address(stop, link);
    return base.known ? known(base.value + link) : base;
}

bool stop_describe(const struct stop *stop, virt_t address, char *out, size_t size)
{
    const char *name, *file;
    enum module module;
    uint64_t link, offset;
    unsigned int line;

    if (!stop_place(stop, address, &module, &link))
        return false;

    const struct symbols *symbols = stop_symbols(stop, module);

    name = symbols_name(symbols, link, &offset);
    if (!name || offset > DESCRIBE_REACH)
        return false;
    int length = offset ? snprintf(out, size, "%s+0x%" PRIx64, name, offset)
                        : snprintf(out, size, "%s", name);
    if (length > 0 && (size_t)length < size && symbols_line(symbols, link, &file, &line))
        snprintf(out + length, size - (size_t)length, " (%s:%u)", file, line);
    return true;
}
