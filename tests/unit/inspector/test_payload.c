/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unpacking: all seven codecs, and what hostile data may not do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "packers.h"
#include "payload.h"

/* More than one lz4 block; the others have smaller ones, and slower compressors. */
#define SIZE(codec) ((size_t)((codec) == CODEC_LZ4 ? 9 : 3) << 20)
#define SMALL       ((size_t)40000)

static const enum codec codecs[] = {CODEC_GZIP, CODEC_BZIP2, CODEC_LZMA, CODEC_XZ,
                                    CODEC_LZO,  CODEC_LZ4,   CODEC_ZSTD};
#define FOR_EACH_CODEC(codec)                                                                      \
    for (size_t c_ = 0; c_ < sizeof(codecs) / sizeof(codecs[0]); c_++)                             \
        for (enum codec codec = codecs[c_], once_ = 1; once_; once_ = 0)

static struct error *unpack(enum codec codec, const struct blob *packed, size_t size,
                            struct scratch **ret)
{
    *ret = NULL;
    return payload_unpack(codec, packed->data, packed->size, size, NULL, NULL, ret);
}

/* Expects an input error whose text has that part, and nothing else. */
static void expect_error(struct error *err, const char *part)
{
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (!strstr(error_message(err), part))
        fail_msg("\"%s\" does not say \"%s\"", error_message(err), part);
    error_free(err);
}

static void expect_same(struct error *err, struct scratch *scratch, const struct blob *plain)
{
    if (err)
        fail_msg("%s", error_message(err));
    assert_int_equal(scratch->size, plain->size);
    assert_memory_equal(scratch->bytes, plain->data, plain->size);
    scratch_free(scratch);
}

static void test_each_codec_gives_back_what_went_in(void **state)
{
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob plain = sample(SIZE(codec));
        struct blob packed = pack(codec, &plain);
        assert_int_equal(payload_codec(packed.data, packed.size), codec);
        struct error *err = unpack(codec, &packed, plain.size, &scratch);
        expect_same(err, scratch, &plain);
        blob_free(&packed);
        blob_free(&plain);
    }
}

static void test_codec_is_told_by_its_first_bytes_only_when_they_are_there(void **state)
{
    static const uint8_t old_gzip[] = {0x1f, 0x9e, 0}, nothing[] = {'M', 'Z', 0x90, 0};

    (void)state;
    assert_int_equal(payload_codec(old_gzip, sizeof(old_gzip)), CODEC_GZIP);
    assert_int_equal(payload_codec(nothing, sizeof(nothing)), CODEC_NONE);
    assert_int_equal(payload_codec((const uint8_t *)"\x28\xb5\x2f", 3), CODEC_NONE);
    assert_int_equal(payload_codec(nothing, 0), CODEC_NONE);
}

static void test_length_word_is_exact(void **state)
{
    struct blob plain = sample(SMALL);
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob packed = pack(codec, &plain);
        expect_error(unpack(codec, &packed, plain.size - 1, &scratch),
                     codec == CODEC_LZ4 ? "corrupt lz4 block" : "unpacks to more than the 39999");
        expect_error(unpack(codec, &packed, plain.size + 1, &scratch),
                     "unpacks to 40000 bytes, but its length word says 40001");
        expect_error(unpack(codec, &packed, 0, &scratch), "is not a kernel's size");
        expect_error(unpack(codec, &packed, (size_t)PAYLOAD_UNPACKED_MAX + 1, &scratch),
                     "is not a kernel's size");
        blob_free(&packed);
    }
    blob_free(&plain);
}

static void test_every_truncation_is_an_error(void **state)
{
    struct blob plain = sample(SMALL);
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob packed = pack(codec, &plain);
        size_t whole = packed.size;

        for (packed.size = 0; packed.size < whole;
             packed.size += packed.size < 64 || packed.size + 64 > whole ? 1 : 509) {
            /* a copy of just that length, so that the sanitizer sees a read past it */
            struct blob cut = blob_new(packed.size);
            memcpy(cut.data, packed.data, packed.size);
            expect_error(unpack(codec, &cut, plain.size, &scratch), "");
            blob_free(&cut);
        }
        blob_free(&packed);
    }
    blob_free(&plain);
}

