/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How far past a module's last symbol an address may lie and still be called part of it. */
#define DESCRIBE_REACH 0x10000

static const struct symbols *module_symbols(const struct stop *stop, enum module module)
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

/* The link address in symbols that address has while the module lies at base. */
static bool link_address(const struct symbols *symbols, enum module module, uint64_t base,
                         uint64_t address, uint64_t *ret)
{
    uint64_t end;

    if (module == MODULE_KERNEL) {
        /* The base maps physical link addresses; the kernel's symbols are high ones. */
        uint64_t text;

        if (!symbols_value(symbols, "_text", &text) || address < base)
            return false;
        *ret = address - base + (text & ~0xffffffffULL) + 0x80000000ULL;
        return symbols_value(symbols, "_end", &end) ? *ret >= text && *ret < end : *ret >= text;
    }
    if (address < base)
        return false;
    *ret = address - base;
    return symbols_value(symbols, "_end", &end) ? *ret < end : *ret < DESCRIBE_REACH;
}

bool stop_describe(const struct stop *stop, virt_t address, char *out, size_t size)
{
    for (enum module module = MODULE_COUNT; module-- > MODULE_SETUP;) {
        const struct symbols *symbols = module_symbols(stop, module);
        struct maybe base = stop_base(stop, module);
        const char *name, *file;
        uint64_t link, offset;
        unsigned int line;

        if (!symbols || !base.known ||
            !link_address(symbols, module, base.value, address.value, &link))
            continue;
        name = symbols_name(symbols, link, &offset);
        if (!name || offset > DESCRIBE_REACH)
            continue;
        int length = offset ? snprintf(out, size, "%s+0x%" PRIx64, name, offset)
                            : snprintf(out, size, "%s", name);
        if (length > 0 && (size_t)length < size && symbols_line(symbols, link, &file, &line))
            snprintf(out + length, size - (size_t)length, " (%s:%u)", file, line);
        return true;
    }
    return false;
}
