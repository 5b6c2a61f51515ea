/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bzImage's header and the kernel behind it: what is read, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "group_folder.h"
#include "image.h"
#include "outcome.h"

static struct error *open_blob(const struct blob *blob, struct image **ret)
{
    char *path = write_blob(folder, "image", blob);
    struct error *err = image_open(path, ret);

    free(path);
    return err;
}

/* Opens and, when that succeeds, unpacks; closes again on error. */
static struct error *open_unpacked(const struct blob *blob, struct image **ret)
{
    struct error *err = open_blob(blob, ret);

    if (err)
        return err;
    err = image_unpack(*ret, NULL, NULL);
    if (err)
        image_close(*ret);
    return err;
}

static struct image *must_open(const struct blob *blob)
{
    struct image *image = NULL;

    good(open_unpacked(blob, &image));
    return image;
}

static void expect(struct error *err, const char *part)
{
    bad_input(one_line(err), part);
}

/* The image with one field changed must be refused with these words. */
static void refuse(size_t at, uint64_t value, size_t width, const char *part)
{
    struct blob blob = synth_usual_image();
    struct image *image = NULL;

    put(&blob, at, value, width);
    expect(open_unpacked(&blob, &image), part);
    blob_free(&blob);
}

static void test_fields(void **state)
{
    struct blob blob = synth_usual_image();
    struct image *image = must_open(&blob);

    (void)state;
    assert_string_equal(image->version, SYNTH_VERSION);
    assert_int_equal(image->setup.version, 0x20f);
    assert_int_equal(image->setup.setup_sects, SYNTH_SETUP_SECTS);
    assert_int_equal(image->setup.pref_address, TEACHING_PHYSICAL_ADDR);
    assert_int_equal(image->setup.init_size, SYNTH_INIT_SIZE);
    assert_int_equal(image->setup.kernel_alignment, TEACHING_PHYSICAL_ALIGN);
    assert_int_equal(image->setup.min_alignment, 21);
    assert_true(image->setup.relocatable_kernel);
    assert_int_equal(image->protected_offset, SYNTH_SETUP_SIZE);
    assert_int_equal(image->protected_size, blob.size - SYNTH_SETUP_SIZE);
    assert_int_equal(image->codec, CODEC_GZIP);
    assert_ptr_equal(image->payload, image->bytes + SYNTH_SETUP_SIZE + SYNTH_PAYLOAD_AT);
    assert_string_equal(image->build_id, "5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b5b");
    image_close(image);
    blob_free(&blob);
}

static void test_payload_of_every_codec_is_found_and_spared_its_length_word(void **state)
{
    struct blob kernel = synth_kernel(true);

    (void)state;
    for (enum codec codec = CODEC_GZIP; codec <= CODEC_ZSTD; codec++) {
        struct blob payload = pack_payload(codec, &kernel);
        struct blob blob = synth_image(&payload);
        struct image *image = must_open(&blob);

        assert_int_equal(image->codec, codec);
        assert_int_equal(image->payload_size, payload.size - (codec == CODEC_GZIP ? 0 : 4));
        assert_int_equal(image->unpacked_size_hint, kernel.size);
        assert_int_equal(image->kernel.size, kernel.size);
        assert_memory_equal(image->kernel.bytes, kernel.data, kernel.size);
        image_close(image);
        blob_free(&blob);
        blob_free(&payload);
    }
    blob_free(&kernel);
}

static void test_unpacking_twice_does_nothing(void **state)
{
    struct blob blob = synth_usual_image();
    struct image *image = must_open(&blob);
    const uint8_t *bytes = image->kernel.bytes;

    (void)state;
    assert_null(image_unpack(image, NULL, NULL));
    assert_ptr_equal(image->kernel.bytes, bytes);
    image_close(image);
    blob_free(&blob);
}

static void test_header_that_is_none(void **state)
{
    (void)state;
    refuse(BP_boot_flag, 0x55ab, 2, "not a bzImage: no 0xaa55 signature at 0x1fe");
    refuse(BP_header, 0, 4, "not a bzImage, but a boot sector with no HdrS signature at 0x202");
    refuse(BP_version, 0x0209, 2, "boot protocol 2.09 is too old: init_size and pref_address");
    refuse(BP_loadflags, 0, 1, "not a bzImage, but a zImage (loadflags 0x0 has no LOADED_HIGH)");
    refuse(BP_xloadflags, XLF_CAN_BE_LOADED_ABOVE_4G, 2,
           "unpacks to a 64-bit kernel, but xloadflags 0x2 has no XLF_KERNEL_64");
    refuse(BP_syssize, 0, 4, "syssize is 0");
}

