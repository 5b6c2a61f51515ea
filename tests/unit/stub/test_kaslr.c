/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kaslr.c: choices held against a computation that shares nothing with it. Where the stub cuts
 * regions into rows of slots, the test tries every aligned address one by one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "console.h"
#include "kaslr.h"
#include "make_payload.h"
#include "platform_host.h"
#include "slot_search.h"
#include "stub_string.h"

#define MIB          (UINT64_C(1) << 20)
#define LINE_ADDRESS 0x20000
#define NODE_ADDRESS 0x30000
#define ALIGNMENT    (2 * MIB)
#define IMAGE_RANGE  (1024 * MIB)

static struct boot_params params;
static struct kaslr_request request;
static struct kaslr_choice choice;
static char line[2048];
static struct setup_data node;

static struct slot_search search; /* the test's own account */

/* A 1 GiB machine, kernel of 20 MiB at 16 MiB. */
static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    memset(&node, 0, sizeof(node));
    host_add_window(LINE_ADDRESS, line, sizeof(line));
    host_add_window(NODE_ADDRESS, &node, sizeof(node));
    params.hdr.kernel_alignment = ALIGNMENT;
    params.hdr.init_size = 30 * MIB;
    params.e820_entries = 2;
    params.e820_table[0] = (struct boot_e820_entry){0, 0x9fc00, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){MIB, 1023 * MIB, E820_TYPE_RAM};
    request = (struct kaslr_request){36 * MIB, 16 * MIB, 20 * MIB, 16 * MIB};
    search.limit = host.physical_limit;
    console_init(&params, false);
    return 0;
}

static const struct boot_error *choose(const char *command_line)
{
    snprintf(line, sizeof(line), "%s", command_line);
    params.hdr.cmd_line_ptr = LINE_ADDRESS;
    return choose_random_location(&params, &request, &choice);
}

static void take_the_fixed_ones(void)
{
    search.taken_count = 0;
    slot_search_take(&search, request.input, request.output + params.hdr.init_size - request.input);
    slot_search_take(&search, LINE_ADDRESS, strlen(line) + 1);
    slot_search_take(&search, params.hdr.ramdisk_image, params.hdr.ramdisk_size);
    if (params.hdr.setup_data)
        slot_search_take(&search, NODE_ADDRESS, sizeof(node) + node.len);
}

static void find_slots(void)
{
    search.minimum = request.output < 512 * MIB ? request.output : 512 * MIB;
    search.size = request.output_size;
    search.alignment = ALIGNMENT;
    slot_search_run(&search, &params);
}

static void check_choice(uint64_t seed)
{
    uint64_t virtual_slots =
        (IMAGE_RANGE - request.load_physical_addr - request.output_size) / ALIGNMENT + 1;

    assert_int_equal(choice.physical_slots, search.slot_count);
    assert_int_equal(choice.output,
                     search.slot_count
                         ? search.slots[slot_search_seeded(seed, 1) % search.slot_count]
                         : request.output);
    assert_int_equal(choice.virtual_slots, virtual_slots);
    assert_int_equal(choice.virtual_address,
                     request.load_physical_addr +
                         slot_search_seeded(seed, 2) % virtual_slots * ALIGNMENT);
    assert_true(choice.virtual_address + request.output_size <= IMAGE_RANGE);
    assert_true(choice.kaslr);
    assert_true(params.hdr.loadflags & KASLR_FLAG);
}

static void nokaslr_keeps_both(void **state)
{
    (void)state;
    params.hdr.loadflags = KASLR_FLAG | LOADED_HIGH; /* a loader's lie is taken back */
    assert_null(choose("nokaslr"));
    assert_int_equal(choice.output, request.output);
    assert_int_equal(choice.virtual_address, request.load_physical_addr);
    assert_false(choice.kaslr);
    assert_int_equal(choice.physical_slots, 0);
    assert_int_equal(params.hdr.loadflags, LOADED_HIGH);
}

static void a_plain_machine(void **state)
{
    (void)state;
    assert_null(choose("kaslr_seed=7"));
    take_the_fixed_ones();
    find_slots();
    assert_true(search.slot_count > 400);
    check_choice(7);
    assert_null(choose("kaslr_seed=0x7"));
    check_choice(7);
}

/* Without a seed the choice is one of the slots, and another source gives another one. */
static void unseeded_choices_differ(void **state)
{
    unsigned int changes = 0;
    uint64_t last = 0;

    (void)state;
    host.rdtsc_works = true;
    for (unsigned int i = 0; i < 50; i++) {
        host.rdtsc_value = i;
        assert_null(choose(""));
        changes += choice.output != last;
        last = choice.output;
    }
    assert_true(changes > 40);
}

static void mem_is_a_ceiling(void **state)
{
    (void)state;
    search.limit = 256 * MIB;
    for (unsigned int seed = 0; seed < 50; seed++) {
        char options[64];

        snprintf(options, sizeof(options), "mem=256M kaslr_seed=%u", seed);
        assert_null(choose(options));
        take_the_fixed_ones();
        find_slots();
        check_choice(seed);
        assert_true(choice.output + request.output_size <= search.limit);
    }
}

