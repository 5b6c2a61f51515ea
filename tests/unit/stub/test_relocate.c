/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relocate.c: the three kinds, the borders, and tables that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "make_payload.h"
#include "platform_host.h"
#include "relocate.h"
#include "stub_string.h"

#define IMAGE 0x100 /* bytes of image before the table */
#define BASE  UINT32_C(0x81000000)
#define DELTA UINT64_C(0x12345000000)

static unsigned char *buffer; /* image and table, exactly sized */
static struct relocation_request request;
static struct relocation_counts counts;

static int setup(void **state)
{
    (void)state;
    host_reset();
    buffer = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(buffer);
    return 0;
}

/* A fresh image 00 01 02 ... with the table of these entries behind it, in file order. */
static const struct boot_error *relocate(uint64_t delta, const uint32_t *table, size_t entries)
{
    free(buffer);
    buffer = malloc(IMAGE + entries * 4);
    for (unsigned int i = 0; i < IMAGE; i++)
        buffer[i] = i;
    memcpy(buffer + IMAGE, table, entries * 4);
    request = (struct relocation_request){
        .output_len = IMAGE + entries * 4,
        .image_len = IMAGE,
        .load_physical_addr = PAYLOAD_LOAD_ADDR,
        .virtual_address = PAYLOAD_LOAD_ADDR + delta,
    };
    return handle_relocations(buffer, &request, &counts);
}

