/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sites.h"

#include <elf.h>
#include <string.h>

const char *site_kind_name(enum site_kind kind)
{
    static const char *const names[SITE_KINDS] = {"abs32", "inverse32", "abs64"};

    return names[kind];
}

unsigned int site_size(enum site_kind kind)
{
    return kind == SITE_ABS64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

const struct reloc_list *site_list(const struct kernel *kernel, enum site_kind kind)
{
    switch (kind) {
    case SITE_ABS32:
        return &kernel->abs32;
    case SITE_INVERSE32:
        return &kernel->inverse32;
    case SITE_ABS64:
    case SITE_KINDS:
        break;
    }
    return &kernel->abs64;
}

uint64_t site_moved(enum site_kind kind, uint64_t linked, uint64_t virtual_delta)
{
    switch (kind) {
    case SITE_ABS32:
        return (uint32_t)(linked + virtual_delta);
    case SITE_INVERSE32:
        return (uint32_t)(linked - virtual_delta);
    case SITE_ABS64:
    case SITE_KINDS:
        break;
    }
    return linked + virtual_delta;
}

uint64_t site_load(const uint8_t *bytes, unsigned int size)
{
    uint64_t value = 0;

    memcpy(&value, bytes, size);
    return value;
}

const struct kernel_segment *sites_segment(const struct kernel *kernel, uint64_t paddr,
                                           unsigned int length)
{
    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type == PT_LOAD && paddr >= segment->paddr && length <= segment->filesz &&
            paddr - segment->paddr <= segment->filesz - length)
            return segment;
    }
    return NULL;
}

void sites_visit(const struct kernel *kernel, uint64_t paddr, uint64_t length, site_visitor visitor,
                 void *context)
{
    uint64_t map = kernel_map(kernel);

    for (enum site_kind kind = 0; kind < SITE_KINDS; kind++) {
        const struct reloc_list *list = site_list(kernel, kind);
        uint64_t before = site_size(kind) - 1;

        for (size_t i = 0; i < list->count; i++) {
            virt_t site = reloc_site(list, i);
            uint64_t at = site.value - map;

            /* One unsigned comparison for "begins at most `before` bytes ahead of the area". */
            if (at - (paddr - before) < length + before)
                visitor(context, kind, site, (int64_t)(at - paddr));
        }
    }
}

uint64_t kernel_extent(const struct kernel *kernel, uint64_t pref)
{
    uint64_t extent = 0;

    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];
        uint64_t end;

        if (segment->type == PT_LOAD && segment->paddr >= pref &&
            !__builtin_add_overflow(segment->paddr - pref, segment->memsz, &end) && end > extent)
            extent = end;
    }
    return extent;
}
