/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extract.c: the whole way from gzip data to a relocated kernel, its checkpoints, and its end; and
 * 500 damaged payloads, none of which may come out with wrong bytes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include <zlib.h>

#include "extract.h"
#include "heap.h"
#include "kaslr.h"
#include "make_payload.h"
#include "platform_host.h"
#include "stub_string.h"

extern unsigned char boot_heap[BOOT_HEAP_SIZE];

#define DELTA        UINT64_C(0x12000000)
#define BUFFER_SIZE  MIN_KERNEL_ALIGN
#define OUTPUT       UINT64_C(0x1000000)
#define LINE_ADDRESS 0x20000
#define CORRUPTIONS  500

static struct boot_params params;
static unsigned char file[PAYLOAD_SIZE] __attribute__((aligned(8)));
static unsigned char expect[PAYLOAD_TOTAL_SIZE];
static unsigned char *output; /* aligned as the guest's must be */
static unsigned char *packed;
static uint32_t packed_size;

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    params.hdr.kernel_alignment = MIN_KERNEL_ALIGN;
    params.hdr.init_size = 2 * BUFFER_SIZE;
    payload_make(7, file);
    packed = payload_gzip(file, PAYLOAD_SIZE, 9, &packed_size);
    output = aligned_alloc(MIN_KERNEL_ALIGN, BUFFER_SIZE);
    memset(output, 0, BUFFER_SIZE);
    host.payload = (struct payload){
        .input = packed,
        .input_len = packed_size,
        .output_len = PAYLOAD_SIZE,
        .kernel_total_size = PAYLOAD_TOTAL_SIZE,
        .load_physical_addr = PAYLOAD_LOAD_ADDR,
    };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(packed);
    free(output);
    return 0;
}

static void set_line(const char *text)
{
    static char line[2048];

    snprintf(line, sizeof(line), "%s", text);
    host_add_window(LINE_ADDRESS, line, sizeof(line));
    params.hdr.cmd_line_ptr = LINE_ADDRESS;
}

static void the_whole_way(void **state)
{
    const char *const names[] = {"extract-kernel", "location-chosen", "decompressed", "elf-loaded",
                                 "relocations-applied"};

    (void)state;
    set_line("nokaslr");
    assert_ptr_equal(extract_kernel(&params, output), output + PAYLOAD_ENTRY);
    payload_expect(file, 0, expect);
    assert_true(payload_matches(output, expect));
    assert_int_equal(host.checkpoint_count, 5);
    for (unsigned int i = 0; i < 5; i++)
        assert_string_equal(host.checkpoints[i].name, names[i]);
    assert_non_null(strstr(host.serial, "Booting the kernel (entry_offset: 0x123)"));
    assert_non_null(strstr(host.serial, "No relocation needed"));
}

static void checkpoints_tell_the_values(void **state)
{
    const struct host_checkpoint *at;

    (void)state;
    set_line("kaslr_seed=11 nokaslr");
    extract_kernel(&params, output);
    at = host_checkpoint_find("extract-kernel");
    assert_int_equal(host_checkpoint_value(at, "boot_params"), (uintptr_t)&params);
    assert_int_equal(host_checkpoint_value(at, "heap"), (uintptr_t)boot_heap);
    assert_int_equal(host_checkpoint_value(at, "heap_end"), (uintptr_t)boot_heap + BOOT_HEAP_SIZE);
    assert_int_equal(host_checkpoint_value(at, "input"), (uintptr_t)packed);
    assert_int_equal(host_checkpoint_value(at, "input_len"), packed_size);
    assert_int_equal(host_checkpoint_value(at, "output"), (uintptr_t)output);
    assert_int_equal(host_checkpoint_value(at, "output_len"), PAYLOAD_SIZE);
    at = host_checkpoint_find("location-chosen");
    assert_int_equal(host_checkpoint_value(at, "virtual"), PAYLOAD_LOAD_ADDR);
    assert_int_equal(host_checkpoint_value(at, "kaslr"), 0);
    at = host_checkpoint_find("decompressed");
    assert_int_equal(host_checkpoint_value(at, "bytes"), PAYLOAD_SIZE);
    assert_int_equal(host_checkpoint_value(at, "crc32"), crc32(0, file, PAYLOAD_SIZE));
    at = host_checkpoint_find("elf-loaded");
    assert_int_equal(host_checkpoint_value(at, "segments"), PAYLOAD_SEGMENTS);
    assert_int_equal(host_checkpoint_value(at, "entry"), (uintptr_t)output + PAYLOAD_ENTRY);
}