static void memmap_is_kept_off(void **state)
{
    (void)state;
    assert_null(choose("kaslr_seed=3 memmap=500M$100M,100M#700M"));
    take_the_fixed_ones();
    slot_search_take(&search, 100 * MIB, 500 * MIB);
    slot_search_take(&search, 700 * MIB, 100 * MIB);
    find_slots();
    check_choice(3);
    assert_int_equal(search.slot_count,
                     1 + 18 + 41 + 103); /* 16 to 36, 46 to 100, 600 to 700, 800 to 1024 MiB */
}

static void too_many_memmaps_keep_the_place(void **state)
{
    (void)state;
    assert_null(choose("kaslr_seed=3 memmap=1$1G,1$2G,1$3G,1$4G,1$5G"));
    search.slot_count = 0;
    check_choice(3);
    assert_non_null(strstr(host.serial, "more than 4 memmap= regions"));
    assert_non_null(strstr(host.serial, "physical KASLR disabled"));
}

static void a_high_output_starts_at_512m(void **state)
{
    (void)state;
    request.input = 920 * MIB;
    request.output = 900 * MIB;
    assert_null(choose("kaslr_seed=9"));
    take_the_fixed_ones();
    find_slots();
    assert_int_equal(search.slots[0], 512 * MIB);
    check_choice(9);
}

/* A random map: up to 12 entries of all types, above or below 4 GiB, some overlapping. */
static void random_map(uint64_t *random)
{
    uint64_t at = 0;

    params.e820_entries = 1 + payload_random(random) % 12;
    for (unsigned int i = 0; i < params.e820_entries; i++) {
        uint64_t size = payload_random(random) % (200 * MIB);

        at += payload_random(random) % (40 * MIB);
        params.e820_table[i] = (struct boot_e820_entry){
            at, size, payload_random(random) % 3 ? E820_TYPE_RAM : E820_TYPE_RESERVED};
        if (payload_random(random) % 4)
            at += size;
        if (payload_random(random) % 8 == 0)
            at += 4096 * MIB;
    }
    params.hdr.ramdisk_image = payload_random(random) % (1024 * MIB);
    params.hdr.ramdisk_size = payload_random(random) % (100 * MIB);
    params.hdr.setup_data = payload_random(random) % 2 ? NODE_ADDRESS : 0;
    node.len = payload_random(random) % (200 * MIB);
    request.output_size = (1 + payload_random(random) % 40) * ALIGNMENT;
    request.output = (8 + payload_random(random) % 300) * ALIGNMENT;
    request.input = request.output + payload_random(random) % (20 * MIB);
}

static void random_maps(void **state)
{
    uint64_t random = 20240607;
    unsigned int with_slots = 0;

    (void)state;
    for (unsigned int round = 0; round < 2000; round++) {
        const struct boot_error *error;
        char options[64];

        random_map(&random);
        snprintf(options, sizeof(options), "kaslr_seed=%u", round);
        error = choose(options);
        take_the_fixed_ones();
        find_slots();
        if (!search.slot_count && error) { /* no place, and the default place is not RAM */
            assert_non_null(strstr(error->message, "no memory slot large enough"));
            continue;
        }
        assert_null(error);
        check_choice(round);
        with_slots += search.slot_count > 0;
    }
    assert_in_range(with_slots, 500, 1990); /* both outcomes were tried */
}

static void no_slot_and_no_ram_is_an_error(void **state)
{
    const struct boot_error *error;

    (void)state;
    params.e820_table[1].size = 20 * MIB; /* up to 21 MiB; the kernel needs 16 to 36 */
    error = choose("");
    assert_non_null(error);
    assert_string_equal(error->message,
                        "no memory slot large enough: 0x1400000 bytes, and the default place "
                        "0x1000000 is not usable RAM (limit 0x800000000000)");
    assert_non_null(choose("nokaslr"));
    params.e820_table[1].size = 1023 * MIB;
    error = choose("mem=35M"); /* RAM, but not to be used */
    assert_non_null(error);
    assert_non_null(strstr(error->message, "(limit 0x2300000)"));
    assert_null(choose("mem=36M"));         /* exactly up to there */
    assert_null(choose("nokaslr mem=35M")); /* the kernel's own business then */
}

static void no_slot_but_ram_is_a_warning(void **state)
{
    (void)state;
    request.input = 30 * MIB;
    params.e820_table[1].size = 45 * MIB; /* just the decompression range */
    assert_null(choose("kaslr_seed=1"));
    search.slot_count = 0;
    check_choice(1);
    assert_non_null(strstr(host.serial, "physical KASLR disabled: no suitable memory region"));
    params.e820_table[1].size = 10 * MIB; /* the same memory in two entries */
    params.e820_table[2] = (struct boot_e820_entry){11 * MIB, 35 * MIB, E820_TYPE_RAM};
    params.e820_entries = 3;
    assert_null(choose("kaslr_seed=1"));
    check_choice(1);
}

