/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage list, from checkpoint records of setup and stub and from the kernel in an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "assembled.h"
#include "discover.h"
#include "group_folder.h"
#include "outcome.h"
#include "stages.h"

static struct symbols *open_records(const char *name, unsigned int bits, const char *records)
{
    char source[32768];
    struct symbols *symbols = NULL;

    snprintf(source, sizeof(source), "start: nop\n" RECORDS "%s", records);
    char *path = make_elf(folder, name, bits, source);
    good(symbols_open(path, &symbols));
    free(path);
    return symbols;
}

static struct image *open_usual_image(void)
{
    struct blob blob = synth_usual_image();
    char *path = write_blob(folder, "image", &blob);
    struct image *image = NULL;

    assert_null(image_open(path, &image));
    free(path);
    blob_free(&blob);
    return image;
}

static void expect_stage(const struct stage *stage, const char *name, uint32_t index,
                         unsigned int bits, enum module module, uint64_t address)
{
    assert_non_null(stage);
    assert_string_equal(stage->name, name);
    assert_int_equal(stage->index, index);
    assert_int_equal(stage->bits, bits);
    assert_int_equal(stage->module, module);
    assert_int_equal(stage->address, address);
}

static void test_list_is_in_order_of_index(void **state)
{
    struct symbols *setup = open_records(
        "setup", 32, RECORD("0x32", "1", "16", "second") RECORD("0x30", "0", "16", "first"));
    struct symbols *stub = open_records(
        "stub", 64,
        RECORD("0x900", "4", "64", "fourth") RECORD("0x700", "0xffffffff", "64", "error")
            RECORD("0x20", "3", "32", "third") RECORD("0x600", "0xffffffff", "32", "error"));
    struct image *image = open_usual_image();
    struct stages stages;

    (void)state;
    assert_null(image_unpack(image, NULL, NULL));
    assert_null(stages_from_symbols(setup, stub, image, &stages));
    assert_int_equal(stages.count, 5);
    expect_stage(&stages.list[0], "first", 0, 16, MODULE_SETUP, 0x30);
    expect_stage(&stages.list[1], "second", 1, 16, MODULE_SETUP, 0x32);
    expect_stage(&stages.list[2], "third", 3, 32, MODULE_STUB, 0x20);
    expect_stage(&stages.list[3], "fourth", 4, 64, MODULE_STUB, 0x900);
    expect_stage(&stages.list[4], "kernel-entry", 20, 64, MODULE_KERNEL, SYNTH_ENTRY);
    assert_int_equal(stages.error_count, 2);
    expect_stage(&stages.errors[0], "error", CHECKPOINT_ERROR, 64, MODULE_STUB, 0x700);
    expect_stage(&stages.errors[1], "error", CHECKPOINT_ERROR, 32, MODULE_STUB, 0x600);
    symbols_close(setup);
    symbols_close(stub);
    image_close(image);
}

static void test_any_input_may_be_missing(void **state)
{
    struct image *image = open_usual_image(); /* not unpacked: its kernel is not known */
    struct stages stages;

    (void)state;
    assert_null(stages_from_symbols(NULL, NULL, NULL, &stages));
    assert_int_equal(stages.count, 0);
    assert_null(stages_from_symbols(NULL, NULL, image, &stages));
    assert_int_equal(stages.count, 0);
    assert_null(image_unpack(image, NULL, NULL));
    assert_null(stages_from_symbols(NULL, NULL, image, &stages));
    assert_int_equal(stages.count, 1);
    assert_int_equal(stages.error_count, 0);
    image_close(image);
}

/* Somebody else's boot code counts as it likes; the kernel still comes last. */
static void test_kernel_entry_comes_after_a_longer_list(void **state)
{
    struct symbols *stub = open_records(
        "stub", 64, RECORD("1", "20", "64", "theirs") RECORD("2", "31", "64", "their-last"));
    struct image *image = open_usual_image();
    struct stages stages;

    (void)state;
    assert_null(image_unpack(image, NULL, NULL));
    assert_null(stages_from_symbols(NULL, stub, image, &stages));
    expect_stage(&stages.list[2], "kernel-entry", 32, 64, MODULE_KERNEL, SYNTH_ENTRY);
    symbols_close(stub);
    image_close(image);
}

