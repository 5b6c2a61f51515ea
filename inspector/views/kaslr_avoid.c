/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kaslr_avoid.h"

#include <string.h>

#include "guest.h"

/* boot_params.efi_info and an entry of the map, as UEFI and the boot protocol have them. */
struct efi_info {
    char signature[4]; /* "EL32" or "EL64" */
    uint32_t systab, memdesc_size, memdesc_version, memmap, memmap_size, systab_hi, memmap_hi;
};

struct efi_memory_descriptor {
    uint32_t type, pad;
    uint64_t phys_addr, virt_addr, num_pages, attribute;
};

#define EFI_CONVENTIONAL_MEMORY  7
#define EFI_PAGE_SHIFT           12
#define EFI_MEMORY_MORE_RELIABLE UINT64_C(0x10000)
#define EFI_MEMORY_SP            UINT64_C(0x40000)

uint64_t kaslr_end(struct mem_vector range)
{
    uint64_t end;

    return __builtin_add_overflow(range.start, range.size, &end) ? UINT64_MAX : end;
}

static void add_setup_data(struct kaslr_inputs *inputs, enum mem_avoid_reason reason,
                           uint64_t start, uint64_t size)
{
    inputs->setup_data_reasons[inputs->setup_data_count] = (uint8_t)reason;
    inputs->setup_data[inputs->setup_data_count++] = (struct mem_vector){start, size};
}

/* One node, and what it points to when it is SETUP_INDIRECT; that is followed once, no further. */
static struct error *read_node(const struct stop *stop, uint64_t address,
                               struct kaslr_inputs *inputs, bool *ret_there, uint64_t *ret_next)
{
    struct setup_indirect indirect;
    struct setup_data node;
    bool there;
    struct error *err = guest_try_phys(stop, phys(address), &node, sizeof(node), ret_there);

    if (err || !*ret_there)
        return err;
    *ret_next = node.next;
    add_setup_data(inputs, MEM_AVOID_SETUP_DATA, address, sizeof(node) + (uint64_t)node.len);
    /* The stub looks into a node only when it is long enough; Linux always does. */
    if (node.type != SETUP_INDIRECT ||
        (inputs->rules == KASLR_RULES_STUB && node.len < sizeof(indirect)))
        return NULL;
    err = guest_try_phys(stop, phys(address + sizeof(node)), &indirect, sizeof(indirect), &there);
    if (!err && there && indirect.type != SETUP_INDIRECT)
        add_setup_data(inputs, MEM_AVOID_SETUP_INDIRECT, indirect.addr, indirect.len);
    return err;
}

static struct error *read_setup_data(const struct stop *stop, struct kaslr_inputs *inputs)
{
    uint64_t address = inputs->params.hdr.setup_data;
    struct error *err = NULL;
    bool there = true;

    for (unsigned int i = 0; i < MAX_SETUP_DATA && address && there && !err; i++)
        err = read_node(stop, address, inputs, &there, &address);
    inputs->setup_data_cut = address != 0;
    return error_context(err, "reading setup_data");
}

static void read_e820(struct kaslr_inputs *inputs)
{
    const struct boot_params *params = &inputs->params;

    for (unsigned int i = 0; i < params->e820_entries && i < E820_MAX_ENTRIES_ZEROPAGE; i++) {
        const struct boot_e820_entry *entry = &params->e820_table[i];

        if (entry->type == E820_TYPE_RAM)
            inputs->ram[inputs->ram_count++] = (struct mem_vector){entry->addr, entry->size};
    }
}

static void take_descriptor(const struct efi_memory_descriptor *entry, struct kaslr_inputs *inputs)
{
    const unsigned int shift = EFI_PAGE_SHIFT;
    uint64_t pages = entry->num_pages;

    if (entry->attribute & EFI_MEMORY_MORE_RELIABLE && !inputs->mirrored) {
        inputs->mirrored = true;
        inputs->ram_count = 0; /* what was taken before is not mirrored */
    }
    if (entry->type != EFI_CONVENTIONAL_MEMORY || entry->attribute & EFI_MEMORY_SP ||
        (inputs->mirrored && !(entry->attribute & EFI_MEMORY_MORE_RELIABLE)))
        return;
    if (inputs->ram_count == KASLR_REGIONS_MAX) {
        inputs->map_cut = true;
        return;
    }
    inputs->ram[inputs->ram_count++] = (struct mem_vector){
        entry->phys_addr, pages > UINT64_MAX >> shift ? UINT64_MAX : pages << shift};
}

/* Entries are memdesc_size apart, which is more than what is known of one. */
static struct error *read_efi_map(const struct stop *stop, const struct efi_info *info,
                                  struct kaslr_inputs *inputs)
{
    uint64_t map = info->memmap | (uint64_t)info->memmap_hi << 32;
    uint32_t count = info->memmap_size / info->memdesc_size;

