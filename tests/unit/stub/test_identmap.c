/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identmap.c: the tables it makes, read back by a walker that shares no code with it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "cmdline.h"
#include "identmap.h"
#include "make_payload.h"
#include "platform_host.h"
#include "stub_string.h"

#define NOT_MAPPED UINT64_MAX
#define TABLES     (BOOT_PGT_SIZE / 4096)

static struct boot_params params;
static uint64_t *loader_table; /* a top level that is not ours */

static int setup(void **state)
{
    static uint64_t table[512] __attribute__((aligned(4096)));

    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    memset(table, 0, sizeof(table));
    loader_table = table;
    host.cr3 = (uintptr_t)loader_table;
    return 0;
}

/* The physical address that a virtual one leads to, by the manual; NOT_MAPPED if to none. */
static uint64_t translate(uint64_t virt)
{
    const uint64_t *table = (const uint64_t *)(uintptr_t)(host.cr3 & 0x000ffffffffff000);

    if ((int64_t)(virt << 16) >> 16 != (int64_t)virt)
        return NOT_MAPPED;
    for (int shift = 39; shift >= 12; shift -= 9) {
        uint64_t entry = table[virt >> shift & 0x1ff];
        uint64_t address = entry & 0x000ffffffffff000;

        if (!(entry & 1))
            return NOT_MAPPED;
        assert_true(entry & 2); /* writable, all the way down */
        if (shift == 12 || entry & 0x80)
            return (address & ~((UINT64_C(1) << shift) - 1)) |
                   (virt & ((UINT64_C(1) << shift) - 1));
        assert_in_range(address, (uintptr_t)host_page_tables,
                        (uintptr_t)host_page_tables + BOOT_PGT_SIZE - 4096);
        table = (const uint64_t *)(uintptr_t)address;
    }
    return NOT_MAPPED;
}

/* startup_32's six pages: PGD, PUD, and four PMDs for 4 GiB. */
static void make_startup_32_tables(void)
{
    uint64_t *page = (uint64_t *)host_page_tables;
    uint64_t base = (uintptr_t)host_page_tables;

    page[0] = (base + 4096) | 3;
    for (unsigned int i = 0; i < 4; i++)
        page[512 + i] = (base + (2 + i) * 4096) | 3;
    for (unsigned int i = 0; i < 4 * 512; i++)
        page[1024 + i] = (uint64_t)i << 21 | 0x83;
    host.cr3 = base;
}

static void new_tables_for_a_foreign_cr3(void **state)
{
    static char line[COMMAND_LINE_SIZE];

    (void)state;
    params.hdr.cmd_line_ptr = 0x20000;
    params.ext_cmd_line_ptr = 0x7;
    host_add_window(0x700020000, line, sizeof(line));
    assert_null(setup_identity_maps(&params));
    assert_int_equal(host.cr3, (uintptr_t)host_page_tables);
    assert_int_equal(host.cr3_writes, 1);
    assert_int_equal(translate(host.image_start), host.image_start);
    assert_int_equal(translate((uintptr_t)&params), (uintptr_t)&params);
    assert_int_equal(translate((uintptr_t)(&params + 1) - 1), (uintptr_t)(&params + 1) - 1);
    assert_int_equal(translate(0x700020000), 0x700020000);
    assert_int_equal(translate(0x700020000 + COMMAND_LINE_SIZE - 1),
                     0x700020000 + COMMAND_LINE_SIZE - 1);
    assert_int_equal(translate(0), NOT_MAPPED);
    for (unsigned int i = 0; i < 512; i++)
        assert_int_equal(loader_table[i], 0); /* the loader's table is not ours to write */
}

static void our_own_tables_are_extended(void **state)
{
    unsigned char before[2 * 4096];

    (void)state;
    params.ext_cmd_line_ptr = 1; /* above what startup_32 mapped */
    make_startup_32_tables();
    memcpy(before, host_page_tables + 2 * 4096, sizeof(before));
    assert_null(setup_identity_maps(&params));
    assert_int_equal(host.cr3, (uintptr_t)host_page_tables);
    assert_true(identity_tables_used() > 6);
    assert_memory_equal(host_page_tables + 2 * 4096, before, sizeof(before));
    for (uint64_t address = 0; address < UINT64_C(1) << 32; address += 0x1fffff1)
        assert_int_equal(translate(address), address);
    assert_int_equal(translate(UINT64_C(1) << 32), UINT64_C(1) << 32);
    assert_int_equal(translate(UINT64_C(0x100200000)), NOT_MAPPED);
}

/* Flags in cr3 (PWT, PCD) do not make the table a foreign one. */
static void cr3_flags_are_no_address(void **state)
{
    (void)state;
    make_startup_32_tables();
    host.cr3 |= 0x18;
    assert_null(setup_identity_maps(&params));
    assert_int_equal(translate(0x12345678), 0x12345678);
}