static void refuse(const char *setup_records, const char *stub_records, const char *part)
{
    struct symbols *setup = open_records("setup", 32, setup_records);
    struct symbols *stub = open_records("stub", 64, stub_records);
    struct stages stages = {.count = 77};
    struct error *err = stages_from_symbols(setup, stub, NULL, &stages);

    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (!strstr(error_message(err), part))
        fail_msg("\"%s\" does not say \"%s\"", error_message(err), part);
    assert_int_equal(stages.count, 77); /* written only on success */
    error_free(err);
    symbols_close(setup);
    symbols_close(stub);
}

static void test_duplicates_across_files(void **state)
{
    (void)state;
    refuse(RECORD("0", "1", "16", "one"), RECORD("0", "1", "64", "other"),
           "stub.elf: checkpoints one and other both have index 1");
    refuse(RECORD("0", "1", "16", "one"), RECORD("0", "2", "64", "one"),
           "stub.elf: checkpoint one is there twice, as 1 and 2");
}

static void test_too_many(void **state)
{
    char many[16384];
    size_t used = 0;

    (void)state;
    for (unsigned int i = 0; i <= STAGES_MAX; i++)
        used += (size_t)snprintf(many + used, sizeof(many) - used,
                                 "1: .long 0, 0, %u, 64\n.asciz \"c%u\"\n.org 1b + 64\n", i, i);
    refuse("", many, "more than 64 checkpoints");
    used = 0;
    for (unsigned int i = 0; i <= STAGES_ERRORS_MAX; i++)
        used += (size_t)snprintf(many + used, sizeof(many) - used,
                                 RECORD("0", "0xffffffff", "64", "error"));
    refuse("", many, "more than 4 error stops");
}

static void test_find_by_name_or_index(void **state)
{
    struct symbols *stub = open_records(
        "stub", 64, RECORD("1", "7", "64", "seven") RECORD("2", "12", "64", "8"));
    struct stages stages;

    (void)state;
    assert_null(stages_from_symbols(NULL, stub, NULL, &stages));
    assert_ptr_equal(stages_find(&stages, "seven"), &stages.list[0]);
    assert_ptr_equal(stages_find(&stages, "7"), &stages.list[0]);
    assert_ptr_equal(stages_find(&stages, "8"), &stages.list[1]); /* a name goes before an index */
    assert_ptr_equal(stages_find(&stages, "12"), &stages.list[1]);
    assert_null(stages_find(&stages, "9"));
    assert_null(stages_find(&stages, "7x"));
    assert_null(stages_find(&stages, "-7"));
    assert_null(stages_find(&stages, " 7"));
    assert_null(stages_find(&stages, ""));
    assert_ptr_equal(stages_named(&stages, "8"), &stages.list[1]);
    assert_null(stages_named(&stages, "7")); /* what a guest calls itself is a name */
    assert_null(stages_find(&stages, "18446744073709551623")); /* 7 + 2^64 */
    assert_null(stages_find(&stages, "4294967303"));           /* 7 + 2^32 */
    symbols_close(stub);
}

/* Records are never overruled; without any, what the headers say stays, with the reason. */
static void test_stages_of_an_image(void **state)
{
    struct symbols *stub = open_records("listed", 64, RECORD("0x900", "4", "64", "fourth"));
    struct symbols *unlisted = open_records("unlisted", 64, "");
    struct image *image = open_usual_image();
    struct discovery *found = calloc(1, sizeof(*found));

    (void)state;
    assert_non_null(found);
    good(image_unpack(image, NULL, NULL));
    good(stages_of(image, NULL, stub, found));
    assert_int_equal(found->stages.count, 2);
    expect_stage(&found->stages.list[0], "fourth", 4, 64, MODULE_STUB, 0x900);
    assert_false(found->stages.discovered);
    assert_string_equal(found->refused, "");

    good(stages_of(image, NULL, unlisted, found)); /* its code is not Linux's */
    assert_int_equal(found->stages.count, 1);
    expect_stage(&found->stages.list[0], "kernel-entry", 20, 64, MODULE_KERNEL, SYNTH_ENTRY);
    assert_true(*found->refused != 0);
    assert_null(strstr(found->refused, folder));

    good(stages_of(NULL, NULL, NULL, found));
    assert_int_equal(found->stages.count, 0);
    assert_string_equal(found->refused, "");
    free(found);
    symbols_close(stub);
    symbols_close(unlisted);
    image_close(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_is_in_order_of_index),
        cmocka_unit_test(test_any_input_may_be_missing),
        cmocka_unit_test(test_kernel_entry_comes_after_a_longer_list),
        cmocka_unit_test(test_duplicates_across_files),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_find_by_name_or_index),
        cmocka_unit_test(test_stages_of_an_image),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