#define RELOCATE(delta, ...)                                                                       \
    relocate(delta, (const uint32_t[]){__VA_ARGS__},                                               \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static uint64_t read64(unsigned int at)
{
    uint64_t value;

    memcpy(&value, buffer + at, sizeof(value));
    return value;
}

static uint32_t read32(unsigned int at)
{
    return (uint32_t)read64(at);
}

static void refused(const struct boot_error *error, const char *text)
{
    assert_non_null(error);
    if (!strstr(error->message, text))
        fail_msg("\"%s\" does not say \"%s\"", error->message, text);
}

static void three_kinds(void **state)
{
    (void)state;
    assert_null(RELOCATE(DELTA, 0, BASE + 0x10, 0, BASE + 0x21, BASE + 0x30, 0, BASE + 0x43,
                         BASE + 0x50, BASE + 0x60));
    assert_int_equal(counts.abs64, 1);
    assert_int_equal(counts.inverse32, 2);
    assert_int_equal(counts.abs32, 3);
    assert_int_equal(read64(0x10), UINT64_C(0x1716151413121110) + DELTA);
    assert_int_equal(read32(0x21), UINT32_C(0x24232221) - (uint32_t)DELTA);
    assert_int_equal(read32(0x43), UINT32_C(0x46454443) + (uint32_t)DELTA);
    assert_int_equal(buffer[0x18], 0x18); /* no byte beside the sites changed */
    assert_int_equal(buffer[0x0f], 0x0f);
    assert_int_equal(buffer[0x25], 0x25);
    assert_int_equal(buffer[0x47], 0x47);
}

/* 32-bit sums wrap, as the link-time values near 2^32 do. */
static void sums_wrap(void **state)
{
    (void)state;
    assert_null(RELOCATE(0xfefefefe, 0, 0, 0, BASE + 0x10));
    assert_int_equal(read32(0x10), UINT32_C(0x13121110) + UINT32_C(0xfefefefe));
    assert_null(RELOCATE(0x7fffffff, 0, 0, BASE + 0x10, 0));
    assert_int_equal(read32(0x10), UINT32_C(0x13121110) - UINT32_C(0x7fffffff));
}

static void a_lower_address_is_a_delta_too(void **state)
{
    (void)state;
    assert_null(RELOCATE(-UINT64_C(0x200000), 0, BASE, 0, 0, BASE + 0x20));
    assert_int_equal(read64(0), UINT64_C(0x0706050403020100) - 0x200000);
    assert_int_equal(read32(0x20), UINT32_C(0x23222120) - 0x200000);
}

static void no_delta_no_change(void **state)
{
    (void)state;
    assert_null(RELOCATE(0, 0, BASE + 0x10, 0, 0, BASE + 0x43));
    assert_int_equal(read64(0x10), UINT64_C(0x1716151413121110));
    assert_int_equal(counts.abs64 + counts.abs32 + counts.inverse32, 0);
    assert_null(RELOCATE(0, 1, 1, 1)); /* not even looked at */
}

static void sites_at_the_borders(void **state)
{
    (void)state;
    assert_null(RELOCATE(1, 0, BASE, BASE + IMAGE - 8, 0, 0, BASE + 0x20, BASE + IMAGE - 12));
    assert_int_equal(counts.abs64, 2);
    refused(RELOCATE(1, 0, BASE + IMAGE - 7, 0, 0), "64-bit site 0xffffffff810000f9 is outside");
    refused(RELOCATE(1, 0, 0, 0, BASE + IMAGE - 3), "32-bit site 0xffffffff810000fd is outside");
    refused(RELOCATE(1, 0, 0, BASE - 1, 0), "32-bit site 0xffffffff80ffffff is outside");
    refused(RELOCATE(1, 0, 0, 0, BASE + IMAGE), "0xffffffff81000000 to 0xffffffff81000100");
}

/* Without sign extension a small entry would be an address below 2 GiB: still outside. */
static void sign_extension(void **state)
{
    (void)state;
    refused(RELOCATE(1, 0, 0, 0, 0x1000000), "site 0x1000000 is outside");
    refused(RELOCATE(1, 0, 0, 0, 0x7fffffff), "site 0x7fffffff is outside");
    refused(RELOCATE(1, 0, 0, 0, 0xffffffff), "site 0xffffffffffffffff is outside");
    assert_null(RELOCATE(1, 0, 0, 0, BASE));
}

static void a_table_without_end(void **state)
{
    uint32_t full[IMAGE / 4];

    (void)state;
    for (unsigned int i = 0; i < IMAGE / 4; i++)
        full[i] = BASE + 0x10;
    refused(relocate(1, full, IMAGE / 4),
            "is outside"); /* walks into the image, which is no table */
    free(buffer);
    buffer = malloc(sizeof(full)); /* nothing but a table: the sanitizer sees a step too far */
    memcpy(buffer, full, sizeof(full));
    request.output_len = request.image_len = sizeof(full);
    memcpy(buffer + 0x10, &full[0], 4);
    refused(handle_relocations(buffer, &request, &counts), "relocations: ");
    request.output_len = 3;
    refused(handle_relocations(buffer, &request, &counts), "no end in the 0x3 bytes");
    request.output_len = 0;
    refused(handle_relocations(buffer, &request, &counts), "no end");
}

static void an_image_smaller_than_a_site(void **state)
{
    unsigned char table[12] = {0};

    (void)state;
    request = (struct relocation_request){sizeof(table), 3, PAYLOAD_LOAD_ADDR, 0};
    table[8] = 1;
    refused(handle_relocations(table, &request, &counts), "is outside");
}

static void finding_the_table(void **state)
{
    const uint32_t table[] = {0xaaaa, 0, 1, 2, 0, 0, 3};
    unsigned char bytes[sizeof(table) + 1];
    uint64_t offset = 99;

    (void)state;
    memcpy(bytes, table, sizeof(table));
    assert_null(find_relocations(bytes, sizeof(table), &offset));
    assert_int_equal(offset, 4);
    memcpy(bytes + 1, table, sizeof(table)); /* the file's length need not be a multiple of 4 */
    assert_null(find_relocations(bytes, sizeof(table) + 1, &offset));
    assert_int_equal(offset, 5);
    refused(find_relocations(bytes + 9, sizeof(table) - 8, &offset), "no end");
    refused(find_relocations(bytes, 3, &offset), "no end");
    refused(find_relocations(bytes, 0, &offset), "no end");
}

/* All of a made-up kernel, against sums made elsewhere, loaded anywhere. */
static void a_whole_kernel(void **state)
{
    static unsigned char file[PAYLOAD_SIZE] __attribute__((aligned(8)));
    static unsigned char expect[PAYLOAD_TOTAL_SIZE], memory[PAYLOAD_SIZE];
    const uint64_t deltas[] = {0x200000, 0x3e000000, 0x1000000};

    (void)state;
    payload_make(11, file);
    for (unsigned int i = 0; i < 3; i++) {
        payload_expect(file, 0, memory);
        memcpy(memory + PAYLOAD_ELF_SIZE, file + PAYLOAD_ELF_SIZE, PAYLOAD_TABLE_SIZE);
        payload_expect(file, deltas[i], expect);
        request = (struct relocation_request){PAYLOAD_SIZE, PAYLOAD_TOTAL_SIZE, PAYLOAD_LOAD_ADDR,
                                              PAYLOAD_LOAD_ADDR + deltas[i]};
        assert_null(handle_relocations(memory, &request, &counts));
        assert_memory_equal(memory, expect, PAYLOAD_TOTAL_SIZE);
        assert_int_equal(counts.abs32, PAYLOAD_SITES);
        assert_int_equal(counts.inverse32, PAYLOAD_SITES);
        assert_int_equal(counts.abs64, PAYLOAD_SITES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(three_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(sums_wrap, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lower_address_is_a_delta_too, setup, teardown),
        cmocka_unit_test_setup_teardown(no_delta_no_change, setup, teardown),
        cmocka_unit_test_setup_teardown(sites_at_the_borders, setup, teardown),
        cmocka_unit_test_setup_teardown(sign_extension, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_smaller_than_a_site, setup, teardown),
        cmocka_unit_test_setup_teardown(finding_the_table, setup, teardown),
        cmocka_unit_test_setup_teardown(a_whole_kernel, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
