/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kaslr.c: choosing a place for the kernel.
 *
 * What for:   an attacker who knows where the kernel is has half of an exploit. So it goes to a
 *             random place in physical memory, and to a random place in virtual memory, and the
 *             one does not tell the other.
 * Handed:     the default place; e820 and the list of memory in use; the command line.
 * Leaves:     two addresses, both multiples of kernel_alignment, and KASLR_FLAG in loadflags, which
 *             tells the kernel that it moved.
 * If skipped: the kernel runs where it was linked (nokaslr does just that).
 *
 * A slot is a place where the kernel could start. Each RAM region, cut at what is in use, gives a
 * row of them, `alignment` apart:
 *
 *      region   |-----------------------------------[in use]------------------|
 *      slots      ^    ^    ^    ^    ^                       ^    ^    ^
 *                 |<-- image_size -->|<- the last that fits ->|
 *
 * One random number, modulo the count of all slots, picks one. The lower end is the default place
 * or 512 MiB, whichever is lower; the upper end is mem= or what the processor can address.
 *
 * For the virtual place the row is [load_physical_addr, KERNEL_IMAGE_SIZE), all free.
 */
#include "kaslr.h"

#include "cmdline.h"
#include "console.h"
#include "layout.h"
#include "memavoid.h"
#include "platform.h"
#include "random.h"

/* The lowest place tried is never above this, however high the loader put us. */
#define KASLR_MINIMUM_MAX (UINT64_C(512) << 20)

/* Not static, so that a debugger can ask for it by name. */
struct kaslr_search kaslr_search;

/* false when rounding up would wrap */
static bool align_up(uint64_t *value, uint64_t alignment)
{
    uint64_t sum;

    if (__builtin_add_overflow(*value, alignment - 1, &sum))
        return false;
    *value = sum & ~(alignment - 1);
    return true;
}

/* The region is aligned, free, and holds at least one image. */
static void store_slot_info(const struct mem_vector *region)
{
    struct slot_area area = {region->start,
                             1 + (region->size - kaslr_search.image_size) / kaslr_search.alignment};

    if (kaslr_search.area_count == MAX_SLOT_AREA)
        return;
    kaslr_search.areas[kaslr_search.area_count++] = area;
    kaslr_search.slot_max += area.num;
}

/*
 * Turns one RAM region into slots. Each round takes the part up to the first thing in use, and goes
 * on behind that; start only ever grows, so the rounds end.
 */
static void process_mem_region(const struct mem_vector *entry)
{
    struct mem_vector region = {
        entry->start > kaslr_search.minimum ? entry->start : kaslr_search.minimum, 0};
    uint64_t region_end = mem_vector_end(entry);
    struct mem_vector overlap;

    if (region_end > kaslr_search.avoid.mem_limit)
        region_end = kaslr_search.avoid.mem_limit;
    while (align_up(&region.start, kaslr_search.alignment) && region.start < region_end) {
        region.size = region_end - region.start;
        if (region.size < kaslr_search.image_size)
            return;
        if (!mem_avoid_overlap(&kaslr_search.avoid, &region, &overlap)) {
            store_slot_info(&region);
            return;
        }
        if (overlap.start >= region.start + kaslr_search.image_size) {
            region.size = overlap.start - region.start;
            store_slot_info(&region);
        }
        region.start = mem_vector_end(&overlap);
    }
}

static void process_e820_entries(const struct boot_params *boot_params)
{
    for (unsigned int i = 0; i < e820_count(boot_params); i++) {
        const struct boot_e820_entry *entry = &boot_params->e820_table[i];
        struct mem_vector region = {entry->addr, entry->size};

        if (entry->type == E820_TYPE_RAM)
            process_mem_region(&region);
    }
}

/* slot_max is not 0. */
static uint64_t slots_fetch_random(const struct random_source *random)
{
    uint64_t slot = kaslr_get_random_long(random, RANDOM_PHYSICAL) % kaslr_search.slot_max;
    const struct slot_area *area = kaslr_search.areas;

    while (slot >= area->num)
        slot -= area++->num;
    return area->addr + slot * kaslr_search.alignment;
}

/* false when there is no place; the reason is printed, since the boot may go on. */
static bool find_random_phys_addr(const struct kaslr_request *request,
                                  const struct random_source *random, uint64_t *ret)
{
    kaslr_search.minimum = request->output < KASLR_MINIMUM_MAX ? request->output
                                                               : KASLR_MINIMUM_MAX;
    kaslr_search.area_count = 0;
    kaslr_search.slot_max = 0;
    if (kaslr_search.avoid.memmap_too_large) {
        console_print("KASLR: more than %lu memmap= regions\n", (unsigned long)MAX_MEMMAP_REGIONS);
        return false;
    }
    process_e820_entries(random->boot_params);
    if (!kaslr_search.slot_max)
        return false;
    *ret = slots_fetch_random(random);
    return true;
}

/* The end of the image must stay inside the 1 GiB that the kernel's high mapping has. */
static const struct boot_error *find_random_virt_addr(const struct kaslr_request *request,
                                                      const struct random_source *random,
                                                      struct kaslr_choice *ret)
{
    uint64_t minimum = request->load_physical_addr;

