/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inflate.c and heap.c: good data, and every way for it to be bad. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include <zlib.h>

#include "heap.h"
#include "inflate.h"
#include "make_payload.h"
#include "platform_host.h"
#include "stub_string.h"

extern unsigned char boot_heap[BOOT_HEAP_SIZE];

#define SMALL 600

static unsigned char data[PAYLOAD_SIZE] __attribute__((aligned(8)));
static unsigned char output[PAYLOAD_SIZE + 64];
static unsigned char *packed; /* small: the first SMALL bytes of data */
static uint32_t packed_size;
static struct inflated inflated;

static int setup(void **state)
{
    (void)state;
    host_reset();
    heap_init(boot_heap, BOOT_HEAP_SIZE);
    payload_make(1, data);
    memset(output, 0xee, sizeof(output));
    packed = payload_gzip(data, SMALL, 9, &packed_size);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(packed);
    return 0;
}

/* Exactly sized, so that the sanitizer sees a byte read behind the end. */
static const struct boot_error *inflate_copy(const unsigned char *input, uint32_t size,
                                             uint32_t output_len)
{
    unsigned char *copy = malloc(size ? size : 1);
    const struct boot_error *error;

    memcpy(copy, input, size);
    error = gunzip(copy, size, output, output_len, &inflated);
    free(copy);
    return error;
}

static void error_says(const struct boot_error *error, const char *text)
{
    assert_non_null(error);
    if (!strstr(error->message, text))
        fail_msg("\"%s\" does not say \"%s\"", error->message, text);
}

static void good_data(void **state)
{
    uint64_t free_before = free_mem_ptr;

    (void)state;
    for (int level = 0; level <= 9; level++) {
        uint32_t size;
        unsigned char *input = payload_gzip(data, PAYLOAD_SIZE, level, &size);

        memset(output, 0xee, sizeof(output));
        assert_null(inflate_copy(input, size, PAYLOAD_SIZE));
        assert_memory_equal(output, data, PAYLOAD_SIZE);
        assert_int_equal(output[PAYLOAD_SIZE], 0xee);
        assert_int_equal(inflated.bytes, PAYLOAD_SIZE);
        assert_int_equal(inflated.crc32, crc32(0, data, PAYLOAD_SIZE));
        assert_int_equal(free_mem_ptr, free_before); /* the heap is as it was */
        free(input);
    }
}

/*
 * As in the guest: the input at the end of the buffer that the output fills from its start. The
 * sanitizer also sees a memcpy whose sides overlap.
 */
static void in_place(void **state)
{
    static unsigned char big[4 << 20];
    uint64_t random = 5;

    (void)state;
    for (unsigned int i = 0; i < sizeof(big); i++)
        big[i] = i & 0x40000 ? payload_random(&random) : i / 100; /* runs that do not shrink */
    for (int level = 0; level <= 9; level += 3) {
        uint32_t size;
        unsigned char *input = payload_gzip(big, sizeof(big), level, &size);
        size_t room = sizeof(big) + (sizeof(big) >> 8) + 65536 + 128;
        unsigned char *buffer = malloc(room);

        memcpy(buffer + room - size, input, size);
        assert_null(gunzip(buffer + room - size, size, buffer, sizeof(big), &inflated));
        assert_memory_equal(buffer, big, sizeof(big));
        free(buffer);
        free(input);
    }
}

static void truncated_anywhere(void **state)
{
    (void)state;
    for (uint32_t size = 0; size < packed_size; size++)
        error_says(inflate_copy(packed, size, SMALL),
                   size == 0 ? "input truncated: 0 bytes" : "input truncated");
}

/* One bit of every byte, and every bit of the header: nothing passes with other bytes. */
static void flipped_bits(void **state)
{
    unsigned int failed = 0;

    (void)state;
    for (uint32_t bit = 0; bit < packed_size * 8; bit++) {
        packed[bit / 8] ^= 1 << bit % 8;
        if (inflate_copy(packed, packed_size, SMALL))
            failed++;
        else
            assert_memory_equal(output, data, SMALL); /* a bit of the header's time or OS field */
        packed[bit / 8] ^= 1 << bit % 8;
    }
    assert_true(failed >= (packed_size - 10) * 8 && failed < packed_size * 8);
    assert_null(inflate_copy(packed, packed_size, SMALL));
}