/* Two slots of memory, one of them taken by the decompression range: KASLR must take the other. */
static void kaslr_moves_it(void **state)
{
    unsigned char *range = aligned_alloc(MIN_KERNEL_ALIGN, 2 * BUFFER_SIZE);
    unsigned char *other = aligned_alloc(MIN_KERNEL_ALIGN, BUFFER_SIZE);
    const struct host_checkpoint *at;
    uint64_t virtual_address;
    void *entry;

    (void)state;
    set_line("kaslr_seed=3");
    params.e820_entries = 1;
    params.e820_table[0] = (struct boot_e820_entry){(uintptr_t)other, BUFFER_SIZE, E820_TYPE_RAM};
    host.payload.input = memcpy(range + BUFFER_SIZE, packed, packed_size);
    entry = extract_kernel(&params, range);
    assert_ptr_equal(entry, other + PAYLOAD_ENTRY);
    at = host_checkpoint_find("location-chosen");
    assert_int_equal(host_checkpoint_value(at, "output"), (uintptr_t)other);
    assert_int_equal(host_checkpoint_value(at, "physical_slots"), 1);
    assert_int_equal(host_checkpoint_value(at, "kaslr"), 1);
    virtual_address = host_checkpoint_value(at, "virtual");
    assert_true(virtual_address > PAYLOAD_LOAD_ADDR); /* with this seed */
    payload_expect(file, virtual_address - PAYLOAD_LOAD_ADDR, expect);
    assert_true(payload_matches(other, expect));
    at = host_checkpoint_find("relocations-applied");
    assert_int_equal(host_checkpoint_value(at, "virtual_delta"),
                     virtual_address - PAYLOAD_LOAD_ADDR);
    assert_int_equal(host_checkpoint_value(at, "physical_delta"),
                     (uintptr_t)other - PAYLOAD_LOAD_ADDR);
    assert_int_equal(host_checkpoint_value(at, "abs64"), PAYLOAD_SITES);
    free(other);
    free(range);
}

static void quiet_prints_nothing(void **state)
{
    (void)state;
    set_line("nokaslr quiet");
    extract_kernel(&params, output);
    assert_int_equal(host.serial_length, 0);
    params.hdr.loadflags |= QUIET_FLAG;
    set_line("nokaslr");
    extract_kernel(&params, output);
    assert_int_equal(host.serial_length, 0);
}

/* However quiet: one line, and no checkpoint of a stage that was not passed. */
static void a_failure_stops_once_and_aloud(void **state)
{
    (void)state;
    set_line("nokaslr quiet");
    packed[packed_size - 8] ^= 1;
    assert_true(HOST_STOPS(extract_kernel(&params, output)));
    assert_non_null(strstr(host.stop_message, "crc32 is 0x"));
    assert_non_null(strstr(host.serial, host.stop_message));
    assert_null(strchr(host.stop_message, '\n'));
    assert_non_null(strstr(host.serial, "\r\n\r\n -- System halted"));
    assert_null(host_checkpoint_find("decompressed"));
    assert_non_null(host_checkpoint_find("location-chosen"));
}

static void bad_destinations(void **state)
{
    (void)state;
    set_line("nokaslr");
    assert_true(HOST_STOPS(extract_kernel(&params, output + 0x1000)));
    assert_non_null(strstr(host.stop_message, "physical address inappropriately aligned"));
    host.payload.load_physical_addr = 0x1001000;
    assert_true(HOST_STOPS(extract_kernel(&params, output)));
    assert_non_null(
        strstr(host.stop_message, "virtual address inappropriately aligned: 0x1001000"));
    host.payload.load_physical_addr = 0x40000000;
    assert_true(HOST_STOPS(extract_kernel(&params, output)));
    assert_non_null(strstr(host.stop_message, "beyond the kernel mapping area"));
}

