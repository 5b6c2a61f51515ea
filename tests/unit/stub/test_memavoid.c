/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memavoid.c: what lands on the list, and hostile setup_data. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "memavoid.h"
#include "platform_host.h"
#include "stub_string.h"

#define LINE_ADDRESS 0x20000
#define NODE_ADDRESS 0x30000

static struct boot_params params;
static struct mem_avoid avoid;
static char line[2048];
static unsigned char nodes[0x2000]; /* at NODE_ADDRESS */
static const struct mem_vector decompression = {0x1800000, 0x400000};

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    memset(nodes, 0, sizeof(nodes));
    host_add_window(LINE_ADDRESS, line, sizeof(line));
    host_add_window(NODE_ADDRESS, nodes, sizeof(nodes));
    return 0;
}

static const struct boot_error *init(const char *command_line)
{
    snprintf(line, sizeof(line), "%s", command_line);
    params.hdr.cmd_line_ptr = LINE_ADDRESS;
    return mem_avoid_init(&params, &decompression, &avoid);
}

static bool listed(uint64_t start, uint64_t size)
{
    for (unsigned int i = 0; i < avoid.count; i++)
        if (avoid.regions[i].start == start && avoid.regions[i].size == size)
            return true;
    return false;
}

/* Why the region that starts there is avoided; 0 when none does. */
static unsigned int reason_at(uint64_t start)
{
    for (unsigned int i = 0; i < avoid.count; i++)
        if (avoid.regions[i].start == start)
            return avoid.reasons[i];
    return 0;
}

/* A node of the list at a physical address inside the window. */
static void put_node(uint64_t address, uint64_t next, uint32_t type, uint32_t len)
{
    struct setup_data node = {.next = next, .type = type, .len = len};

    memcpy(nodes + (address - NODE_ADDRESS), &node, sizeof(node));
}

static void the_fixed_regions(void **state)
{
    (void)state;
    params.hdr.ramdisk_image = 0x7000000;
    params.ext_ramdisk_image = 1;
    params.hdr.ramdisk_size = 0x1234;
    params.ext_ramdisk_size = 2;
    assert_null(init("abc"));
    assert_int_equal(avoid.count, 4);
    assert_true(listed(decompression.start, decompression.size));
    assert_true(listed(0x107000000, 0x200001234));
    assert_true(listed(LINE_ADDRESS, 4));
    assert_true(listed((uintptr_t)&params, sizeof(params)));
    assert_int_equal(reason_at(decompression.start), MEM_AVOID_DECOMPRESSION);
    assert_int_equal(reason_at(0x107000000), MEM_AVOID_INITRD);
    assert_int_equal(reason_at(LINE_ADDRESS), MEM_AVOID_COMMAND_LINE);
    assert_int_equal(reason_at((uintptr_t)&params), MEM_AVOID_BOOT_PARAMS);
    assert_int_equal(avoid.mem_limit, host.physical_limit);
    assert_int_equal(avoid.limit_reason, MEM_LIMIT_PROCESSOR);
}

static void nothing_given_nothing_listed(void **state)
{
    (void)state;
    assert_null(mem_avoid_init(&params, &decompression, &avoid));
    assert_int_equal(avoid.count, 2);
}

static void memory_limits(void **state)
{
    (void)state;
    assert_null(init("mem=256M"));
    assert_int_equal(avoid.mem_limit, 256 << 20);
    assert_null(init("mem=1G memmap=0x10000000 mem=2G")); /* the lowest of all */
    assert_int_equal(avoid.mem_limit, 0x10000000);
    assert_null(init("mem=nopentium"));
    assert_int_equal(avoid.mem_limit, host.physical_limit);
    assert_null(init("mem=0"));
    assert_int_equal(avoid.mem_limit, host.physical_limit);
    assert_null(init("mem=100G -- mem=1M")); /* behind --: for init */
    assert_int_equal(avoid.mem_limit, UINT64_C(100) << 30);
    assert_null(init("xmem=1M memx=1M \"x mem=1M\""));
    assert_int_equal(avoid.mem_limit, host.physical_limit);
}

