/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "kaslr_names.h"

const char *kaslr_reason_name(uint8_t reason)
{
    static const char *const names[] = {
        [MEM_AVOID_DECOMPRESSION] = "decompression",
        [MEM_AVOID_INITRD] = "initrd",
        [MEM_AVOID_COMMAND_LINE] = "command line",
        [MEM_AVOID_BOOT_PARAMS] = "boot_params",
        [MEM_AVOID_SETUP_DATA] = "setup_data",
        [MEM_AVOID_SETUP_INDIRECT] = "setup_indirect",
        [MEM_AVOID_MEMMAP] = "memmap=",
    };
    const char *name = reason < sizeof(names) / sizeof(names[0]) ? names[reason] : NULL;

    return name ? name : "unknown";
}

const char *kaslr_limit_name(uint32_t reason)
{
    static const char *const names[] = {[MEM_LIMIT_PROCESSOR] = "processor",
                                        [MEM_LIMIT_MEM] = "mem=",
                                        [MEM_LIMIT_MEMMAP] = "memmap="};

    return reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";
}

double kaslr_bits(uint64_t slots)
{
    return log2((double)slots);
}

static json_t *count_json(bool is_known, uint64_t count)
{
    return is_known ? json_integer((json_int_t)count) : json_null();
}

/* Two decimals are all that is shown, so all that is given. */
static json_t *bits_json(bool is_known, uint64_t slots)
{
    return is_known ? json_real(round(kaslr_bits(slots) * 100) / 100) : json_null();
}

static json_t *avoided_json(const struct mem_avoid *avoid)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < avoid->count; i++)
        json_array_append_new(array, json_pack("{s:o, s:o, s:s}", "start",
                                               json_hex(avoid->regions[i].start), "size",
                                               json_hex(avoid->regions[i].size), "why",
                                               kaslr_reason_name(avoid->reasons[i])));
    return array;
}

static json_t *regions_json(const struct kaslr_view *view)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->region_count; i++) {
        const struct kaslr_region *region = &view->regions[i];

        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:I, s:o}", "start", json_hex(region->start),
                                        "size", json_hex(region->end - region->start), "slots",
                                        (json_int_t)region->slots, "stub_slots",
                                        count_json(view->has_account, region->stub_slots)));
    }
    return array;
}

static json_t *areas_json(const struct kaslr_search *search)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < search->area_count; i++)
        json_array_append_new(array,
                              json_pack("{s:o, s:I}", "start", json_hex(search->areas[i].addr),
                                        "slots", (json_int_t)search->areas[i].num));
    return array;
}

static const char *const proofs[] = {"slots", "choice",   "virtual slots", "virtual choice",
                                     "seed",  "unlisted", "bounds",        "switch"};

const char *kaslr_first_wrong(const struct kaslr_view *view)
{
    return view->wrong ? proofs[__builtin_ctz(view->wrong)] : NULL;
}

static json_t *wrong_json(unsigned int wrong)
{
    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
        if (wrong >> i & 1)
            json_array_append_new(array, json_string(proofs[i]));
    return array;
}

static json_t *bounds_json(const struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;

    return json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o}", "limit", json_hex(search->avoid.mem_limit),
        "limit_reason", kaslr_limit_name(search->avoid.limit_reason), "minimum",
        json_hex(search->minimum), "image_size", json_hex(search->image_size), "alignment",
        json_hex(search->alignment), "seed", search->seeded ? json_hex(search->seed) : json_null(),
        "map", view->map == KASLR_MAP_EFI ? "efi" : "e820", "avoided",
        avoided_json(&search->avoid));
}

static json_t *overlaps_json(const struct kaslr_view *view)
{
    if (view->fault != KASLR_FAULT_AVOIDED)
        return json_null();
    return json_string(kaslr_reason_name(view->search.avoid.reasons[view->fault_region]));
}

static json_t *slots_json(const struct kaslr_view *view)
{
    const struct kaslr_search *search = &view->search;
    struct maybe virtual = view->virtual_slots;

    return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o}", "regions",
                     regions_json(view), "areas", areas_json(search), "slots",
                     (json_int_t)search->slot_max, "stub_slots",
                     count_json(view->has_account, view->account.slot_max), "slot",
                     count_json(view->slot.known, view->slot.value), "virtual_slots",
                     count_json(virtual.known, virtual.value), "stub_virtual_slots",
                     count_json(view->has_account, view->choice.virtual_slots), "virtual_slot",
                     count_json(view->virtual_slot.known, view->virtual_slot.value), "entropy_bits",
                     "physical", bits_json(search->slot_max != 0, search->slot_max), "virtual",
                     bits_json(virtual.known, virtual.value), "overlaps", overlaps_json(view));
}

json_t *kaslr_json(const struct kaslr_view *view)
{
    json_t *object;

    if (!view->present)
        return json_null();
    object = json_pack("{s:b, s:o, s:o, s:b, s:s, s:{s:o, s:o}, s:o}", "kaslr", view->choice.kaslr,
                       "output", json_hex(view->choice.output), "virtual",
                       json_hex(view->choice.virtual_address), "searched", view->searched, "rules",
                       view->rules == KASLR_RULES_STUB ? "stub" : "linux", "default", "output",
                       json_maybe(view->default_output), "virtual",
                       json_maybe(view->default_virtual), "wrong", wrong_json(view->wrong));
    if (view->searched) {
        json_object_update_new(object, bounds_json(view));
        json_object_update_new(object, slots_json(view));
    }
    return object;
}
