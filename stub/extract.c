/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extract.c: extract_kernel, the C half of the boot from its top.
 *
 * What for:   everything between "we run C in long mode" and "jump to the kernel": choose a place,
 *             unpack, load, relocate.
 * Handed:     boot_params, and output: the default place, which head_64.S computed from
 *             pref_address or from where the loader put us.
 * Leaves:     a kernel in memory, ready to run, and the physical address of its entry.
 * If skipped: there is no kernel, only a compressed file inside a program.
 *
 * Who lies where now (nokaslr; init_size covers all of it):
 *
 *      output                      copy                                  output + init_size
 *        |                           |                                           |
 *        |   free, to unpack into    | .head | gzip data | code data | .bss      |
 *        |                           |                               | heap stack|
 *        |===== the ELF and the relocation table will be here =====| |           |
 *        |= the kernel, with its .bss, will be here =================|
 *
 * The ELF ends inside the copy, over gzip data that was read by then (inflate.c). The kernel's
 * .bss may even reach past it: nothing but the kernel will write that.
 *
 * All errors end here. The stages below return them, and extract_kernel stops.
 */
#include "extract.h"

#include "checkpoint_emit.h"
#include "cmdline.h"
#include "console.h"
#include "heap.h"
#include "inflate.h"
#include "kaslr.h"
#include "layout.h"
#include "loadelf.h"
#include "relocate.h"
#include "stub_string.h"

/* No table that we build reaches further: the kernel's own limit for the heap (46 bits). */
#define HEAP_ADDRESS_MAX 0x3fffffffffff

/* In head_64.S, beside the stack; 16-byte aligned. */
extern unsigned char boot_heap[BOOT_HEAP_SIZE] __attribute__((visibility("hidden")));

/* Clears from one member of boot_params up to, not including, another. */
#define CLEAR_FROM_TO(boot_params, from, to)                                                       \
    memset((unsigned char *)(boot_params) + offsetof(struct boot_params, from), 0,                 \
           offsetof(struct boot_params, to) - offsetof(struct boot_params, from))

/*
 * A careful loader clears boot_params before it copies the header in, and with it the sentinel. If
 * that is not 0, the loader copied a whole sector, and fields that it does not know of hold what
 * the image held there: code. Those fields must read as "not given".
 */
void sanitize_boot_params(struct boot_params *boot_params)
{
    if (!boot_params->sentinel)
        return;
    CLEAR_FROM_TO(boot_params, ext_ramdisk_image, efi_info);
    CLEAR_FROM_TO(boot_params, kbd_status, hdr);
    CLEAR_FROM_TO(boot_params, _pad7, edd_mbr_sig_buffer);
    CLEAR_FROM_TO(boot_params, _pad8, eddbuf);
    memset(boot_params->_pad9, 0, sizeof(boot_params->_pad9));
}

/*
 * What the kernel needs at output: while it is unpacked, all that is inflated; later, up to its
 * _end. Whole 2 MiB pages, since it maps itself with those and must not reach into other memory.
 */
static uint64_t needed_size(const struct payload *payload)
{
    uint64_t size = payload->output_len;

    if (payload->kernel_total_size > size)
        size = payload->kernel_total_size;
    return (size + MIN_KERNEL_ALIGN - 1) & ~(uint64_t)(MIN_KERNEL_ALIGN - 1);
}

/* Where the kernel goes. Not a local variable, so that a debugger can ask for it by name. */
struct kaslr_choice chosen_location;

/* The last look at the destination before anything is written there. */
static const struct boot_error *check_destination(const struct kaslr_choice *choice,
                                                  uint64_t needed)
{
    if (choice->output % MIN_KERNEL_ALIGN)
        return boot_error("Destination physical address inappropriately aligned: %#lx",
                          choice->output);
    if (choice->virtual_address % MIN_KERNEL_ALIGN)
        return boot_error("Destination virtual address inappropriately aligned: %#lx",
                          choice->virtual_address);
    if (free_mem_end_ptr > HEAP_ADDRESS_MAX)
        return boot_error("Destination address too large: heap ends at %#lx", free_mem_end_ptr);
    if (!platform_memory(choice->output, needed))
        return boot_error("Destination address too large: %#lx bytes at %#lx, limit %#lx", needed,
                          choice->output, platform_physical_limit());
    if (needed > KERNEL_IMAGE_SIZE || choice->virtual_address > KERNEL_IMAGE_SIZE - needed)
        return boot_error("Destination virtual address is beyond the kernel mapping area: %#lx "
                          "bytes at %#lx, limit %#lx",
                          needed, choice->virtual_address, (unsigned long)KERNEL_IMAGE_SIZE);
    return NULL;
}

/* Stage 16: compressed data -> ELF file and table. */
static __checkpoint_text const struct boot_error *inflate_payload(const struct payload *payload,
                                                                  unsigned char *output)
{
    const struct boot_error *error;
    struct inflated inflated;

    console_print("\nDecompressing Linux... ");
    error = gunzip(payload->input, payload->input_len, output, payload->output_len, &inflated);
    if (!error)
        CHECKPOINT_C(decompressed, (uintptr_t)output, inflated.bytes, inflated.crc32);
    return error;
}

