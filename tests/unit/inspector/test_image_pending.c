/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payload that is unpacked in two steps, by a thread: what is known in between, and afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "group_folder.h"
#include "image.h"
#include "outcome.h"

#define BIG (20u << 20) /* smaller payloads are unpacked at once */

/* Program header 2, .data, with so much more in it; and a relocation table of one site behind. */
static struct blob big_kernel(void)
{
    static const uint32_t abs64[] = SYNTH_ABS64, none[] = {0};
    struct blob blob = synth_elf(BIG + 4 * 6);
    Elf64_Phdr data;
    size_t at = sizeof(Elf64_Ehdr) + 2 * sizeof(data);

    memcpy(&data, blob.data + at, sizeof(data));
    data.p_filesz += BIG;
    data.p_memsz += BIG;
    put_segment(&blob, 2, &data);
    at = put_sites(&blob, SYNTH_ELF_SIZE + BIG, SYNTH_DATA, abs64, 3);
    at = put_sites(&blob, at, SYNTH_TEXT, none, 0);
    put_sites(&blob, at, SYNTH_TEXT, none, 0);
    return blob;
}

static struct image *open_kernel(const struct blob *kernel, size_t damage)
{
    struct blob payload = pack_payload(CODEC_GZIP, kernel);
    struct image *image;

    if (damage)
        payload.data[payload.size - damage] ^= 0x55;
    struct blob file = synth_image(&payload);
    char *path = write_blob(folder, "image", &file);
    assert_null(image_open(path, &image));
    free(path);
    blob_free(&file);
    blob_free(&payload);
    return image;
}

static void test_two_steps(void **state)
{
    struct blob kernel = big_kernel();
    struct image *image = open_kernel(&kernel, 0);

    (void)state;
    assert_null(image_unpack_begin(image));
    assert_non_null(image->pending);
    /* What the header says, and nothing of what is not there yet. */
    assert_int_equal(image->kernel.bits, 64);
    assert_int_equal(image->kernel.entry, SYNTH_ENTRY);
    assert_int_equal(image->kernel.segment_count, SYNTH_SEGMENTS);
    assert_int_equal(image->kernel.size, kernel.size);
    assert_null(image->kernel.bytes);
    assert_null(image->unpacked);
    assert_null(image_unpack_finish(image));
    assert_non_null(image->unpacked);
    assert_memory_equal(image->kernel.bytes, kernel.data, kernel.size);
    assert_int_equal(image->kernel.abs64.count, 3);
    assert_null(image_unpack_finish(image));
    image_close(image);
    blob_free(&kernel);
}

/* Who asks for the kernel, or to unpack it, waits; who closes the image does, too. */
static void test_waiting(void **state)
{
    struct blob kernel = big_kernel();
    struct image *image = open_kernel(&kernel, 0);

    (void)state;
    assert_null(image_kernel(image));
    assert_null(image_unpack_begin(image));
    assert_ptr_equal(image_kernel(image), &image->kernel);
    assert_int_equal(image->kernel.bytes[SYNTH_TEXT_AT + 1], 7);
    assert_null(image_unpack_finish(image));
    image_close(image);
    image = open_kernel(&kernel, 0);
    assert_null(image_unpack_begin(image));
    assert_null(image_unpack(image, NULL, NULL));
    assert_non_null(image->kernel.bytes);
    image_close(image);
    image = open_kernel(&kernel, 0);
    assert_null(image_unpack_begin(image));
    image_close(image);
    blob_free(&kernel);
}

/* Damage behind the beginning is an error of the second step, whoever waited for it. */
static void test_damage(void **state)
{
    struct blob kernel = big_kernel();
    struct image *image = open_kernel(&kernel, 12);

    (void)state;
    assert_null(image_unpack_begin(image));
    assert_non_null(image->pending);
    assert_null(image_kernel(image));
    struct error *err = image_unpack_finish(image);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    assert_non_null(strstr(error_message(err), "image: gzip payload: "));
    error_free(err);
    assert_int_equal(image->kernel.bits, 0);
    assert_null(image->unpacked);
    assert_null(image_unpack_finish(image));
    image_close(image);
    blob_free(&kernel);
}

static void test_at_once(void **state)
{
    struct blob kernel = synth_kernel(true);
    struct image *image = open_kernel(&kernel, 0);

    (void)state;
    assert_null(image_unpack_begin(image));
    assert_null(image->pending);
    assert_non_null(image->kernel.bytes);
    image_close(image);
    blob_free(&kernel);
    /* A beginning that is no ELF: the whole says so. */
    kernel = big_kernel();
    kernel.data[0] = 'x';
    image = open_kernel(&kernel, 0);
    struct error *err = image_unpack_begin(image);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), "no ELF"));
    assert_null(image->pending);
    error_free(err);
    image_close(image);
    blob_free(&kernel);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_two_steps),
    cmocka_unit_test(test_waiting),
    cmocka_unit_test(test_damage),
    cmocka_unit_test(test_at_once),
};

int main(void)
{
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