static void no_e820_at_all(void **state)
{
    (void)state;
    params.e820_entries = 0;
    assert_null(choose("nokaslr"));
    assert_null(choose("kaslr_seed=1"));
    search.slot_count = 0;
    check_choice(1);
}

static void more_entries_than_the_table_has(void **state)
{
    (void)state;
    params.e820_entries = 255; /* of 128: the sanitizer sees a read behind them */
    assert_null(choose("kaslr_seed=1"));
    assert_true(choice.physical_slots > 0);
}

static void a_map_full_of_slots(void **state)
{
    (void)state;
    params.e820_entries = 128;
    request.output_size = ALIGNMENT;
    for (unsigned int i = 0; i < 128; i++)
        params.e820_table[i] = (struct boot_e820_entry){(64 + i * 4) * MIB, ALIGNMENT,
                                                        E820_TYPE_RAM};
    assert_null(choose("kaslr_seed=5"));
    assert_int_equal(choice.physical_slots, 100); /* MAX_SLOT_AREA */
}

/* What it worked on is there afterwards, and of the last search only. */
static void the_search_is_kept(void **state)
{
    uint64_t slots = 0;

    (void)state;
    assert_null(choose("kaslr_seed=7"));
    assert_null(choose("kaslr_seed=5 mem=512M memmap=2M$128M"));
    assert_true(kaslr_search.seeded);
    assert_int_equal(kaslr_search.seed, 5);
    assert_int_equal(kaslr_search.minimum, 16 * MIB);
    assert_int_equal(kaslr_search.image_size, request.output_size);
    assert_int_equal(kaslr_search.alignment, ALIGNMENT);
    assert_int_equal(kaslr_search.avoid.mem_limit, 512 * MIB);
    assert_int_equal(kaslr_search.avoid.limit_reason, MEM_LIMIT_MEM);
    for (unsigned int i = 0; i < kaslr_search.area_count; i++)
        slots += kaslr_search.areas[i].num;
    assert_int_equal(kaslr_search.area_count, 3); /* cut by the decompression and by memmap= */
    assert_int_equal(slots, choice.physical_slots);
    assert_int_equal(slots, kaslr_search.slot_max);
    assert_null(choose("mem=512M"));
    assert_false(kaslr_search.seeded);
    assert_int_equal(kaslr_search.area_count, 2);
}

static void hostile_numbers(void **state)
{
    (void)state;
    assert_non_null(choose("kaslr_seed=seven"));
    assert_non_null(choose("kaslr_seed=7x"));
    assert_non_null(choose("kaslr_seed="));
    params.e820_table[1].size = UINT64_MAX; /* wraps */
    assert_null(choose("kaslr_seed=1"));
    assert_true(choice.output + request.output_size <= host.physical_limit);
    params.e820_table[1].addr = UINT64_MAX - 4096;
    assert_non_null(choose("kaslr_seed=1"));
    params.hdr.kernel_alignment = 0;
    assert_non_null(choose(""));
    params.hdr.kernel_alignment = 0x300000;
    assert_non_null(choose(""));
    params.hdr.kernel_alignment = 0x1000;
    assert_non_null(choose(""));
}

static void a_kernel_too_large_for_its_range(void **state)
{
    (void)state;
    request.output_size = 1010 * MIB;
    params.e820_table[1].size = 4096 * MIB;
    assert_non_null(choose("kaslr_seed=1"));
    request.output_size = 1008 * MIB; /* fits exactly: one virtual slot */
    assert_null(choose("kaslr_seed=1"));
    assert_int_equal(choice.virtual_slots, 1);
    assert_int_equal(choice.virtual_address, 16 * MIB);
}

static void a_ring_of_setup_data(void **state)
{
    (void)state;
    params.hdr.setup_data = NODE_ADDRESS;
    node.next = NODE_ADDRESS;
    assert_non_null(choose(""));
    assert_null(choose("nokaslr")); /* nobody looks at it then */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nokaslr_keeps_both, setup),
        cmocka_unit_test_setup(a_plain_machine, setup),
        cmocka_unit_test_setup(unseeded_choices_differ, setup),
        cmocka_unit_test_setup(mem_is_a_ceiling, setup),
        cmocka_unit_test_setup(memmap_is_kept_off, setup),
        cmocka_unit_test_setup(too_many_memmaps_keep_the_place, setup),
        cmocka_unit_test_setup(a_high_output_starts_at_512m, setup),
        cmocka_unit_test_setup(random_maps, setup),
        cmocka_unit_test_setup(no_slot_and_no_ram_is_an_error, setup),
        cmocka_unit_test_setup(no_slot_but_ram_is_a_warning, setup),
        cmocka_unit_test_setup(no_e820_at_all, setup),
        cmocka_unit_test_setup(more_entries_than_the_table_has, setup),
        cmocka_unit_test_setup(a_map_full_of_slots, setup),
        cmocka_unit_test_setup(the_search_is_kept, setup),
        cmocka_unit_test_setup(hostile_numbers, setup),
        cmocka_unit_test_setup(a_kernel_too_large_for_its_range, setup),
        cmocka_unit_test_setup(a_ring_of_setup_data, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