static void memmap_regions(void **state)
{
    (void)state;
    assert_null(init("memmap=64K#0x1000000,1M$32M memmap=2M!0x8000000 memmap=1G@4G,4K%5G-1+2"));
    assert_int_equal(avoid.memmaps, 4);
    assert_false(avoid.memmap_too_large);
    assert_int_equal(avoid.count, 3 + 4);
    assert_true(listed(0x1000000, 0x10000));
    assert_true(listed(32 << 20, 1 << 20));
    assert_true(listed(0x8000000, 2 << 20));
    assert_true(listed(UINT64_C(5) << 30, 4096));
    assert_int_equal(reason_at(0x8000000), MEM_AVOID_MEMMAP);
    assert_int_equal(avoid.mem_limit, host.physical_limit);
}

static void odd_memmaps(void **state)
{
    (void)state;
    assert_null(init("memmap=exactmap memmap= memmap memmap=4K$ memmap=4K#x memmap=,1M$2M"));
    assert_int_equal(avoid.memmaps, 0);
    assert_int_equal(avoid.mem_limit, host.physical_limit);
    assert_null(init("memmap=1$1,1$2,1$3,1$4"));
    assert_false(avoid.memmap_too_large);
    assert_null(init("memmap=1$1,1$2,1$3,1$4 memmap=1$5"));
    assert_true(avoid.memmap_too_large);
    assert_int_equal(avoid.memmaps, MAX_MEMMAP_REGIONS);
    assert_null(init("memmap=1$1,1$2,1$3,1$4,1@5,64M")); /* RAM and limits are no regions */
    assert_false(avoid.memmap_too_large);
    assert_int_equal(avoid.limit_reason, MEM_LIMIT_MEMMAP);
    assert_null(init("memmap=64M mem=32M mem=48M"));
    assert_int_equal(avoid.mem_limit, 32 << 20);
    assert_int_equal(avoid.limit_reason, MEM_LIMIT_MEM);
}

/* A list of two nodes, the second of which is this. */
static void put_indirect_behind(uint32_t first_type, uint32_t first_len,
                                const struct setup_indirect *indirect)
{
    params.hdr.setup_data = NODE_ADDRESS;
    put_node(NODE_ADDRESS, NODE_ADDRESS + 0x800, first_type, first_len);
    put_node(NODE_ADDRESS + 0x800, 0, SETUP_INDIRECT, sizeof(*indirect));
    memcpy(nodes + 0x800 + sizeof(struct setup_data), indirect, sizeof(*indirect));
}

static void setup_data_and_what_it_points_to(void **state)
{
    struct setup_indirect indirect = {SETUP_PCI, 0, 0x5000, 0x9000000};

    (void)state;
    put_indirect_behind(SETUP_PCI, 0x100, &indirect);
    assert_null(init(""));
    assert_true(listed(NODE_ADDRESS, 0x100 + 16));
    assert_true(listed(NODE_ADDRESS + 0x800, sizeof(indirect) + 16));
    assert_true(listed(0x9000000, 0x5000));
}

/* An indirect node too short to hold its pointer, and one that points to another: not followed. */
static void odd_indirect_nodes(void **state)
{
    struct setup_indirect indirect = {SETUP_INDIRECT, 0, 0x5000, 0x9000000};

    (void)state;
    put_indirect_behind(SETUP_INDIRECT, 4, &indirect);
    assert_null(init(""));
    assert_false(listed(0x9000000, 0x5000));
}

static void a_ring_of_setup_data_ends(void **state)
{
    const struct boot_error *error;

    (void)state;
    params.hdr.setup_data = NODE_ADDRESS;
    put_node(NODE_ADDRESS, NODE_ADDRESS + 0x100, SETUP_PCI, 16);
    put_node(NODE_ADDRESS + 0x100, NODE_ADDRESS, SETUP_PCI, 16);
    error = init("");
    assert_non_null(error);
    assert_string_equal(error->message, "setup_data: list at 0x30000 has more than 64 nodes");
}