    if (minimum > KERNEL_IMAGE_SIZE || request->output_size > KERNEL_IMAGE_SIZE - minimum)
        return boot_error("KASLR: kernel of %#lx bytes at %#lx does not fit its virtual range %#lx",
                          request->output_size, minimum, (unsigned long)KERNEL_IMAGE_SIZE);
    ret->virtual_slots = 1 + (KERNEL_IMAGE_SIZE - minimum - request->output_size) /
                                 kaslr_search.alignment;
    ret->virtual_address = minimum + kaslr_get_random_long(random, RANDOM_VIRTUAL) %
                                         ret->virtual_slots * kaslr_search.alignment;
    return NULL;
}

/* kaslr_seed=N must be a whole number: a misspelt one would pass for a repeatable boot. */
static const struct boot_error *read_seed(const struct boot_params *boot_params,
                                          struct random_source *ret)
{
    struct cmdline_text value;

    ret->boot_params = boot_params;
    ret->seeded = cmdline_find_option(cmdline_get(boot_params), "kaslr_seed", &value);
    if (!ret->seeded)
        return NULL;
    if (!cmdline_parse_number(&value, false, &ret->seed) || value.length)
        return boot_error("KASLR: kaslr_seed= is not a number");
    return NULL;
}

/* Is every byte of [start, end) in an e820 RAM entry? Walks upwards, from entry to entry. */
static bool is_ram(const struct boot_params *boot_params, uint64_t start, uint64_t end)
{
    uint64_t before;

    do {
        before = start;
        for (unsigned int i = 0; i < e820_count(boot_params); i++) {
            const struct boot_e820_entry *entry = &boot_params->e820_table[i];
            struct mem_vector region = {entry->addr, entry->size};

            if (entry->type == E820_TYPE_RAM && entry->addr <= start &&
                mem_vector_end(&region) > start)
                start = mem_vector_end(&region);
        }
    } while (start != before && start < end);
    return start >= end;
}

/*
 * A machine without any e820 entry told us nothing; then the default place is all there is. Else it
 * must be RAM, and below mem=: memory that the user took away is no better than none.
 */
static const struct boot_error *check_default(const struct boot_params *boot_params,
                                              const struct kaslr_request *request, uint64_t limit)
{
    uint64_t end = request->output + request->output_size;

    if (end <= limit && (!e820_count(boot_params) || is_ram(boot_params, request->output, end)))
        return NULL;
    return boot_error("no memory slot large enough: %#lx bytes, and the default place %#lx "
                      "is not usable RAM (limit %#lx)",
                      request->output_size, request->output, limit);
}

/* The decompression range, drawn in memavoid.c. */
static const struct boot_error *prepare_search(const struct boot_params *boot_params,
                                               const struct kaslr_request *request)
{
    struct mem_vector decompression = {
        request->input, request->output + boot_params->hdr.init_size - request->input};

    kaslr_search.image_size = request->output_size;
    kaslr_search.alignment = boot_params->hdr.kernel_alignment;
    if (kaslr_search.alignment < MIN_KERNEL_ALIGN ||
        kaslr_search.alignment & (kaslr_search.alignment - 1))
        return boot_error("KASLR: kernel_alignment %#lx is not a power of two from %#lx on",
                          kaslr_search.alignment, (unsigned long)MIN_KERNEL_ALIGN);
    return mem_avoid_init(boot_params, &decompression, &kaslr_search.avoid);
}

/*
 * The physical choice may fail, and the virtual one still be made: the kernel is then as hard to
 * find by its virtual address as ever.
 */
static const struct boot_error *choose(struct boot_params *boot_params,
                                       const struct kaslr_request *request,
                                       struct kaslr_choice *ret)
{
    const struct boot_error *error;
    struct random_source random;

    error = prepare_search(boot_params, request);
    if (!error)
        error = read_seed(boot_params, &random);
    if (error)
        return error;
    kaslr_search.seeded = random.seeded;
    kaslr_search.seed = random.seeded ? random.seed : 0;
    if (find_random_phys_addr(request, &random, &ret->output)) {
        ret->physical_slots = kaslr_search.slot_max;
    } else {
        console_print("physical KASLR disabled: no suitable memory region\n");
        error = check_default(boot_params, request, kaslr_search.avoid.mem_limit);
    }
    return error ? error : find_random_virt_addr(request, &random, ret);
}

const struct boot_error *choose_random_location(struct boot_params *boot_params,
                                                const struct kaslr_request *request,
                                                struct kaslr_choice *ret)
{
    *ret = (struct kaslr_choice){
        .output = request->output,
        .virtual_address = request->load_physical_addr,
    };
    boot_params->hdr.loadflags &= ~KASLR_FLAG; /* only we may say so, not the loader */
    if (cmdline_find_option_bool(cmdline_get(boot_params), "nokaslr")) {
        console_print("KASLR disabled: 'nokaslr' on the command line\n");
        return check_default(boot_params, request, platform_physical_limit());
    }
    ret->kaslr = true;
    boot_params->hdr.loadflags |= KASLR_FLAG;
    return choose(boot_params, request, ret);
}
