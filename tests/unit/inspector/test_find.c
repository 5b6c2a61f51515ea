/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which ELF files are taken for an image's, and which are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bundle.h"
#include "find.h"
#include "outcome.h"

static struct bundle ours, other;

static int set_up(void **state)
{
    (void)state;
    ours = make_bundle(0x11);
    other = make_bundle(0x22);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bundle_free(&ours);
    bundle_free(&other);
    return 0;
}

static struct image *open_ours(bool unpack)
{
    struct image *image = NULL;
    struct error *err = image_open(ours.image, &image);

    if (!err && unpack)
        err = image_unpack(image, NULL, NULL);
    good(err);
    return image;
}

static void expect_path(const struct symbols *symbols, const char *path)
{
    if (!path) {
        assert_null(symbols);
        return;
    }
    assert_non_null(symbols);
    assert_string_equal(symbols_path(symbols), path);
}

static void expect_found(const struct image *image, const char *setup, const char *stub,
                         const char *kernel)
{
    struct symbol_files files = {0};

    good(symbols_find(image, &files));
    expect_path(files.setup, setup);
    expect_path(files.stub, stub);
    expect_path(files.kernel, kernel);
    symbol_files_close(&files);
}

static void test_files_of_the_same_folder(void **state)
{
    struct image *image = open_ours(false);

    (void)state;
    expect_found(image, ours.setup, ours.stub, NULL);
    image_close(image);
    image = open_ours(true);
    expect_found(image, ours.setup, ours.stub, ours.kernel);
    image_close(image);
}

/* The name alone proves nothing: all three lie there under the right names, of another build. */
static void test_files_of_another_build_are_passed_over(void **state)
{
    struct image *image;

    (void)state;
    run_tool("cd '%s' && mkdir kept && mv *.elf kept && cp '%s'/*.elf . && echo junk >image.elf",
             ours.folder, other.folder);
    image = open_ours(true);
    /* The synthetic kernel ELFs differ in nothing: entry and segments are evidence enough. */
    expect_found(image, NULL, NULL, ours.kernel);
    image_close(image);
    run_tool("cd '%s' && rm *.elf && mv kept/*.elf . && rmdir kept", ours.folder);
}

static void test_symbols_named_after_the_image_come_first(void **state)
{
    char *beside;
    struct image *image = open_ours(true);

    (void)state;
    assert_true(asprintf(&beside, "%s.elf", ours.image) > 0);
    run_tool("cp '%s' '%s'", ours.stub, beside);
    expect_found(image, ours.setup, beside, ours.kernel);
    run_tool("rm '%s'", beside);
    free(beside);
    image_close(image);
}

static void test_places_that_are_taken_stay(void **state)
{
    struct image *image = open_ours(true);
    struct symbol_files files = {0};
    struct symbols *mine;

    (void)state;
    assert_null(symbols_open(other.stub, &mine));
    files.stub = mine;
    assert_null(symbols_find(image, &files));
    assert_ptr_equal(files.stub, mine);
    expect_path(files.setup, ours.setup);
    symbol_files_close(&files);
    assert_null(files.setup);
    image_close(image);
}

static void test_a_malformed_file_that_belongs_is_an_error(void **state)
{
    struct image *image = open_ours(true);
    struct symbol_files files = {0};

    (void)state;
    /* 63 bytes of records: everything else of the file is as it was. */
    run_tool("cd '%s' && cp setup.elf whole && head -c 63 /dev/zero >records && "
             "objcopy --update-section .checkpoints=records setup.elf",
             ours.folder);
    struct error *err = symbols_find(image, &files);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), "setup.elf: .checkpoints: 63 bytes"));
    assert_true(!files.setup && !files.stub && !files.kernel);
    error_free(err);
    run_tool("cd '%s' && mv whole setup.elf", ours.folder);
    image_close(image);
}

static void test_named_files_find_their_places(void **state)
{
    const char *paths[] = {ours.kernel, ours.stub, ours.setup};
    struct image *image = open_ours(true);
    struct symbol_files files = {0};

    (void)state;
    assert_null(symbols_named(image, paths, 3, &files));
    expect_path(files.setup, ours.setup);
    expect_path(files.stub, ours.stub);
    expect_path(files.kernel, ours.kernel);
    symbol_files_close(&files);
    image_close(image);
}

static void refuse_named(const struct image *image, const char *first, const char *second,
                         const char *part)
{
    const char *paths[] = {first, second};
    struct symbol_files files = {0};

    bad_input(symbols_named(image, paths, second ? 2 : 1, &files), part);
    symbol_files_close(&files);
}

static void test_named_files_that_do_not_belong(void **state)
{
    struct image *image = open_ours(true);

    (void)state;
    refuse_named(image, other.setup, NULL, "setup.elf: belongs to no part of");
    refuse_named(image, other.stub, NULL, "its build ID is");
    refuse_named(image, ours.image, NULL, "image: not an ELF file");
    refuse_named(image, "/no/such.elf", NULL, "/no/such.elf: No such file");
    refuse_named(image, ours.stub, ours.stub, "the same part as");
    image_close(image);
}

static void test_without_an_image_the_kind_decides(void **state)
{
    const char *paths[] = {ours.stub, ours.kernel, other.setup};
    struct symbol_files files = {0};

    (void)state;
    assert_null(symbols_named(NULL, paths, 3, &files));
    expect_path(files.setup, other.setup);
    expect_path(files.stub, ours.stub);
    expect_path(files.kernel, ours.kernel);
    symbol_files_close(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_the_same_folder),
        cmocka_unit_test(test_files_of_another_build_are_passed_over),
        cmocka_unit_test(test_symbols_named_after_the_image_come_first),
        cmocka_unit_test(test_places_that_are_taken_stay),
        cmocka_unit_test(test_a_malformed_file_that_belongs_is_an_error),
        cmocka_unit_test(test_named_files_find_their_places),
        cmocka_unit_test(test_named_files_that_do_not_belong),
        cmocka_unit_test(test_without_an_image_the_kind_decides),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