static void the_longest_list_fits(void **state)
{
    struct setup_indirect indirect = {SETUP_PCI, 0, 0x10, 0};
    const uint64_t stride = 0x40;

    (void)state;
    params.hdr.setup_data = NODE_ADDRESS;
    params.hdr.ramdisk_size = 1;
    params.hdr.ramdisk_image = 0x5555000;
    for (unsigned int i = 0; i < MAX_SETUP_DATA; i++) {
        uint64_t at = NODE_ADDRESS + i * stride;

        put_node(at, i + 1 < MAX_SETUP_DATA ? at + stride : 0, SETUP_INDIRECT, sizeof(indirect));
        indirect.addr = 0x40000000 + i * 0x1000;
        memcpy(nodes + i * stride + sizeof(struct setup_data), &indirect, sizeof(indirect));
    }
    assert_null(init("memmap=1$1M,1$2M,1$3M,1$4M"));
    assert_int_equal(avoid.count, MEM_AVOID_MAX);
    assert_true(listed(0x40000000 + (MAX_SETUP_DATA - 1) * 0x1000, 0x10));
    assert_true(listed(4 << 20, 1)); /* the very last that was added */
}

static void setup_data_outside_of_memory(void **state)
{
    const struct boot_error *error;

    (void)state;
    params.hdr.setup_data = UINT64_C(0xfffffffffffffff8);
    error = init("");
    assert_non_null(error);
    assert_non_null(strstr(error->message, "0xfffffffffffffff8"));
    params.hdr.setup_data = host.physical_limit - 4;
    assert_non_null(init(""));
}

static void the_lowest_overlap_is_found(void **state)
{
    struct mem_vector region = {0x1000000, 0x10000000};
    struct mem_vector found;

    (void)state;
    params.hdr.ramdisk_image = 0x1700000;
    params.hdr.ramdisk_size = 0x1000;
    params.e820_entries = 2;
    params.e820_table[0] = (struct boot_e820_entry){0x1000000, 0x10000000, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){0x1600000, 0x1000, E820_TYPE_RESERVED};
    assert_null(init(""));
    assert_true(mem_avoid_overlap(&avoid, &region, &found));
    assert_int_equal(found.start, 0x1600000);
    region.start = 0x1601000;
    assert_true(mem_avoid_overlap(&avoid, &region, &found));
    assert_int_equal(found.start, 0x1700000);
    region = (struct mem_vector){0x1701000, 0xff000}; /* ends where decompression starts */
    assert_false(mem_avoid_overlap(&avoid, &region, &found));
    region.size++;
    assert_true(mem_avoid_overlap(&avoid, &region, &found));
    assert_int_equal(found.start, decompression.start);
}

static void ends_do_not_wrap(void **state)
{
    struct mem_vector region = {0x10000000, 0x1000};
    struct mem_vector found;

    (void)state;
    params.hdr.ramdisk_image = 0x8000000;
    params.ext_ramdisk_size = 0xffffffff;
    params.hdr.ramdisk_size = 0xffffffff;
    assert_null(init(""));
    assert_true(mem_avoid_overlap(&avoid, &region, &found));
    assert_int_equal(mem_vector_end(&found), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_fixed_regions, setup),
        cmocka_unit_test_setup(nothing_given_nothing_listed, setup),
        cmocka_unit_test_setup(memory_limits, setup),
        cmocka_unit_test_setup(memmap_regions, setup),
        cmocka_unit_test_setup(odd_memmaps, setup),
        cmocka_unit_test_setup(setup_data_and_what_it_points_to, setup),
        cmocka_unit_test_setup(odd_indirect_nodes, setup),
        cmocka_unit_test_setup(a_ring_of_setup_data_ends, setup),
        cmocka_unit_test_setup(the_longest_list_fits, setup),
        cmocka_unit_test_setup(setup_data_outside_of_memory, setup),
        cmocka_unit_test_setup(the_lowest_overlap_is_found, setup),
        cmocka_unit_test_setup(ends_do_not_wrap, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
