/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memavoid.c: what a kernel placed at random must not be placed on.
 *
 * What for:   much of the memory that e820 calls RAM is in use by now, and e820 does not know.
 * Handed:     boot_params: it knows where the boot loader put things.
 * Leaves:     a list of regions, and the highest address that may be used.
 * If skipped: most boots would work. One in a few hundred would unpack the kernel over its initrd,
 *             or over the gzip data it is being unpacked from, and die in a way that no second
 *             boot repeats.
 *
 *      0                                                                        mem_limit
 *      |------[bp]--[cmdline]---[==== decompression ====]-----[initrd]---[setup_data]--| . . .
 *                               ^                       ^
 *                             input                 output + init_size
 *
 * The decompression range covers the gzip data that is read, and behind it the stub's own code,
 * stack, heap and page tables, up to the end of the buffer.
 */
#include "memavoid.h"

#include "cmdline.h"
#include "platform.h"
#include "stub_string.h"

uint64_t mem_vector_end(const struct mem_vector *vector)
{
    uint64_t end;

    return __builtin_add_overflow(vector->start, vector->size, &end) ? UINT64_MAX : end;
}

unsigned int e820_count(const struct boot_params *boot_params)
{
    unsigned int count = boot_params->e820_entries;

    return count < E820_MAX_ENTRIES_ZEROPAGE ? count : E820_MAX_ENTRIES_ZEROPAGE;
}

/* The array is sized for the most there can be, so a region always fits. */
static void add_region(struct mem_avoid *avoid, enum mem_avoid_reason reason, uint64_t start,
                       uint64_t size)
{
    if (!size || avoid->count == MEM_AVOID_MAX)
        return;
    avoid->reasons[avoid->count] = reason;
    avoid->regions[avoid->count++] = (struct mem_vector){start, size};
}

static const struct boot_params *params_of(const struct mem_avoid *avoid)
{
    return (const struct boot_params *)(uintptr_t)avoid->boot_params;
}

/* Both halves of the initrd's address and size, for loaders that use memory above 4 GiB. */
static void add_initrd(struct mem_avoid *avoid)
{
    const struct boot_params *bp = params_of(avoid);

    add_region(avoid, MEM_AVOID_INITRD,
               (uint64_t)bp->ext_ramdisk_image << 32 | bp->hdr.ramdisk_image,
               (uint64_t)bp->ext_ramdisk_size << 32 | bp->hdr.ramdisk_size);
}

/* With its NUL: the kernel reads until it finds one. */
static void add_command_line(struct mem_avoid *avoid)
{
    uint64_t address = get_cmd_line_ptr(params_of(avoid));

    if (address)
        add_region(avoid, MEM_AVOID_COMMAND_LINE, address,
                   cmdline_get(params_of(avoid)).length + 1);
}

/*
 * A node of type SETUP_INDIRECT is only a pointer; what it points to is elsewhere and is to be
 * avoided as well.
 */
static const struct boot_error *add_setup_node(struct mem_avoid *avoid, uint64_t address,
                                               uint64_t *ret_next)
{
    const void *memory = platform_memory(address, sizeof(struct setup_data));
    struct setup_indirect indirect;
    struct setup_data node;

    if (!memory)
        return boot_error("setup_data: node at %#lx is outside of memory", address);
    memcpy(&node, memory, sizeof(node));
    add_region(avoid, MEM_AVOID_SETUP_DATA, address, sizeof(node) + (uint64_t)node.len);
    *ret_next = node.next;
    if (node.type != SETUP_INDIRECT || node.len < sizeof(indirect))
        return NULL;
    memory = platform_memory(address + sizeof(node), sizeof(indirect));
    if (!memory)
        return boot_error("setup_data: node at %#lx is outside of memory", address);
    memcpy(&indirect, memory, sizeof(indirect));
    if (indirect.type != SETUP_INDIRECT) /* one level, no more */
        add_region(avoid, MEM_AVOID_SETUP_INDIRECT, indirect.addr, indirect.len);
    return NULL;
}

/* A list in memory can be bent into a ring; ours ends after MAX_SETUP_DATA nodes. */
static const struct boot_error *add_setup_data(struct mem_avoid *avoid)
{
    uint64_t address = params_of(avoid)->hdr.setup_data;
    const struct boot_error *error = NULL;

    for (unsigned int i = 0; address && !error; i++) {
        if (i == MAX_SETUP_DATA)
            return boot_error("setup_data: list at %#lx has more than %lu nodes",
                              params_of(avoid)->hdr.setup_data, (unsigned long)i);
        error = add_setup_node(avoid, address, &address);
    }
    return error;
}