static void wrong_crc_names_both(void **state)
{
    (void)state;
    packed[packed_size - 8] ^= 0x10;
    error_says(inflate_copy(packed, packed_size, SMALL), "crc32 is 0x");
    error_says(inflate_copy(packed, packed_size, SMALL), "its gzip trailer says 0x");
}

static void wrong_length_in_the_trailer(void **state)
{
    (void)state;
    packed[packed_size - 4] ^= 0x10;
    error_says(inflate_copy(packed, packed_size, SMALL), "incorrect length check");
}

static void other_length_than_the_image_says(void **state)
{
    (void)state;
    error_says(inflate_copy(packed, packed_size, SMALL - 1), "longer than the 599 bytes");
    error_says(inflate_copy(packed, packed_size, SMALL + 1), "600 bytes long, the image says 601");
    error_says(inflate_copy(packed, packed_size, 0), "longer than the 0 bytes");
    assert_int_equal(output[SMALL], 0xee);
}

static void bytes_behind(void **state)
{
    unsigned char *more = calloc(1, packed_size + 7);

    (void)state;
    memcpy(more, packed, packed_size);
    error_says(inflate_copy(more, packed_size + 7, SMALL), "7 bytes follow the gzip data");
    free(more);
}

static void not_gzip(void **state)
{
    unsigned char xz[32] = {0xfd, '7', 'z', 'X', 'Z'};

    (void)state;
    error_says(inflate_copy(xz, sizeof(xz), SMALL), "not gzip data: starts with 0xfd 0x37");
    packed[2] = 7; /* a method that is not deflate */
    error_says(inflate_copy(packed, packed_size, SMALL), "unknown compression method");
    packed[2] = 8;
    packed[3] = 0xe0; /* reserved flags */
    error_says(inflate_copy(packed, packed_size, SMALL), "bad gzip data at input byte");
}

static void no_room_on_the_heap(void **state)
{
    uint64_t before;

    (void)state;
    heap_init(boot_heap, 1024);
    before = free_mem_ptr;
    error_says(inflate_copy(packed, packed_size, SMALL), "heap too small");
    assert_int_equal(free_mem_ptr, before);
    heap_init(boot_heap, 8192); /* room for the state, not for the window that it asks for */
    error_says(inflate_copy(packed, packed_size / 2, SMALL), "heap too small");
}

static void heap_blocks(void **state)
{
    unsigned char *one, *two;

    (void)state;
    heap_init(boot_heap + 1, 100);
    one = heap_alloc(10);
    two = heap_alloc(20);
    assert_int_equal((uintptr_t)one % 16, 0);
    assert_int_equal((uintptr_t)two % 16, 0);
    assert_true(two >= one + 10);
    assert_null(heap_alloc(100));
    assert_null(heap_alloc(UINT64_MAX));
    heap_free(NULL);
    heap_free(one);
    assert_true(heap_alloc(1) > (void *)two); /* two is still in use */
    heap_free(two);
    heap_free(two);
    assert_ptr_equal(heap_alloc(80), one);
    heap_init(boot_heap, 64);
    assert_non_null(heap_alloc(64));
    assert_null(heap_alloc(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_data, setup, teardown),
        cmocka_unit_test_setup_teardown(in_place, setup, teardown),
        cmocka_unit_test_setup_teardown(truncated_anywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(flipped_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_crc_names_both, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_length_in_the_trailer, setup, teardown),
        cmocka_unit_test_setup_teardown(other_length_than_the_image_says, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(not_gzip, setup, teardown),
        cmocka_unit_test_setup_teardown(no_room_on_the_heap, setup, teardown),
        cmocka_unit_test_setup_teardown(heap_blocks, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
