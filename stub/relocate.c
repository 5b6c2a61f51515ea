/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relocate.c: telling the kernel's pointers where the kernel will run.
 *
 * What for:   the kernel was linked for one virtual address and KASLR chose another. Code that
 *             counts from rip does not mind; absolute addresses in code and data do.
 * Handed:     the loaded segments at output, and the table that the build put behind the ELF file.
 * Leaves:     every listed site changed by the difference between chosen and linked address.
 * If skipped: with virtual KASLR, the kernel dies at its first absolute address, as soon as it
 *             runs in its high mapping. Without it, nothing is missed.
 *
 * The table is read from its end, backwards, because only its end is known: it is the end of what
 * was inflated.
 *
 *      output                                                             output + output_len
 *        |                                                                          |
 *        | ELF file ...  | 0 | 64-bit sites | 0 | inverse sites | 0 | 32-bit sites  |
 *                        <----- third ------ <----- second ----- <----- first ------
 *
 * A site is the low half of a link-time address, sign-extended: 0x81000123 stands for
 * 0xffffffff81000123. In memory it is at
 *
 *      site - START_KERNEL_MAP - load_physical_addr + output
 *
 * 32-bit sites are low halves of addresses; inverse ones are offsets that shrink when the kernel
 * goes up (per-CPU variables, which are linked at 0 and stay there).
 */
#include "relocate.h"

#include <stdbool.h>
#include <stddef.h>

#include "layout.h"
#include "stub_string.h"

#define ENTRY_SIZE sizeof(int32_t)

/* The lists, in the order in which they are read. */
enum relocation_kind { ABS32, INVERSE32, ABS64, RELOCATION_KINDS };

/* A backward read through the table: at is the offset behind the next entry. */
struct table_walk {
    const unsigned char *output;
    uint64_t at;
};

/* false when there is no room left for an entry between output and the walk. */
static bool previous_entry(struct table_walk *walk, int32_t *ret)
{
    if (walk->at < ENTRY_SIZE)
        return false;
    walk->at -= ENTRY_SIZE;
    memcpy(ret, walk->output + walk->at, ENTRY_SIZE); /* the ELF's length need not align it */
    return true;
}

static const struct boot_error *unterminated(uint64_t output_len)
{
    return boot_error("relocations: table has no end in the %#lx bytes of the kernel", output_len);
}

const struct boot_error *find_relocations(const unsigned char *output, uint64_t output_len,
                                          uint64_t *ret_offset)
{
    struct table_walk walk = {output, output_len};
    int32_t entry;

    for (int lists = 0; lists < RELOCATION_KINDS; lists += entry == 0)
        if (!previous_entry(&walk, &entry))
            return unterminated(output_len);
    *ret_offset = walk.at;
    return NULL;
}

/*
 * The site's offset from output, which must leave room for its width inside the image. Unsigned
 * arithmetic wraps, so that an address below the image becomes a huge offset and fails as well.
 */
static const struct boot_error *site_offset(const struct relocation_request *request, int32_t entry,
                                            size_t width, uint64_t *ret)
{
    uint64_t address = (uint64_t)(int64_t)entry;
    uint64_t offset = address - START_KERNEL_MAP - request->load_physical_addr;

    if (request->image_len < width || offset > request->image_len - width)
        return boot_error("relocations: %lu-bit site %#lx is outside of the image, %#lx to %#lx",
                          width * 8, address, START_KERNEL_MAP + request->load_physical_addr,
                          START_KERNEL_MAP + request->load_physical_addr + request->image_len);
    *ret = offset;
    return NULL;
}

/* Sites need not be aligned either. 32-bit sums wrap: the linker made sure that they may. */
static void apply_one(unsigned char *site, enum relocation_kind kind, uint64_t delta)
{
    uint32_t low;
    uint64_t whole;

    if (kind == ABS64) {
        memcpy(&whole, site, sizeof(whole));
        whole += delta;
        memcpy(site, &whole, sizeof(whole));
        return;
    }
    memcpy(&low, site, sizeof(low));
    low += kind == INVERSE32 ? -(uint32_t)delta : (uint32_t)delta;
    memcpy(site, &low, sizeof(low));
}

/* One list, down to its 0. */
static const struct boot_error *apply_list(unsigned char *output, struct table_walk *walk,
                                           const struct relocation_request *request,
                                           enum relocation_kind kind, uint64_t *ret_count)
{
    size_t width = kind == ABS64 ? sizeof(uint64_t) : sizeof(uint32_t);
    uint64_t delta = request->virtual_address - request->load_physical_addr;
    const struct boot_error *error;
    uint64_t offset;
    int32_t entry;

    while (previous_entry(walk, &entry)) {
        if (entry == 0)
            return NULL;
        error = site_offset(request, entry, width, &offset);
        if (error)
            return error;
        apply_one(output + offset, kind, delta);
        ++*ret_count;
    }
    return unterminated(request->output_len);
}

const struct boot_error *handle_relocations(unsigned char *output,
                                            const struct relocation_request *request,
                                            struct relocation_counts *ret)
{
    struct table_walk walk = {output, request->output_len};
    const struct boot_error *error;

    *ret = (struct relocation_counts){0, 0, 0};
    if (request->virtual_address == request->load_physical_addr)
        return NULL;
    error = apply_list(output, &walk, request, ABS32, &ret->abs32);
    if (!error)
        error = apply_list(output, &walk, request, INVERSE32, &ret->inverse32);
    if (!error)
        error = apply_list(output, &walk, request, ABS64, &ret->abs64);
    return error;
}