static void the_sentinel(void **state)
{
    (void)state;
    memset(&params, 0xaa, sizeof(params));
    params.sentinel = 0;
    sanitize_boot_params(&params);
    assert_int_equal(params.ext_ramdisk_image, 0xaaaaaaaa); /* a loader that knows what it does */
    params.sentinel = 1;
    sanitize_boot_params(&params);
    assert_int_equal(params.ext_ramdisk_image, 0);
    assert_int_equal(params.ext_cmd_line_ptr, 0);
    assert_int_equal(params.sentinel, 0);
    assert_int_equal(params._pad9[BP_PAD9_SIZE - 1], 0);
    assert_int_equal(params.hdr.setup_sects, 0xaa); /* what the loader did fill stays */
    assert_int_equal(params.e820_entries, 0xaa);
    assert_int_equal(params.e820_table[0].type, 0xaaaaaaaa);
    assert_int_equal(params.screen_info.orig_x, 0xaa);
    assert_int_equal(params.efi_info[0], 0xaa);
}

/* One of three kinds of damage to a copy of the good payload. */
static uint32_t corrupt(unsigned char *copy, uint64_t *random)
{
    uint32_t size = packed_size;
    uint32_t from, to, length;

    switch (payload_random(random) % 3) {
    case 0: /* flip up to 8 bits */
        for (unsigned int i = 0; i <= payload_random(random) % 8; i++)
            copy[payload_random(random) % size] ^= 1 << payload_random(random) % 8;
        break;
    case 1: /* cut the end off */
        size = payload_random(random) % size;
        break;
    default: /* put a piece of it elsewhere */
        length = 1 + payload_random(random) % 200;
        from = payload_random(random) % (size - length);
        to = payload_random(random) % (size - length);
        memmove(copy + to, copy + from, length);
    }
    return size;
}

static void no_damage_gets_through(void **state)
{
    unsigned char *copy = malloc(packed_size);
    uint64_t random = 4711;
    unsigned int harmless = 0;
    uint64_t entry;

    (void)state;
    heap_init(boot_heap, BOOT_HEAP_SIZE);
    payload_expect(file, DELTA, expect);
    for (unsigned int i = 0; i < CORRUPTIONS; i++) {
        struct payload payload = host.payload;

        host.checkpoint_count = 0;
        memcpy(copy, packed, packed_size);
        payload.input = copy;
        payload.input_len = corrupt(copy, &random);
        if (decompress_kernel(&payload, output, PAYLOAD_LOAD_ADDR + DELTA, &entry))
            continue;
        assert_true(payload_matches(output, expect)); /* damage to the header's time, say */
        assert_int_equal(entry, PAYLOAD_ENTRY);
        harmless++;
    }
    assert_true(harmless < CORRUPTIONS / 20);
    free(copy);
}

/*
 * Damage below the CRC: gzip data that is right, of a file that is not. What parse_elf and
 * handle_relocations let through may be any kernel, but it stays inside the buffer (the sanitizer)
 * and gives an entry inside it.
 */
static void a_damaged_file_stays_in_its_buffer(void **state)
{
    unsigned char *exact = aligned_alloc(MIN_KERNEL_ALIGN, BUFFER_SIZE);
    uint64_t random = 815;
    unsigned int refused = 0;
    uint64_t entry;

    (void)state;
    heap_init(boot_heap, BOOT_HEAP_SIZE);
    for (unsigned int i = 0; i < CORRUPTIONS; i++) {
        struct payload payload = host.payload;
        unsigned char *input;

        host.checkpoint_count = 0;
        payload_make(7, file);
        for (unsigned int change = 0; change < 4; change++) {
            uint32_t area = payload_random(&random) % 2;
            uint32_t at = area ? payload_random(&random) % 240
                               : PAYLOAD_ELF_SIZE + payload_random(&random) % PAYLOAD_TABLE_SIZE;

            file[at] = payload_random(&random);
        }
        input = payload_gzip(file, PAYLOAD_SIZE, 1, &payload.input_len);
        payload.input = input;
        if (decompress_kernel(&payload, exact, PAYLOAD_LOAD_ADDR + DELTA, &entry))
            refused++;
        else
            assert_true(entry < BUFFER_SIZE);
        free(input);
    }
    assert_in_range(refused, CORRUPTIONS / 2, CORRUPTIONS - 1);
    free(exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_whole_way, setup, teardown),
        cmocka_unit_test_setup_teardown(checkpoints_tell_the_values, setup, teardown),
        cmocka_unit_test_setup_teardown(kaslr_moves_it, setup, teardown),
        cmocka_unit_test_setup_teardown(quiet_prints_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failure_stops_once_and_aloud, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_destinations, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sentinel, setup, teardown),
        cmocka_unit_test_setup_teardown(no_damage_gets_through, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_file_stays_in_its_buffer, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