static void test_bytes_after_the_end_are_an_error(void **state)
{
    struct blob plain = sample(SMALL);
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob packed = pack(codec, &plain);
        struct blob longer = blob_new(packed.size + 7);
        memcpy(longer.data, packed.data, packed.size);
        memset(longer.data + packed.size, 0xa5, 7);
        expect_error(unpack(codec, &longer, plain.size, &scratch), "");
        blob_free(&longer);
        blob_free(&packed);
    }
    blob_free(&plain);
}

/* lz4's legacy frame and lzma have no checksum: wrong bytes may come out of them, but never more. */
static bool has_checksum(enum codec codec)
{
    return codec != CODEC_LZ4 && codec != CODEC_LZMA;
}

static void test_flipped_bits_are_found_by_every_codec_with_a_checksum(void **state)
{
    struct blob plain = sample(SMALL);
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob packed = pack(codec, &plain);

        for (size_t bit = 0; bit < packed.size * 8; bit += bit < 512 ? 7 : 4099) {
            packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            struct error *err = unpack(codec, &packed, plain.size, &scratch);
            if (!err && has_checksum(codec))
                assert_memory_equal(scratch->bytes, plain.data, plain.size);
            error_free(err);
            scratch_free(scratch);
            packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        blob_free(&packed);
    }
    blob_free(&plain);
}

static void test_bomb_stops_at_its_length_word(void **state)
{
    struct blob zeros = blob_new(8 << 20);
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        if (codec == CODEC_BZIP2) /* takes its time, and is no different from gzip here */
            continue;
        struct blob packed = pack(codec, &zeros);
        expect_error(unpack(codec, &packed, 1 << 20, &scratch), "");
        blob_free(&packed);
    }
    blob_free(&zeros);
}

struct watch {
    uint64_t total, last, widest;
};

static void on_progress(void *context, uint64_t done, uint64_t total)
{
    struct watch *watch = context;

    assert_int_equal(total, watch->total);
    assert_true(done >= watch->last);
    if (done - watch->last > watch->widest)
        watch->widest = done - watch->last;
    watch->last = done;
}

static void test_progress_climbs_to_the_end(void **state)
{
    struct scratch *scratch;

    (void)state;
    FOR_EACH_CODEC(codec)
    {
        struct blob plain = sample(SIZE(codec));
        struct blob packed = pack(codec, &plain);
        struct watch watch = {.total = plain.size};
        struct error *err = payload_unpack(codec, packed.data, packed.size, plain.size, on_progress,
                                           &watch, &scratch);
        expect_same(err, scratch, &plain);
        assert_int_equal(watch.last, plain.size);
        if (codec != CODEC_LZ4 && codec != CODEC_ZSTD) /* whose units are larger */
            assert_true(watch.widest <= 1 << 20);
        blob_free(&packed);
        blob_free(&plain);
    }
}

#define DICTIONARY_64M 28 /* xz's code: 2 << (28 / 2 + 11) */
#define DICTIONARY_1G5 37
#define DICTIONARY_4G  40

static void test_absurd_dictionary_is_refused(void **state)
{
    struct blob plain = sample(SMALL);
    struct blob xz = pack_xz(&plain), lzma = pack_lzma(&plain);
    struct scratch *scratch;

    (void)state;
    set_xz_dictionary(&xz, DICTIONARY_1G5);
    expect_error(unpack(CODEC_XZ, &xz, SMALL, &scratch), "which no kernel has");
    set_xz_dictionary(&xz, DICTIONARY_4G);
    expect_error(unpack(CODEC_XZ, &xz, SMALL, &scratch), "which no kernel has");
    set_lzma_dictionary(&lzma, 3u << 30);
    expect_error(unpack(CODEC_LZMA, &lzma, SMALL, &scratch), "which no kernel has");
    blob_free(&xz);
    blob_free(&lzma);
    blob_free(&plain);
}

