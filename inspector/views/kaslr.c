/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kaslr.h"

#include <stdlib.h>

#include "layout.h"
#include "params.h"
#include "sites.h"

/* What is in the way: the avoided regions, and e820's entries that are not RAM. */
#define OBSTACLES_MAX (MEM_AVOID_MAX + E820_MAX_ENTRIES_ZEROPAGE)

/* The kernel maps itself in pages of this size, and needs whole ones. */
#define KERNEL_PAGE UINT64_C(0x200000)
/* The search begins at the default place or here, whichever is lower. */
#define MINIMUM_MAX (UINT64_C(512) << 20)

/* Starts of slots that are out of the question: low..high, both included. */
struct gap {
    uint64_t low, high;
};

static uint64_t end_of(uint64_t start, uint64_t size)
{
    uint64_t end;

    return __builtin_add_overflow(start, size, &end) ? UINT64_MAX : end;
}

static int compare_gaps(const void *a, const void *b)
{
    const struct gap *x = a, *y = b;

    return x->low < y->low ? -1 : x->low > y->low;
}

/* An image of that size touches [start, start + size) when it starts in this gap. */
static unsigned int add_gap(struct gap *gaps, unsigned int count, uint64_t image_size,
                            uint64_t start, uint64_t size)
{
    if (size == 0)
        return count;
    gaps[count].low = start >= image_size ? start - image_size + 1 : 0;
    gaps[count].high = end_of(start, size) - 1;
    return count + 1;
}

static unsigned int find_gaps(const struct kaslr_search *search, const struct params_view *params,
                              struct gap *gaps)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < search->avoid.count; i++)
        count = add_gap(gaps, count, search->image_size, search->avoid.regions[i].start,
                        search->avoid.regions[i].size);
    for (unsigned int i = 0; i < params->e820_count; i++)
        if (params->e820[i].type != E820_TYPE_RAM)
            count = add_gap(gaps, count, search->image_size, params->e820[i].start,
                            params->e820[i].size);
    qsort(gaps, count, sizeof(*gaps), compare_gaps);
    return count;
}

/* Multiples of alignment in [low, high]. */
static uint64_t multiples(uint64_t low, uint64_t high, uint64_t alignment)
{
    if (low > high)
        return 0;
    return high / alignment - (low ? (low - 1) / alignment + 1 : 0) + 1;
}

/*
 * Slots in [low, high], the first and the last place that a slot may have. When place is one of
 * them, *ret_before is how many are below it.
 */
static uint64_t count_slots(const struct gap *gaps, unsigned int count, uint64_t low, uint64_t high,
                            uint64_t alignment, uint64_t place, struct maybe *ret_before)
{
    uint64_t slots = 0;

    for (unsigned int i = 0; i <= count && low <= high; i++) {
        uint64_t last = high;

        if (i < count && gaps[i].high < low)
            continue;
        if (i < count && gaps[i].low <= high)
            last = gaps[i].low - 1; /* wraps to all ones when the gap begins at 0 */
        if (i < count && gaps[i].low <= low)
            goto behind;
        if (place >= low && place <= last && place % alignment == 0)
            *ret_before = known(slots + multiples(low, place, alignment) - 1);
        slots += multiples(low, last, alignment);
        if (last == high)
            break;
    behind:
        if (gaps[i].high == UINT64_MAX)
            break;
        low = gaps[i].high + 1;
    }
    return slots;
}

static void count_region(const struct gap *gaps, unsigned int gap_count,
                         const struct e820_range *range, struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    struct kaslr_region *region = &view->regions[view->region_count++];
    uint64_t low = range->start, high = end_of(range->start, range->size);
    struct maybe before = {0};

    *region = (struct kaslr_region){.start = range->start, .end = high};
    for (unsigned int i = 0; i < search->area_count; i++)
        if (search->areas[i].addr >= region->start && search->areas[i].addr < region->end)
            region->stub_slots += search->areas[i].num;
    if (high > search->avoid.mem_limit)
        high = search->avoid.mem_limit;
    if (low < search->minimum)
        low = search->minimum;
    if (high < search->image_size || high - search->image_size < low)
        return;
    region->slots = count_slots(gaps, gap_count, low, high - search->image_size, search->alignment,
                                view->choice.output, &before);
    /* Where entries overlap, a place can be several slots: the first will do. */
    if (before.known && !view->slot.known)
        view->slot = known(view->slots + before.value);
    view->slots += region->slots;
}

