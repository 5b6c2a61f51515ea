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
    expect_found(image, NULL, NULL, NULL);
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

/* The bundle's image as Linux's packer leaves one: nothing behind .text, whose end is a CRC. */
static struct blob image_with_crc(void)
{
    struct blob whole = read_blob(ours.image), text;
    char path[4096];

    run_tool("cd '%s' && objcopy -O binary -j .text stub.elf text", ours.folder);
    snprintf(path, sizeof(path), "%s/text", ours.folder);
    text = read_blob(path);
    struct blob image = blob_new(SYNTH_SETUP_SIZE + text.size);
    memcpy(image.data, whole.data, image.size);
    put(&image, BP_syssize, text.size / 16, 4);
    memset(image.data + image.size - 4, 0xc5, 4);
    blob_free(&whole);
    blob_free(&text);
    return image;
}

static struct error *name_stub(const struct blob *blob, struct symbol_files *files)
{
    const char *paths[] = {ours.stub};
    char *path = write_blob(ours.folder, "crc", blob);
    struct image *image;

    good(image_open(path, &image));
    struct error *err = symbols_named(image, paths, 1, files);
    image_close(image);
    free(path);
    return err;
}

static void test_a_decompressor_without_build_id(void **state)
{
    struct symbol_files files = {0};
    struct blob image = image_with_crc();

    (void)state;
    good(name_stub(&image, &files));
    expect_path(files.stub, ours.stub);
    symbol_files_close(&files);
    image.data[image.size - 5] ^= 1;
    bad_input(name_stub(&image, &files), "belongs to no part of");
    blob_free(&image);
    run_tool("cd '%s' && rm crc text", ours.folder);
}

static void expect_vmlinux(const char *path, const char *why)
{
    struct image *image = open_ours(false);
    struct symbol_files files = {0};

    if (why) {
        bad_input(symbols_vmlinux(image, path, &files), why);
        assert_null(files.kernel);
    } else {
        good(symbols_vmlinux(image, path, &files));
        expect_path(files.kernel, path);
        bad_input(symbols_vmlinux(image, path, &files), "the same part as");
    }
    symbol_files_close(&files);
    image_close(image);
}

/* The image need not be unpacked before. */
static void test_vmlinux(void **state)
{
    (void)state;
    expect_vmlinux(ours.kernel, NULL);
    expect_vmlinux(other.kernel, "/image: it has other code or data in a PT_LOAD");
    expect_vmlinux(ours.setup, "this is the setup code: name it with --symbols");
    expect_vmlinux(ours.stub, "this is the decompressor: name it with --symbols");
    expect_vmlinux(other.stub, "not the kernel in");
    expect_vmlinux(ours.image, "not an ELF file");
    expect_vmlinux("/no/such", "/no/such: No such file");
}

static void changed_vmlinux(size_t at, const char *why)
{
    struct blob blob = read_blob(ours.kernel);

    blob.data[at] ^= 1;
    char *path = write_blob(ours.folder, "changed", &blob);
    expect_vmlinux(path, why);
    run_tool("rm '%s'", path);
    free(path);
    blob_free(&blob);
}

static void test_vmlinux_of_another_layout(void **state)
{
    (void)state;
    changed_vmlinux(offsetof(Elf64_Ehdr, e_entry), "its entry is 0x");
    changed_vmlinux(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_memsz),
                    "its PT_LOADs lie elsewhere, or have other sizes");
    changed_vmlinux(sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_type), "has other segments");
    changed_vmlinux(offsetof(Elf64_Ehdr, e_phnum), "has other segments");
    changed_vmlinux(SYNTH_DATA_AT, "has other code or data in a PT_LOAD");
}

static void test_vmlinux_without_an_image(void **state)
{
    struct symbol_files files = {0};

    (void)state;
    bad_input(symbols_vmlinux(NULL, ours.stub, &files), "this is the decompressor");
    good(symbols_vmlinux(NULL, ours.kernel, &files));
    expect_path(files.kernel, ours.kernel);
    symbol_files_close(&files);
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
        cmocka_unit_test(test_a_decompressor_without_build_id),
        cmocka_unit_test(test_vmlinux),
        cmocka_unit_test(test_vmlinux_of_another_layout),
        cmocka_unit_test(test_vmlinux_without_an_image),
        cmocka_unit_test(test_without_an_image_the_kind_decides),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