static void test_numbers_that_lead_outside_the_file(void **state)
{
    (void)state;
    refuse(BP_syssize, UINT32_MAX, 4, "behind the payload: 6871");
    refuse(BP_setup_sects, 0xff, 1, "truncated in its setup code: ");
    refuse(BP_payload_offset, UINT32_MAX, 4, "payload [0xffffffff");
    refuse(BP_payload_offset, UINT32_MAX - 15, 4, "is outside the");
    refuse(BP_payload_length, UINT32_MAX, 4, "is outside the");
    refuse(BP_payload_length, UINT32_MAX - SYNTH_PAYLOAD_AT + 1, 4, "is outside the");
    refuse(BP_payload_length, 0, 4, "is outside the");
    refuse(BP_payload_length, 7, 4, "is outside the");
    refuse(BP_payload_offset, SYNTH_PAYLOAD_AT - 4, 4, "no codec that Linux uses");
}

static void test_zero_setup_sectors_means_four(void **state)
{
    struct blob blob = synth_usual_image();
    struct image *image = NULL;

    (void)state;
    put(&blob, BP_setup_sects, 0, 1);
    put(&blob, BP_payload_offset, SYNTH_PAYLOAD_AT + 512, 4);
    assert_null(open_unpacked(&blob, &image));
    assert_int_equal(image->protected_offset, 5 * 512);
    image_close(image);
    blob_free(&blob);
}

static void test_every_truncation_is_refused(void **state)
{
    struct blob blob = synth_usual_image();
    size_t whole = blob.size;
    struct image *image;

    (void)state;
    for (blob.size = 0; blob.size < whole; blob.size += blob.size < 0x280 ? 1 : 61)
        expect(open_blob(&blob, &image), "image: ");
    blob.size = whole - 1;
    expect(open_blob(&blob, &image), "truncated");
    blob_free(&blob);
}

/* Which part is cut, and how much of it is missing. */
static void test_the_part_that_is_cut(void **state)
{
    struct blob blob = synth_usual_image();
    size_t payload = SYNTH_SETUP_SIZE + SYNTH_PAYLOAD_AT, whole = blob.size;
    const struct {
        size_t size;
        const char *part;
    } cases[] = {
        {BP_hdr + 30, "truncated in its setup header, after 527 bytes; copy the file again"},
        {SYNTH_SETUP_SIZE, "truncated in its setup code: "},
        {SYNTH_SETUP_SIZE + 1, "truncated in its decompressor, before the payload: "},
        {payload, "truncated in its decompressor, before the payload: "},
        {payload + 1, "truncated in its compressed payload: "},
        {whole - 1, "truncated in its decompressor, behind the payload: 1 of "},
    };
    struct image *image;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        blob.size = cases[i].size;
        expect(open_blob(&blob, &image), cases[i].part);
    }
    blob_free(&blob);
}

static void test_signature_behind_the_code_is_no_harm(void **state)
{
    struct blob blob = synth_usual_image();
    struct blob longer = blob_new(blob.size + 1500);

    (void)state;
    memcpy(longer.data, blob.data, blob.size);
    image_close(must_open(&longer));
    blob_free(&longer);
    blob_free(&blob);
}