    inputs->map = KASLR_MAP_EFI;
    inputs->map_cut = count > 4 * KASLR_REGIONS_MAX;
    for (uint32_t i = 0; i < count && i < 4 * KASLR_REGIONS_MAX; i++) {
        struct efi_memory_descriptor entry;
        bool there;
        struct error *err = guest_try_phys(stop, phys(map + (uint64_t)i * info->memdesc_size),
                                           &entry, sizeof(entry), &there);

        if (err)
            return error_context(err, "reading the EFI memory map");
        if (!there) {
            inputs->map_cut = true;
            break;
        }
        take_descriptor(&entry, inputs);
    }
    return NULL;
}

static struct error *read_map(const struct stop *stop, struct kaslr_inputs *inputs)
{
    struct efi_info info;

    _Static_assert(sizeof(info) == sizeof(inputs->params.efi_info), "efi_info");
    memcpy(&info, inputs->params.efi_info, sizeof(info));
    if (inputs->rules == KASLR_RULES_LINUX &&
        info.memdesc_size >= sizeof(struct efi_memory_descriptor) &&
        (memcmp(info.signature, "EL64", 4) == 0 || memcmp(info.signature, "EL32", 4) == 0))
        return read_efi_map(stop, &info, inputs);
    read_e820(inputs);
    return NULL;
}

struct error *kaslr_inputs_capture(const struct stop *stop, enum kaslr_rules rules,
                                   uint64_t address, struct kaslr_inputs *ret)
{
    struct boot_params *params = &ret->params;
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    ret->rules = rules;
    ret->address = address;
    err = target_read_phys(stop->target, phys(address), params, sizeof(*params));
    if (err)
        return error_context(err, "reading boot_params at %s", text_hex(address));
    ret->cmdline_address = params->hdr.cmd_line_ptr | (uint64_t)params->ext_cmd_line_ptr << 32;
    err = params_read_cmdline(stop, ret->cmdline_address, &ret->cmdline);
    if (!err && rules == KASLR_RULES_LINUX && ret->cmdline.length > KERNEL_CMDLINE_MAX)
        ret->cmdline.length = KERNEL_CMDLINE_MAX; /* it leaves room for a NUL */
    if (!err)
        err = read_setup_data(stop, ret);
    if (!err)
        err = read_map(stop, ret);
    return err;
}

/*
 * Of nothing there is nothing to avoid. But Linux lets no slot span even an empty region, unless that
 * is at address 0, where a region is that was never filled in.
 */
static void add(const struct kaslr_inputs *inputs, struct mem_avoid *avoid,
                enum mem_avoid_reason reason, struct mem_vector region)
{
    if (region.size == 0 && (inputs->rules == KASLR_RULES_STUB || region.start == 0))
        return;
    avoid->reasons[avoid->count] = (uint8_t)reason;
    avoid->regions[avoid->count++] = region;
}

void kaslr_avoid(const struct kaslr_inputs *inputs, const struct kaslr_options *options,
                 struct mem_avoid *ret)
{
    const struct boot_params *params = &inputs->params;
    const struct setup_header *hdr = &params->hdr;
    uint64_t buffer_end = kaslr_end((struct mem_vector){inputs->output, hdr->init_size});

    *ret = (struct mem_avoid){.boot_params = inputs->address,
                              .memmaps = options->memmap_count,
                              .mem_limit = options->mem_limit,
                              .limit_reason = options->limit_reason,
                              .memmap_too_large = options->memmap_too_large};
    if (buffer_end > inputs->input)
        add(inputs, ret, MEM_AVOID_DECOMPRESSION,
            (struct mem_vector){inputs->input, buffer_end - inputs->input});
    add(inputs, ret, MEM_AVOID_INITRD,
        (struct mem_vector){hdr->ramdisk_image | (uint64_t)params->ext_ramdisk_image << 32,
                            hdr->ramdisk_size | (uint64_t)params->ext_ramdisk_size << 32});
    if (inputs->cmdline_address)
        add(inputs, ret, MEM_AVOID_COMMAND_LINE,
            (struct mem_vector){inputs->cmdline_address, inputs->cmdline.length + 1});
    add(inputs, ret, MEM_AVOID_BOOT_PARAMS, (struct mem_vector){inputs->address, sizeof(*params)});
    for (unsigned int i = 0; i < inputs->setup_data_count; i++)
        add(inputs, ret, inputs->setup_data_reasons[i], inputs->setup_data[i]);
    for (unsigned int i = 0; i < options->memmap_count; i++)
        add(inputs, ret, MEM_AVOID_MEMMAP, options->memmaps[i]);
}
