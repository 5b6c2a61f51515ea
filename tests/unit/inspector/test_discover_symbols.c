/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decompressor's ELF file beside its code: what it names goes before what the code tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "decompressor_pieces.h"

/* The usual code, with more symbols; and what is found with them. */
static void look_with(const char *names)
{
    struct pieces pieces = usual;
    char *texts;

    assert_true(asprintf(&texts, "%s%s", usual.texts, names) > 0);
    pieces.texts = texts;
    assemble_pieces(&pieces);
    good(discover(&image, NULL, symbols, &discovery));
    free(texts);
}

static void test_symbols_agree(void **state)
{
    (void)state;
    look_with(" .set extract_kernel, extract\n .set choose_random_location, choose\n"
              " .set error, fail\n");
    expect_all_but("");
    assert_int_equal(there("extract-kernel")->source, STAGE_FROM_SYMBOL);
    assert_string_equal(there("extract-kernel")->how, "symbol extract_kernel");
    assert_int_equal(there("location-chosen")->certainty, STAGE_CERTAIN);
    assert_non_null(strstr(there("location-chosen")->how, "choose_random_location"));
    assert_int_equal(there("image-copied")->source, STAGE_FROM_CODE);
    assert_int_equal(there("startup-64")->source, STAGE_FROM_PROTOCOL);
    forget();
}

/* The code calls what another symbol names: the symbol stands, and how says that they differ. */
static void test_symbols_disagree(void **state)
{
    char code[32];

    (void)state;
    look_with(" .set extract_kernel, unpack\n .set _bss, 0x2080\n");
    assert_int_equal(there("extract-kernel")->address, value_of("unpack"));
    assert_int_equal(there("extract-kernel")->source, STAGE_FROM_SYMBOL);
    snprintf(code, sizeof(code), "0x%llx", (unsigned long long)value_of("extract"));
    assert_non_null(strstr(there("extract-kernel")->how, code));
    expect_label("extract_kernel", value_of("unpack"));
    expect_label("_bss", 0x2080);
    expect("decompressed", "at_magic"); /* it is in what the symbol names, too */
    expect_absent("location-chosen", false, "");
    forget();
}

/* A symbol of a function that nothing calls: its stage is not there, and none is guessed. */
static void test_symbol_that_is_not_called(void **state)
{
    (void)state;
    look_with(" .set choose_random_location, copy_bytes\n");
    expect_absent("location-chosen", true, "does not call");
    expect_all_but("location-chosen");
    forget();
}

static uint32_t random_state = 0x2545f491;

static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Bytes changed, and the end cut off: whatever is found lies in the image, and each name once. */
static void test_damaged_code(void **state)
{
    unsigned int found = 0;

    (void)state;
    assemble_pieces(&usual);
    struct blob whole = blob_new(blob.size);
    memcpy(whole.data, blob.data, blob.size);
    for (unsigned int round = 0; round < 400; round++) {
        memcpy(blob.data, whole.data, blob.size);
        for (unsigned int i = 0; i < round / 40; i++)
            blob.data[next_random() % 0x600] = (uint8_t)next_random();
        image.protected_size = round % 4 ? blob.size : 0x201 + next_random() % (blob.size - 0x201);
        struct error *err = discover(&image, NULL, NULL, &discovery);
        if (err) {
            bad_input(err, "no decompressor");
            continue;
        }
        found++;
        assert_true(discovery.stages.count + discovery.stages.absent_count == 22);
        for (size_t i = 0; i < discovery.stages.count; i++)
            if (discovery.stages.list[i].module == MODULE_STUB)
                assert_true(discovery.stages.list[i].address <= image.protected_size);
    }
    assert_true(found > 40); /* the damage is not such that nothing was looked at */
    blob_free(&whole);
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols_agree),
        cmocka_unit_test(test_symbols_disagree),
        cmocka_unit_test(test_symbol_that_is_not_called),
        cmocka_unit_test(test_damaged_code),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