/* Every bit of the header, one by one: refused or read, but never outside the file. */
static void test_flipped_header_bits(void **state)
{
    struct blob blob = synth_usual_image();

    (void)state;
    for (size_t bit = BP_hdr * 8; bit < BP_hdr_end * 8; bit++) {
        struct image *image = NULL;

        blob.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct error *err = open_unpacked(&blob, &image);
        if (!err) {
            assert_true(image->payload >= image->bytes);
            assert_true(image->payload + image->payload_size <= image->bytes + image->size);
            image_close(image);
        }
        error_free(err);
        blob.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    blob_free(&blob);
}

static void test_version_string_is_bounded_and_printable(void **state)
{
    struct blob blob = synth_usual_image();
    struct image *image;

    (void)state;
    memcpy(blob.data + SYNTH_VERSION_AT, "6.1\033[31m\xff", 9);
    memset(blob.data + SYNTH_VERSION_AT + 9, 'x', 200);
    image = must_open(&blob);
    assert_memory_equal(image->version, "6.1.[31m.x", 10);
    assert_int_equal(strlen(image->version), sizeof(image->version) - 1);
    image_close(image);

    put(&blob, BP_kernel_version, SYNTH_SETUP_SIZE - 0x200 - 3, 2);
    image = must_open(&blob);
    assert_int_equal(strlen(image->version), 3); /* it ends where the setup code does */
    image_close(image);

    put(&blob, BP_kernel_version, 0xffff, 2);
    image = must_open(&blob);
    assert_string_equal(image->version, "");
    image_close(image);
    blob_free(&blob);
}

/* A note inside the compressed data is somebody else's: chance, or a kernel that was stored. */
static void test_build_id_is_not_taken_from_the_payload(void **state)
{
    struct blob blob = synth_usual_image();
    struct image *image;

    (void)state;
    put(&blob, SYNTH_SETUP_SIZE + SYNTH_STUB_NOTE_AT, 0, 4);
    put_note(&blob, SYNTH_SETUP_SIZE + SYNTH_PAYLOAD_AT + 64, 0x77);
    assert_null(open_blob(&blob, &image));
    assert_string_equal(image->build_id, "");
    image_close(image);
    put_note(&blob, blob.size - 64, 0x66);
    assert_null(open_blob(&blob, &image));
    assert_memory_equal(image->build_id, "6666", 4);
    image_close(image);
    blob_free(&blob);
}

static void refuse_path(const char *path, const char *part)
{
    struct image *image;

    expect(image_open(path, &image), part);
}

static const char *make_socket(void)
{
    static struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    return address.sun_path;
}

static void test_things_that_are_no_files(void **state)
{
    char *fifo;

    (void)state;
    refuse_path("/no/such/file", "/no/such/file: No such file or directory");
    refuse_path(folder, "is a directory, not a file");
    refuse_path("/dev/null", "/dev/null: is a device, not a file");
    assert_true(asprintf(&fifo, "%s/fifo", folder) > 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    refuse_path(fifo, "is a FIFO, not a file"); /* and nobody waits for a writer */
    free(fifo);
    refuse_path(make_socket(), "is a socket, not a file");
    struct blob empty = {(uint8_t *)(uintptr_t) "", 0};
    struct image *image;
    expect(open_blob(&empty, &image), "image: is empty");
}

static void test_other_files_are_called_by_their_name(void **state)
{
    static const struct {
        size_t at;
        const char *bytes, *part;
    } cases[] = {
        {0, "\177ELF", "image: not a bzImage, but an ELF file"},
        {56, "ARM\x64", "image: not a bzImage, but an arm64 Image"},
        {0, "\x1f\x8b", "image: not a bzImage, but gzip data"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t size = 100; size <= 4096; size += 3996) {
            struct blob blob = blob_new(size);
            struct image *image;

            memcpy(blob.data + cases[i].at, cases[i].bytes, strlen(cases[i].bytes));
            expect(open_blob(&blob, &image), cases[i].part);
            blob_free(&blob);
        }
    }
}

static void test_length_word_that_lies(void **state)
{
    struct blob kernel = synth_kernel(true);
    struct image *image;

    (void)state;
    for (enum codec codec = CODEC_BZIP2; codec <= CODEC_ZSTD; codec++) {
        struct blob payload = pack_payload(codec, &kernel);
        put(&payload, payload.size - 4, 0xfffffff0, 4);
        struct blob blob = synth_image(&payload);
        expect(open_unpacked(&blob, &image), "payload: length word 4294967280");
        blob_free(&blob);
        blob_free(&payload);
    }
    blob_free(&kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_payload_of_every_codec_is_found_and_spared_its_length_word),
        cmocka_unit_test(test_unpacking_twice_does_nothing),
        cmocka_unit_test(test_header_that_is_none),
        cmocka_unit_test(test_numbers_that_lead_outside_the_file),
        cmocka_unit_test(test_zero_setup_sectors_means_four),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_the_part_that_is_cut),
        cmocka_unit_test(test_signature_behind_the_code_is_no_harm),
        cmocka_unit_test(test_flipped_header_bits),
        cmocka_unit_test(test_version_string_is_bounded_and_printable),
        cmocka_unit_test(test_build_id_is_not_taken_from_the_payload),
        cmocka_unit_test(test_things_that_are_no_files),
        cmocka_unit_test(test_other_files_are_called_by_their_name),
        cmocka_unit_test(test_length_word_that_lies),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