#ifndef __SANITIZE_ADDRESS__ /* whose own allocator is private memory, and a lot of it */
static int unpack_with_little_memory(enum codec codec, const struct blob *packed, size_t size)
{
    const struct rlimit limit = {64 << 20, 64 << 20};
    struct scratch *scratch;

    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        return 2;
    struct error *err = unpack(codec, packed, size, &scratch);
    if (err)
        fprintf(stderr, "%s: %s\n", codec_name(codec), error_message(err));
    return err != NULL;
}

static void in_child(enum codec codec, const struct blob *packed, size_t size)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(unpack_with_little_memory(codec, packed, size));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_large_dictionary_needs_no_private_memory(void **state)
{
    struct blob plain = sample(SMALL);
    struct blob xz = pack_xz(&plain), lzma = pack_lzma(&plain);

    (void)state;
    set_xz_dictionary(&xz, DICTIONARY_64M + 2);
    set_lzma_dictionary(&lzma, 128 << 20);
    in_child(CODEC_XZ, &xz, plain.size);
    in_child(CODEC_LZMA, &lzma, plain.size);
    blob_free(&xz);
    blob_free(&lzma);
    blob_free(&plain);
}

/* 80 MiB out, under a limit of 64. */
static void test_large_output_needs_no_private_memory(void **state)
{
    static const enum codec some[] = {CODEC_GZIP, CODEC_XZ, CODEC_LZO, CODEC_LZ4, CODEC_ZSTD};
    const size_t size = 80 << 20;

    (void)state;
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        struct blob plain = blob_new(size);
        struct blob packed = pack(some[i], &plain);
        blob_free(&plain); /* before the child inherits it */
        in_child(some[i], &packed, size);
        blob_free(&packed);
    }
}
#endif

static void test_no_room_for_the_output_names_the_folder(void **state)
{
    struct blob plain = sample(SMALL);
    struct blob packed = pack_gzip(&plain);
    const char *before = getenv("TMPDIR");
    char *kept = before ? strdup(before) : NULL;
    struct scratch *scratch;

    (void)state;
    setenv("TMPDIR", "/proc/no-such-folder", 1);
    struct error *err = unpack(CODEC_GZIP, &packed, SMALL, &scratch);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_SYSTEM);
    assert_non_null(strstr(error_message(err), "/proc/no-such-folder"));
    error_free(err);
    free(kept);
    blob_free(&packed);
    blob_free(&plain);
}

/* The kernel's lzo reader passes over exactly one check per block. */
static void test_lzo_with_other_checks_than_the_kernel_reads(void **state)
{
    struct blob plain = sample(SMALL);
    struct blob packed = pack_lzo(&plain);
    struct scratch *scratch;

    (void)state;
    put_be(&packed, LZOP_FLAGS_AT, 0x0003, 4);
    expect_error(unpack(CODEC_LZO, &packed, SMALL, &scratch), "other checks");
    put_be(&packed, LZOP_FLAGS_AT, 0, 4);
    expect_error(unpack(CODEC_LZO, &packed, SMALL, &scratch), "other checks");
    blob_free(&packed);
    blob_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_codec_gives_back_what_went_in),
        cmocka_unit_test(test_codec_is_told_by_its_first_bytes_only_when_they_are_there),
        cmocka_unit_test(test_length_word_is_exact),
        cmocka_unit_test(test_every_truncation_is_an_error),
        cmocka_unit_test(test_bytes_after_the_end_are_an_error),
        cmocka_unit_test(test_flipped_bits_are_found_by_every_codec_with_a_checksum),
        cmocka_unit_test(test_bomb_stops_at_its_length_word),
        cmocka_unit_test(test_progress_climbs_to_the_end),
        cmocka_unit_test(test_absurd_dictionary_is_refused),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_large_dictionary_needs_no_private_memory),
        cmocka_unit_test(test_large_output_needs_no_private_memory),
#endif
        cmocka_unit_test(test_no_room_for_the_output_names_the_folder),
        cmocka_unit_test(test_lzo_with_other_checks_than_the_kernel_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