static void lower_limit(struct mem_avoid *avoid, enum mem_limit_reason reason, uint64_t limit)
{
    if (!limit || limit >= avoid->mem_limit)
        return;
    avoid->mem_limit = limit;
    avoid->limit_reason = reason;
}

/*
 * One region of memmap=:
 *
 *      nn          all memory ends at nn           nn#ss, nn$ss, nn!ss   not RAM: avoid
 *      nn@ss       RAM: nothing to avoid           nn%ss...              another type: avoid
 *
 * Returns false at text that is none of these ("exactmap" among them): the rest is not read.
 */
static bool add_memmap(struct mem_avoid *avoid, struct cmdline_text *text)
{
    uint64_t size, start;
    char kind;

    if (!cmdline_parse_number(text, true, &size))
        return false;
    kind = text->length ? *text->start : ',';
    if (kind == ',') {
        lower_limit(avoid, MEM_LIMIT_MEMMAP, size);
        return true;
    }
    text->start++;
    text->length--;
    if (!cmdline_parse_number(text, true, &start))
        return false;
    if (kind == '@' || !size)
        return true;
    if (avoid->memmaps == MAX_MEMMAP_REGIONS) {
        avoid->memmap_too_large = true;
        return false;
    }
    avoid->memmaps++;
    add_region(avoid, MEM_AVOID_MEMMAP, start, size);
    return true;
}

/* memmap= may hold several regions, with commas between. */
static void add_memmaps(struct mem_avoid *avoid, struct cmdline_text text)
{
    while (add_memmap(avoid, &text)) {
        while (text.length && *text.start != ',') {
            text.start++;
            text.length--;
        }
        if (!text.length)
            break;
        text.start++;
        text.length--;
    }
}

/* mem= and memmap=, up to "--": what follows is for init. Here each counts, not just the last. */
static void handle_mem_options(struct mem_avoid *avoid)
{
    struct cmdline_walk walk;
    struct cmdline_word word;
    uint64_t limit;

    cmdline_walk_start(&walk, cmdline_get(params_of(avoid)));
    while (cmdline_next(&walk, &word)) {
        if (!word.value.start && cmdline_text_is(word.name, "--"))
            break;
        if (!word.value.start)
            continue;
        if (cmdline_text_is(word.name, "memmap"))
            add_memmaps(avoid, word.value);
        else if (cmdline_text_is(word.name, "mem") &&
                 cmdline_parse_number(&word.value, true, &limit))
            lower_limit(avoid, MEM_LIMIT_MEM, limit);
    }
}

const struct boot_error *mem_avoid_init(const struct boot_params *boot_params,
                                        const struct mem_vector *decompression,
                                        struct mem_avoid *ret)
{
    const struct boot_error *error;

    ret->boot_params = (uintptr_t)boot_params;
    ret->count = 0;
    ret->mem_limit = platform_physical_limit();
    ret->limit_reason = MEM_LIMIT_PROCESSOR;
    ret->memmaps = 0;
    ret->memmap_too_large = false;
    add_region(ret, MEM_AVOID_DECOMPRESSION, decompression->start, decompression->size);
    add_initrd(ret);
    add_command_line(ret);
    add_region(ret, MEM_AVOID_BOOT_PARAMS, (uint64_t)(uintptr_t)boot_params, sizeof(*boot_params));
    error = add_setup_data(ret);
    if (!error)
        handle_mem_options(ret);
    return error;
}

static bool mem_overlaps(const struct mem_vector *one, const struct mem_vector *two)
{
    return one->start < mem_vector_end(two) && two->start < mem_vector_end(one);
}

/* Keeps in *lowest the overlap that starts first, and of two with one start the longer. */
static bool take_lower(const struct mem_vector *region, struct mem_vector candidate, bool found,
                       struct mem_vector *lowest)
{
    if (!candidate.size || !mem_overlaps(region, &candidate))
        return found;
    if (!found || candidate.start < lowest->start ||
        (candidate.start == lowest->start && candidate.size > lowest->size))
        *lowest = candidate;
    return true;
}

/*
 * The list, and e820 entries that are not RAM: firmware is known to list the same memory twice,
 * once as RAM. The kernel proper lets the other type win, so a kernel must not be put there.
 */
bool mem_avoid_overlap(const struct mem_avoid *avoid, const struct mem_vector *region,
                       struct mem_vector *ret)
{
    bool found = false;

    for (unsigned int i = 0; i < avoid->count; i++)
        found = take_lower(region, avoid->regions[i], found, ret);
    for (unsigned int i = 0; i < e820_count(params_of(avoid)); i++) {
        const struct boot_e820_entry *entry = &params_of(avoid)->e820_table[i];

        if (entry->type != E820_TYPE_RAM)
            found = take_lower(region, (struct mem_vector){entry->addr, entry->size}, found, ret);
    }
    return found;
}