/* As random.c has it: output number purpose of splitmix64. */
static uint64_t seeded_number(uint64_t seed, enum random_purpose purpose)
{
    uint64_t z = seed + purpose * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void check_physical(struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;

    view->rows_full = search->area_count == MAX_SLOT_AREA;
    if (search->avoid.memmap_too_large || search->slot_max == 0) {
        /* No place was found: then there must be none, and the default was kept. */
        if (!search->avoid.memmap_too_large && view->slots)
            view->wrong |= KASLR_SLOTS;
        view->slot = (struct maybe){0};
        return;
    }
    if (view->choice.physical_slots != search->slot_max ||
        (view->rows_full ? view->slots < search->slot_max : view->slots != search->slot_max))
        view->wrong |= KASLR_SLOTS;
    if (!view->slot.known)
        view->wrong |= KASLR_CHOICE;
    if (!search->seeded)
        return;
    view->seeded_slot = known(seeded_number(search->seed, RANDOM_PHYSICAL) % search->slot_max);
    if (!view->rows_full && (!view->slot.known || view->slot.value != view->seeded_slot.value))
        view->wrong |= KASLR_SEED;
}

static void check_virtual(const struct stop *stop, struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    uint64_t low = stop->image ? stop->image->setup.pref_address : 0;
    uint64_t place = view->choice.virtual_address;

    if (!stop->image || low > KERNEL_IMAGE_SIZE || search->image_size > KERNEL_IMAGE_SIZE - low)
        return;
    view->virtual_slots = known(1 +
                                (KERNEL_IMAGE_SIZE - low - search->image_size) / search->alignment);
    if (view->virtual_slots.value != view->choice.virtual_slots)
        view->wrong |= KASLR_VIRTUAL_SLOTS;
    if (place >= low && (place - low) % search->alignment == 0 &&
        (place - low) / search->alignment < view->virtual_slots.value)
        view->virtual_slot = known((place - low) / search->alignment);
    else
        view->wrong |= KASLR_VIRTUAL_CHOICE;
    if (!search->seeded)
        return;
    view->seeded_virtual_slot = known(seeded_number(search->seed, RANDOM_VIRTUAL) %
                                      view->virtual_slots.value);
    if (!view->virtual_slot.known || view->virtual_slot.value != view->seeded_virtual_slot.value)
        view->wrong |= KASLR_SEED;
}

/* Whether one of the avoided regions has all of [start, start + size). */
static bool is_avoided(const struct mem_avoid *avoid, uint64_t start, uint64_t size)
{
    for (unsigned int i = 0; i < avoid->count; i++)
        if (avoid->regions[i].start <= start &&
            end_of(avoid->regions[i].start, avoid->regions[i].size) >= end_of(start, size))
            return true;
    return size == 0;
}

/* What boot_params itself says is in use. */
static void check_avoided(const struct params_view *params, struct kaslr_view *view)
{
    const struct mem_avoid *avoid = &view->search.avoid;

    view->unlisted += !is_avoided(avoid, params->address, BOOT_PARAMS_SIZE);
    view->unlisted += !is_avoided(avoid, params->initrd, params->initrd_size);
    view->unlisted += params->cmdline_there && !is_avoided(avoid, params->cmdline_address, 1);
    for (unsigned int i = 0; i < params->setup_data_count; i++)
        view->unlisted += !is_avoided(avoid, params->setup_data[i].address,
                                      sizeof(struct setup_data) + params->setup_data[i].length);
    if (view->unlisted)
        view->wrong |= KASLR_UNLISTED;
}

/* From where, for what size and in what steps it must have searched. */
static void check_bounds(const struct stop *stop, struct kaslr_view *view)
{
    const struct image *image = stop->image;
    const struct kaslr_search *search = &view->search;
    uint64_t end, output, size;

    if (!image || !image->kernel.bytes || !stop->facts.copy.known ||
        !symbols_value(stop->stub, "_end", &end))
        return;
    /* The copy ends where the buffer at the default place does. */
    output = stop->facts.copy.value + end - image->setup.init_size;
    size = kernel_extent(&image->kernel, image->setup.pref_address);
    if (size < image->kernel.size)
        size = image->kernel.size;
    view->must_minimum = known(output < MINIMUM_MAX ? output : MINIMUM_MAX);
    view->must_size = known((size + KERNEL_PAGE - 1) & ~(KERNEL_PAGE - 1));
    view->must_alignment = known(image->setup.kernel_alignment);
    if (search->minimum != view->must_minimum.value ||
        search->image_size != view->must_size.value ||
        search->alignment != view->must_alignment.value)
        view->wrong |= KASLR_BOUNDS;
}

static void recount(const struct stop *stop, const struct params_view *params,
                    struct kaslr_view *view)
{
    struct gap gaps[OBSTACLES_MAX];
    unsigned int count = find_gaps(&view->search, params, gaps);

    for (unsigned int i = 0; i < params->e820_count; i++)
        if (params->e820[i].type == E820_TYPE_RAM)
            count_region(gaps, count, &params->e820[i], view);
    check_avoided(params, view);
    check_bounds(stop, view);
    check_physical(view);
    check_virtual(stop, view);
}

static struct error *read_variable(const struct stop *stop, const char *name, void *ret,
                                   size_t size, bool *ret_there)
{
    struct maybe base = stop_base(stop, MODULE_STUB);
    uint64_t link;

    *ret_there = base.known && stop->stub && symbols_value(stop->stub, name, &link);
    if (!*ret_there)
        return NULL;
    return error_context(target_read_phys(stop->target, phys(base.value + link), ret, size),
                         "reading %s", name);
}

/* Nothing of the guest's is an index or a divisor before it was looked at. */
static bool is_sound(struct kaslr_search *search)
{
    uint64_t alignment = search->alignment;

    if (search->area_count > MAX_SLOT_AREA)
        search->area_count = MAX_SLOT_AREA;
    if (search->avoid.count > MEM_AVOID_MAX)
        search->avoid.count = MEM_AVOID_MAX;
    return alignment && !(alignment & (alignment - 1)) && search->image_size;
}

/* A bool of the guest's may hold any byte. */
static bool read_bool(const bool *from)
{
    return *(const volatile uint8_t *)from != 0;
}

static struct error *read_search(const struct stop *stop, struct kaslr_view *view)
{
    struct kaslr_search *search = &view->search;
    bool there, has_search = false;
    struct error *err = read_variable(stop, "chosen_location", &view->choice, sizeof(view->choice),
                                      &there);

    if (!err)
        err = read_variable(stop, "kaslr_search", search, sizeof(*search), &has_search);
    if (err || !there || !has_search)
        return err;
    view->present = true;
    view->choice.kaslr = read_bool(&view->choice.kaslr);
    search->seeded = read_bool(&search->seeded);
    search->avoid.memmap_too_large = read_bool(&search->avoid.memmap_too_large);
    view->searched = is_sound(search) && view->choice.kaslr;
    return NULL;
}

struct error *kaslr_capture(const struct stop *stop, const struct boot_done *done,
                            struct kaslr_view *ret)
{
    struct params_view *params;
    struct error *err;

    *ret = (struct kaslr_view){0};
    if (!done->chosen)
        return NULL;
    err = read_search(stop, ret);
    if (err || !ret->searched)
        return err;
    params = malloc(sizeof(*params));
    if (!params)
        return error_new(ERROR_SYSTEM, "kaslr: no memory for boot_params");
    err = params_capture(stop, params);
    if (!err && params->present)
        recount(stop, params, ret);
    else
        ret->searched = false;
    free(params);
    return err;
}

size_t kaslr_wrong(const struct kaslr_view *view)
{
    return (size_t)__builtin_popcount(view->wrong);
}