/* Stage 17: ELF file -> segments in place. The table behind the file bounds the file. */
static __checkpoint_text const struct boot_error *
load_elf(const struct payload *payload, unsigned char *output, struct loaded_elf *ret)
{
    struct elf_buffer buffer = {
        .output_len = payload->output_len,
        .size = needed_size(payload),
        .load_physical_addr = payload->load_physical_addr,
    };
    const struct boot_error *error;

    console_print("Parsing ELF... ");
    error = find_relocations(output, payload->output_len, &buffer.file_size);
    if (!error)
        error = parse_elf(output, &buffer, ret);
    if (!error)
        CHECKPOINT_C(elf_loaded, ret->segments, (uintptr_t)output + ret->entry);
    return error;
}

/* Stage 18: segments linked for one address -> segments for the chosen one. */
static __checkpoint_text const struct boot_error *relocate_kernel(const struct payload *payload,
                                                                  unsigned char *output,
                                                                  uint64_t image_len,
                                                                  uint64_t virtual_address)
{
    struct relocation_request request = {
        .output_len = payload->output_len,
        .image_len = image_len,
        .load_physical_addr = payload->load_physical_addr,
        .virtual_address = virtual_address,
    };
    const struct boot_error *error;
    struct relocation_counts counts;

    if (virtual_address == payload->load_physical_addr)
        console_print("No relocation needed... ");
    else
        console_print("Performing relocations... ");
    error = handle_relocations(output, &request, &counts);
    if (!error)
        CHECKPOINT_C(relocations_applied, (uintptr_t)output - payload->load_physical_addr,
                     virtual_address - payload->load_physical_addr, counts.abs32, counts.inverse32,
                     counts.abs64);
    return error;
}

const struct boot_error *decompress_kernel(const struct payload *payload, unsigned char *output,
                                           uint64_t virtual_address, uint64_t *ret_entry)
{
    const struct boot_error *error;
    struct loaded_elf elf = {0, 0, 0};

    error = inflate_payload(payload, output);
    if (!error)
        error = load_elf(payload, output, &elf);
    if (!error)
        error = relocate_kernel(payload, output, elf.image_len, virtual_address);
    if (!error)
        *ret_entry = elf.entry;
    return error;
}

/* Stage 15: the place, then the checks that it is one. */
static __checkpoint_text const struct boot_error *choose_location(struct boot_params *boot_params,
                                                                  const struct payload *payload,
                                                                  unsigned char *output)
{
    struct kaslr_request request = {
        .input = (uintptr_t)payload->input,
        .output = (uintptr_t)output,
        .output_size = needed_size(payload),
        .load_physical_addr = payload->load_physical_addr,
    };
    const struct boot_error *error = choose_random_location(boot_params, &request,
                                                            &chosen_location);
    const struct kaslr_choice *choice = &chosen_location;

    if (!error)
        CHECKPOINT_C(location_chosen, choice->output, choice->virtual_address, choice->kaslr,
                     choice->physical_slots, choice->virtual_slots);
    return error ? error : check_destination(choice, request.output_size);
}

/* QUIET_FLAG is the loader's way to say it, "quiet" the user's. */
static void start_console(struct boot_params *boot_params)
{
    bool quiet = boot_params->hdr.loadflags & QUIET_FLAG ||
                 cmdline_find_option_bool(cmdline_get(boot_params), "quiet");

    console_init(boot_params, quiet);
    console_print("early console in extract_kernel\n");
}

/* The numbers that a reader of the console wants beside a failed boot. */
static void print_position(const struct payload *payload, const unsigned char *output)
{
    console_print("input_data: %#lx\n", (uintptr_t)payload->input);
    console_print("input_len: %#lx\n", (unsigned long)payload->input_len);
    console_print("output: %#lx\n", (uintptr_t)output);
    console_print("output_len: %#lx\n", (unsigned long)payload->output_len);
    console_print("kernel_total_size: %#lx\n", payload->kernel_total_size);
    console_print("needed_size: %#lx\n", needed_size(payload));
}

/* Stage 14, and the way through all the others. */
__checkpoint_text void *extract_kernel(struct boot_params *boot_params, unsigned char *output)
{
    struct payload payload;
    uint64_t entry;

    sanitize_boot_params(boot_params);
    start_console(boot_params);
    heap_init(boot_heap, BOOT_HEAP_SIZE);
    platform_payload(&payload);
    print_position(&payload, output);
    CHECKPOINT_C(extract_kernel, (uintptr_t)boot_params, free_mem_ptr, free_mem_end_ptr,
                 (uintptr_t)payload.input, payload.input_len, (uintptr_t)output,
                 payload.output_len);

    boot_stop_if(choose_location(boot_params, &payload, output));
    output = (unsigned char *)(uintptr_t)chosen_location.output;
    boot_stop_if(decompress_kernel(&payload, output, chosen_location.virtual_address, &entry));
    console_print("done.\nBooting the kernel (entry_offset: %#lx).\n", entry);
    return output + entry;
}
