/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kaslr.h"

#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "sites.h"
#include "x86.h"

/* The kernel maps itself in pages of this size, and needs whole ones. */
#define KERNEL_PAGE UINT64_C(0x200000)
/* MAXMEM of Linux: what 4 and 5 levels of page tables leave for physical memory. */
#define MAXMEM_4_LEVELS (UINT64_C(1) << 46)
#define MAXMEM_5_LEVELS (UINT64_C(1) << 52)

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

/* What our stub says of itself. */
static struct error *read_account(const struct stop *stop, struct kaslr_view *view)
{
    struct kaslr_search *account = &view->account;
    bool there, has_search = false;
    struct error *err = read_variable(stop, "chosen_location", &view->choice, sizeof(view->choice),
                                      &there);

    if (!err)
        err = read_variable(stop, "kaslr_search", account, sizeof(*account), &has_search);
    if (err || !there || !has_search)
        return err;
    view->present = true;
    view->rules = KASLR_RULES_STUB;
    view->choice.kaslr = read_bool(&view->choice.kaslr);
    account->seeded = read_bool(&account->seeded);
    account->avoid.memmap_too_large = read_bool(&account->avoid.memmap_too_large);
    view->has_account = is_sound(account) && view->choice.kaslr;
    return NULL;
}

/* Of Linux only registers and stack tell; the timeline has read them. */
static void take_facts(const struct stop *stop, struct kaslr_view *view)
{
    if (!stop->facts.output.known || !stop->facts.virtual.known || !stop->image ||
        stop->image->kernel.bits != 64)
        return;
    view->present = true;
    view->rules = KASLR_RULES_LINUX;
    view->choice = (struct kaslr_choice){.output = stop->facts.output.value,
                                         .virtual_address = stop->facts.virtual.value};
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * Where the decompressor unpacks to without KASLR: where it was loaded, aligned, but not below
 * the kernel's own address. The copy tells as well, which ends where that buffer does.
 */
static struct maybe find_default_output(const struct stop *stop, uint64_t preferred,
                                        const struct kaslr_inputs *inputs)
{
    const struct setup_header *hdr = &inputs->params.hdr;
    uint64_t end, load;

    if (stop->facts.copy.known && stop->stub && symbols_value(stop->stub, "_end", &end))
        return known(stop->facts.copy.value + end - hdr->init_size);
    if (!stop->facts.load.known || inputs->alignment == 0)
        return (struct maybe){0};
    if (stop->image && !stop->image->setup.relocatable_kernel)
        return known(preferred);
    load = (stop->facts.load.value + inputs->alignment - 1) & ~(inputs->alignment - 1);
    return known(larger(load, preferred));
}

/* Bytes of the kernel in place, .bss and .brk with it, or of what is unpacked. */
static uint64_t find_image_size(const struct stop *stop, const struct kaslr_view *view)
{
    const struct image *image = stop->image;
    uint64_t size;

    if (!image || !image->kernel.bits)
        return view->has_account ? view->account.image_size : 0;
    size = larger(kernel_extent(&image->kernel, image->setup.pref_address), image->kernel.size);
    return size > UINT64_MAX - KERNEL_PAGE ? 0 : (size + KERNEL_PAGE - 1) & ~(KERNEL_PAGE - 1);
}

/* The caller's part of the inputs. False when something is not known that the search needs. */
static bool complete(const struct stop *stop, struct kaslr_view *view, struct kaslr_inputs *inputs)
{
    const struct setup_header *hdr = &inputs->params.hdr;
    uint64_t alignment = stop->image ? stop->image->setup.kernel_alignment : hdr->kernel_alignment;
    uint64_t payload = stop->image ? stop->image->setup.payload_offset : hdr->payload_offset;

    view->default_virtual = known(stop->image ? stop->image->setup.pref_address
                                              : hdr->pref_address);
    inputs->alignment = alignment & (alignment - 1) ? 0 : alignment;
    view->default_output = find_default_output(stop, view->default_virtual.value, inputs);
    if (!view->default_output.known || !stop->facts.copy.known)
        return false;
    inputs->output = view->default_output.value;
    inputs->input = stop->facts.copy.value + payload;
    inputs->image_size = find_image_size(stop, view);
    return inputs->alignment && inputs->image_size;
}

/* What the processor can address: of our stub, which asks the processor, its own figure. */
static uint64_t find_limit(const struct stop *stop, const struct kaslr_view *view)
{
    if (view->rules == KASLR_RULES_LINUX)
        return stop->regs.cr4 & X86_CR4_LA57 ? MAXMEM_5_LEVELS : MAXMEM_4_LEVELS;
    if (view->has_account && view->account.avoid.limit_reason == MEM_LIMIT_PROCESSOR)
        return view->account.avoid.mem_limit;
    return UINT64_MAX;
}

static bool touches(struct mem_vector region, uint64_t start, uint64_t end)
{
    return region.size && start < kaslr_end(region) && region.start < end;
}

static bool is_in_map(const struct kaslr_view *view, uint64_t start, uint64_t end)
{
    for (unsigned int i = 0; i < view->region_count; i++)
        if (view->regions[i].start <= start && end <= view->regions[i].end)
            return true;
    return false;
}

/* The worst first. */
static enum kaslr_fault find_fault(struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    uint64_t start = view->choice.output;
    uint64_t end = kaslr_end((struct mem_vector){start, search->image_size});

    for (unsigned int i = 0; i < search->avoid.count; i++)
        if (touches(search->avoid.regions[i], start, end)) {
            view->fault_region = i;
            return KASLR_FAULT_AVOIDED;
        }
    if (!is_in_map(view, start, end))
        return KASLR_FAULT_NO_RAM;
    if (end > search->avoid.mem_limit)
        return KASLR_FAULT_ABOVE;
    if (start < search->minimum)
        return KASLR_FAULT_BELOW;
    return start % search->alignment ? KASLR_FAULT_UNALIGNED : KASLR_FAULT_OTHER;
}

/* Without any slot, the default is kept. */
static void check_physical(struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;

    if (search->slot_max == 0) {
        if (view->choice.output != view->default_output.value)
            view->wrong |= KASLR_CHOICE;
        return;
    }
    view->slot = kaslr_slot_number(search, view->choice.output);
    if (view->slot.known)
        return;
    view->wrong |= KASLR_CHOICE;
    view->fault = find_fault(view);
}

static void check_virtual(struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    uint64_t low = view->default_virtual.value, place = view->choice.virtual_address;

    if (low > KERNEL_IMAGE_SIZE || search->image_size > KERNEL_IMAGE_SIZE - low) {
        view->wrong |= KASLR_VIRTUAL_CHOICE; /* whatever was chosen */
        return;
    }
    view->virtual_slots = known(1 +
                                (KERNEL_IMAGE_SIZE - low - search->image_size) / search->alignment);
    if (place >= low && (place - low) % search->alignment == 0 &&
        (place - low) / search->alignment < view->virtual_slots.value)
        view->virtual_slot = known((place - low) / search->alignment);
    else
        view->wrong |= KASLR_VIRTUAL_CHOICE;
}

/* Whether the account has all of that region. */
static bool is_listed(const struct mem_avoid *avoid, struct mem_vector region)
{
    for (unsigned int i = 0; i < avoid->count; i++)
        if (avoid->regions[i].start <= region.start &&
            kaslr_end(avoid->regions[i]) >= kaslr_end(region))
            return true;
    return false;
}

static bool same_rows(const struct kaslr_search *a, const struct kaslr_search *b)
{
    for (unsigned int i = 0; i < a->area_count && i < b->area_count; i++)
        if (a->areas[i].addr != b->areas[i].addr || a->areas[i].num != b->areas[i].num)
            return false;
    return a->area_count == b->area_count && a->slot_max == b->slot_max;
}

/* All that the stub says of its search, against what was computed. */
static void check_account(struct kaslr_view *view)
{
    const struct kaslr_search *account = &view->account, *search = &view->search;

    if (account->minimum != search->minimum || account->image_size != search->image_size ||
        account->alignment != search->alignment ||
        account->avoid.mem_limit != search->avoid.mem_limit)
        view->wrong |= KASLR_BOUNDS;
    for (unsigned int i = 0; i < search->avoid.count; i++)
        view->unlisted += view->missed[i] = !is_listed(&account->avoid, search->avoid.regions[i]);
    if (view->unlisted)
        view->wrong |= KASLR_UNLISTED;
    if (!same_rows(account, search) || view->choice.physical_slots != search->slot_max)
        view->wrong |= KASLR_SLOTS;
    if (!view->virtual_slots.known || view->virtual_slots.value != view->choice.virtual_slots)
        view->wrong |= KASLR_VIRTUAL_SLOTS;
    for (unsigned int i = 0; i < view->region_count; i++)
        for (unsigned int k = 0; k < account->area_count; k++)
            if (account->areas[k].addr >= view->regions[i].start &&
                account->areas[k].addr < view->regions[i].end)
                view->regions[i].stub_slots += account->areas[k].num;
}

/* As random.c has it: output number purpose of splitmix64. */
static uint64_t seeded_number(uint64_t seed, enum random_purpose purpose)
{
    uint64_t z = seed + purpose * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Where RAM is listed twice, a place can be several slots: it is the place that must be right. */
static void check_seed(struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    uint64_t seed = view->account.seed;

    if (!view->account.seeded)
        return;
    if (search->slot_max) {
        view->seeded_slot = known(seeded_number(seed, RANDOM_PHYSICAL) % search->slot_max);
        if (kaslr_slot_place(search, view->seeded_slot.value) != view->choice.output)
            view->wrong |= KASLR_SEED;
    }
    if (!view->virtual_slots.known)
        return;
    view->seeded_virtual_slot = known(seeded_number(seed, RANDOM_VIRTUAL) %
                                      view->virtual_slots.value);
    if (!view->virtual_slot.known || view->virtual_slot.value != view->seeded_virtual_slot.value)
        view->wrong |= KASLR_SEED;
}

/* For the picture. */
static void list_reserved(const struct boot_params *params, struct kaslr_view *view)
{
    for (unsigned int i = 0; i < params->e820_entries && i < E820_MAX_ENTRIES_ZEROPAGE; i++)
        if (params->e820_table[i].type != E820_TYPE_RAM)
            view->reserved[view->reserved_count++] = (struct mem_vector){
                params->e820_table[i].addr, params->e820_table[i].size};
}

static void recompute(const struct stop *stop, struct kaslr_inputs *inputs, struct kaslr_view *view)
{
    struct kaslr_options options;

    kaslr_options_read(view->rules, (const char *)inputs->cmdline.bytes, inputs->cmdline.length,
                       find_limit(stop, view), &options);
    kaslr_slots(inputs, &options, &view->search, view->regions);
    view->search.seeded = view->has_account && view->account.seeded;
    view->search.seed = view->search.seeded ? view->account.seed : 0;
    list_reserved(&inputs->params, view);
    view->searched = true;
    view->region_count = inputs->ram_count;
    view->map = inputs->map;
    view->cut = inputs->map_cut || inputs->setup_data_cut;
    check_physical(view);
    check_virtual(view);
    if (view->has_account) {
        check_account(view);
        check_seed(view);
    }
}

/* Not chosen, for whatever reason: then both are the defaults. */
static void check_defaults(struct kaslr_view *view)
{
    if (view->default_output.known && view->choice.output != view->default_output.value)
        view->wrong |= KASLR_CHOICE;
    if (view->choice.virtual_address != view->default_virtual.value)
        view->wrong |= KASLR_VIRTUAL_CHOICE;
}

static void judge(const struct stop *stop, struct kaslr_inputs *inputs, struct kaslr_view *view)
{
    bool is_complete = complete(stop, view, inputs);
    struct kaslr_options options;

    kaslr_options_read(view->rules, (const char *)inputs->cmdline.bytes, inputs->cmdline.length, 0,
                       &options);
    view->nokaslr = options.nokaslr;
    if (view->rules == KASLR_RULES_LINUX)
        view->choice.kaslr = (inputs->params.hdr.loadflags & KASLR_FLAG) != 0;
    /* A kernel without CONFIG_RANDOMIZE_BASE chooses nothing either. */
    if (view->choice.kaslr ? view->nokaslr : view->rules == KASLR_RULES_STUB && !view->nokaslr)
        view->wrong |= KASLR_SWITCH;
    if (view->rules == KASLR_RULES_STUB && view->choice.kaslr && !view->has_account)
        view->wrong |= KASLR_BOUNDS; /* its account makes no sense */
    if (!view->choice.kaslr)
        check_defaults(view);
    else if (is_complete)
        recompute(stop, inputs, view);
}

struct error *kaslr_capture(const struct stop *stop, const struct boot_done *done,
                            struct kaslr_view *ret)
{
    struct kaslr_inputs *inputs;
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    if (!done->chosen)
        return NULL;
    err = read_account(stop, ret);
    if (!err && !ret->present)
        take_facts(stop, ret);
    if (err || !ret->present || !stop->facts.boot_params.known)
        return err;
    inputs = malloc(sizeof(*inputs));
    if (!inputs)
        return error_new(ERROR_SYSTEM, "kaslr: no memory for boot_params");
    err = kaslr_inputs_capture(stop, ret->rules, stop->facts.boot_params.value, inputs);
    if (!err)
        judge(stop, inputs, ret);
    free(inputs);
    return err;
}

size_t kaslr_wrong(const struct kaslr_view *view)
{
    return (size_t)__builtin_popcount(view->wrong);
}
