/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The teaching image as the build made it: is every number in it what it must be? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cmocka.h>

#include "image_reader.h"
#include "run.h"

static void test_header(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
    size_t elf_size;
    uint8_t *elf = load_file(STUB_FILE, &elf_size);
    const struct setup_header *h = &image.header;
    assert_int_equal(h->boot_flag, 0xaa55);
    assert_int_equal(h->header, 0x53726448);
    assert_true(h->setup_sects >= 4);
    /* Everything after the setup sectors, CRC included, in 16-byte units. */
    assert_int_equal(image.code + (size_t)h->syssize * 16, image.size);
    assert_int_equal(h->pref_address, 0x1000000);
    assert_int_equal(h->kernel_alignment, 0x200000);
    assert_int_equal(h->min_alignment, 21);
    assert_int_equal(h->relocatable_kernel, 1);
    assert_int_equal(h->payload_offset, symbol(elf, "input_data"));
    assert_int_equal(h->payload_length, symbol(elf, "z_input_len"));
    assert_int_equal(symbol(elf, "input_data_end") - symbol(elf, "input_data"), h->payload_length);
    assert_int_equal(symbol(elf, "LOAD_PHYSICAL_ADDR"), 0x1000000);
    free(elf);
    free(image.bytes);
}

/* The kernel's rule, from its description: room for the larger of kernel and stub behind slack. */
static void test_init_size(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
    size_t size;
    uint8_t *elf = load_file(STUB_FILE, &size);
    uint64_t input = symbol(elf, "z_input_len"), output = symbol(elf, "z_output_len");
    uint64_t offset = output - input + output / 256 + 128 * 1024;
    assert_true(output > input);
    assert_true(offset > symbol(elf, "_ehead"));
    uint64_t expected = symbol(elf, "_end") + (offset + 4095) / 4096 * 4096;
    assert_int_equal(image.header.init_size, expected);
    free(elf);
    free(image.bytes);
}

/* Follows kernel_total_size to its bytes in the image: one word that only C in the guest reads. */
static void test_words_for_the_stub(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
    size_t size;
    uint8_t *elf = load_file(STUB_FILE, &size);
    uint64_t total, physical;
    uint32_t input, output;
    memcpy(&total, image.bytes + image.code + symbol(elf, "kernel_total_size"), 8);
    memcpy(&physical, image.bytes + image.code + symbol(elf, "load_physical_addr"), 8);
    memcpy(&input, image.bytes + image.code + symbol(elf, "input_len"), 4);
    memcpy(&output, image.bytes + image.code + symbol(elf, "output_len"), 4);
    free(elf);

    uint8_t *kernel = load_file(BUILD "/kernel.elf", &size);
    assert_int_equal(total, symbol(kernel, "_end") - symbol(kernel, "_text"));
    assert_int_equal(physical, 0x1000000);
    assert_int_equal(input, image.header.payload_length);
    free(kernel);
    struct stat bin, table;
    assert_int_equal(stat(BIN_FILE, &bin), 0);
    assert_int_equal(stat(TABLE_FILE, &table), 0);
    assert_int_equal(output, bin.st_size + table.st_size);
    free(image.bytes);
}

static void test_crc_over_the_file_is_zero(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
    /* Without the final inversion: crc32() of zlib inverts, so invert it back. */
    assert_int_equal((uint32_t)~crc32(0, image.bytes, (uInt)image.size), 0);
    free(image.bytes);
}

static void test_payload_is_kernel_and_table(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
    size_t size, bin_size, table_size;
    uint8_t *payload = unpack(&image, &size);
    uint8_t *bin = load_file(BIN_FILE, &bin_size), *table = load_file(TABLE_FILE, &table_size);
    assert_int_equal(size, bin_size + table_size);
    assert_memory_equal(payload, bin, bin_size);
    assert_memory_equal(payload + bin_size, table, table_size);
    free(payload);
    free(bin);
    free(table);
    free(image.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_init_size),
        cmocka_unit_test(test_words_for_the_stub),
        cmocka_unit_test(test_crc_over_the_file_is_zero),
        cmocka_unit_test(test_payload_is_kernel_and_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