static void ranges_round_outwards(void **state)
{
    unsigned long added;

    (void)state;
    assert_null(setup_identity_maps(&params));
    assert_null(kernel_add_identity_map(0x1003fffff, 0x100400001, &added));
    assert_int_equal(added, 2);
    assert_int_equal(translate(0x100200000), 0x100200000);
    assert_int_equal(translate(0x1005fffff), 0x1005fffff);
    assert_int_equal(translate(0x100600000), NOT_MAPPED);
    assert_int_equal(translate(0x1001fffff), NOT_MAPPED);
    assert_null(kernel_add_identity_map(0x1003fffff, 0x100600001, &added));
    assert_int_equal(added, 1); /* the two are there already */
    assert_null(kernel_add_identity_map(0x100000000, 0x100000000, &added));
    assert_int_equal(added, 0);
}

static void a_range_over_every_border(void **state)
{
    uint64_t start = (UINT64_C(1) << 39) - 0x400000;
    unsigned long added;

    (void)state;
    assert_null(setup_identity_maps(&params));
    assert_null(kernel_add_identity_map(start, start + 0x800000, &added));
    assert_int_equal(added, 4);
    for (uint64_t at = start; at < start + 0x800000; at += 0x1ff000)
        assert_int_equal(translate(at), at);
    assert_int_equal(translate(start + 0x800000), NOT_MAPPED);
}

static void a_1g_page_is_left_alone(void **state)
{
    uint64_t *page = (uint64_t *)host_page_tables;
    unsigned long used, added;

    (void)state;
    make_startup_32_tables();
    page[512 + 4] = UINT64_C(4) << 30 | 0x83;
    assert_null(setup_identity_maps(&params));
    used = identity_tables_used();
    assert_null(kernel_add_identity_map(0x100000000, 0x100200000, &added));
    assert_int_equal(added, 0);
    assert_int_equal(identity_tables_used(), used);
    assert_int_equal(translate(0x123456789), 0x123456789);
}

/* Each far-off address takes two pages more; in the end there is an error and nothing else. */
static void tables_run_out(void **state)
{
    const struct boot_error *error = NULL;
    uint64_t address = UINT64_C(1) << 41;
    unsigned long used, mapped = 0;

    (void)state;
    assert_null(setup_identity_maps(&params));
    used = identity_tables_used();
    for (; !error; mapped++, address += UINT64_C(1) << 39)
        error = kernel_add_identity_map(address, address + 1, NULL);
    assert_int_equal(identity_tables_used(), TABLES);
    assert_int_equal(mapped - 1, (TABLES - used) / 2);
    assert_string_equal(error->message, "identity maps: all 32 page-table pages are used up");
    for (unsigned long i = 0; i < mapped - 1; i++) /* what was mapped before still is */
        assert_int_equal(translate((UINT64_C(1) << 41) + (i << 39)),
                         (UINT64_C(1) << 41) + (i << 39));
    assert_true(HOST_STOPS(boot_stop_if(error)));
}

static void impossible_ranges(void **state)
{
    (void)state;
    assert_null(setup_identity_maps(&params));
    assert_non_null(kernel_add_identity_map(0x2000, 0x1000, NULL));
    assert_non_null(kernel_add_identity_map(0, host.physical_limit + 1, NULL));
    assert_null(kernel_add_identity_map(host.physical_limit - 1, host.physical_limit, NULL));
    params.hdr.cmd_line_ptr = 0xfffff000;
    params.ext_cmd_line_ptr = 0xffffffff;
    assert_true(HOST_STOPS(initialize_identity_maps(&params)));
    assert_non_null(strstr(host.stop_message, "0xfffffffffffff000"));
}

static void five_levels_are_refused(void **state)
{
    (void)state;
    host.cr4 = X86_CR4_LA57 | X86_CR4_PAE;
    assert_true(HOST_STOPS(initialize_identity_maps(&params)));
    assert_non_null(strstr(host.stop_message, "cr4 0x1020"));
    assert_int_equal(host.cr3_writes, 0);
}

/* Random ranges, against a list of what was asked for. */
static void random_ranges(void **state)
{
    uint64_t state_of_random = 42;
    uint64_t pages[64];
    unsigned int count = 0;

    (void)state;
    assert_null(setup_identity_maps(&params));
    while (count < 64) {
        uint64_t page = payload_random(&state_of_random) % 4096 + 0x2000;

        assert_null(kernel_add_identity_map(page << 21, (page + 1) << 21, NULL));
        pages[count++] = page;
    }
    for (uint64_t page = 0x2000; page < 0x3000; page++) {
        uint64_t expect = NOT_MAPPED;

        for (unsigned int i = 0; i < count; i++)
            if (pages[i] == page)
                expect = (page << 21) + 0x1357;
        assert_int_equal(translate((page << 21) + 0x1357), expect);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(new_tables_for_a_foreign_cr3, setup),
        cmocka_unit_test_setup(our_own_tables_are_extended, setup),
        cmocka_unit_test_setup(cr3_flags_are_no_address, setup),
        cmocka_unit_test_setup(ranges_round_outwards, setup),
        cmocka_unit_test_setup(a_range_over_every_border, setup),
        cmocka_unit_test_setup(a_1g_page_is_left_alone, setup),
        cmocka_unit_test_setup(tables_run_out, setup),
        cmocka_unit_test_setup(impossible_ranges, setup),
        cmocka_unit_test_setup(five_levels_are_refused, setup),
        cmocka_unit_test_setup(random_ranges, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
