/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relocation table behind the kernel's ELF. It has no header: like Linux, one walks it from the
 * end of the payload down.
 *
 *   | ELF | 0 | 64-bit sites | 0 | inverse 32-bit sites | 0 | 32-bit sites |
 *                                                         <-- one reads this way
 *
 * Linux 6.15 dropped the inverse list, and with it one zero:
 *
 *   | ELF | 0 | 64-bit sites | 0 | 32-bit sites |
 *
 * A 32-bit kernel has addresses of one size, and one list:
 *
 *   | ELF | 0 | 32-bit sites |
 */
#include "kernel.h"

#include <elf.h>
#include <inttypes.h>

#include "bytes.h"

#define SITE sizeof(uint32_t)

virt_t reloc_site(const struct reloc_list *list, size_t index)
{
    uint32_t site = load_le32(list->sites + index * SITE);

    return virt(list->whole ? site : (uint64_t)(int64_t)(int32_t)site);
}

/* Takes the list that ends at *end, and moves *end onto the zero before it. */
static bool take_list(const struct kernel *kernel, size_t floor, size_t *end,
                      struct reloc_list *ret)
{
    size_t at = *end;

    while (at >= floor + SITE) {
        at -= SITE;
        if (load_le32(kernel->bytes + at) != 0)
            continue;
        *ret = (struct reloc_list){kernel->bytes + at + SITE, (*end - at) / SITE - 1,
                                   kernel->bits == 32};
        *end = at;
        return true;
    }
    return false;
}

/* The physical range that the segments cover; sites outside would patch somebody else's memory. */
static void span(const struct kernel *kernel, uint64_t *ret_low, uint64_t *ret_high)
{
    *ret_low = UINT64_MAX;
    *ret_high = 0;
    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type != PT_LOAD)
            continue;
        if (segment->paddr < *ret_low)
            *ret_low = segment->paddr;
        if (segment->paddr + segment->memsz > *ret_high)
            *ret_high = segment->paddr + segment->memsz;
    }
}

static struct error *check_list(const struct kernel *kernel, const struct reloc_list *list,
                                const char *name, uint64_t width)
{
    uint64_t low, high, before = 0;

    span(kernel, &low, &high);
    for (size_t i = 0; i < list->count; i++) {
        uint64_t site = reloc_site(list, i).value;
        uint64_t physical = site - kernel_map(kernel);

        if (physical < low || physical >= high || high - physical < width)
            return error_new(ERROR_INPUT,
                             "relocation table: %s site %zu, 0x%" PRIx64 ", is outside the kernel",
                             name, i, site);
        if (site <= before)
            return error_new(ERROR_INPUT,
                             "relocation table: %s site %zu, 0x%" PRIx64
                             ", is not above the one before",
                             name, i, site);
        before = site;
    }
    return NULL;
}

static struct error *parse_one_list(size_t elf_end, struct kernel *kernel)
{
    size_t end = kernel->size;

    if (!take_list(kernel, elf_end, &end, &kernel->abs32) || end != elf_end)
        return error_new(ERROR_INPUT,
                         "relocation table: %zu bytes after the ELF are not one list from 0 on",
                         kernel->size - elf_end);
    kernel->has_relocs = true;
    return check_list(kernel, &kernel->abs32, "32-bit", sizeof(uint32_t));
}

struct error *kernel_parse_relocs(size_t elf_end, struct kernel *kernel)
{
    struct reloc_list lists[3] = {0};
    size_t count = 0, end = kernel->size;

    if (end == elf_end)
        return NULL; /* a kernel that is not relocatable */
    if (kernel->bits == 32)
        return parse_one_list(elf_end, kernel);
    while (count < 3 && take_list(kernel, elf_end, &end, &lists[count]))
        count++;
    if (count < 2 || (count == 2 && end != elf_end))
        return error_new(ERROR_INPUT, "relocation table: %zu bytes after the ELF, and %zu lists",
                         kernel->size - elf_end, count);
    kernel->has_relocs = true;
    kernel->has_inverse = count == 3;
    kernel->abs32 = lists[0];
    kernel->inverse32 = count == 3 ? lists[1] : (struct reloc_list){0};
    kernel->abs64 = lists[count - 1];

    struct error *err = check_list(kernel, &kernel->abs32, "32-bit", sizeof(uint32_t));
    if (!err)
        err = check_list(kernel, &kernel->inverse32, "inverse 32-bit", sizeof(uint32_t));
    if (!err)
        err = check_list(kernel, &kernel->abs64, "64-bit", sizeof(uint64_t));
    return err;
}
