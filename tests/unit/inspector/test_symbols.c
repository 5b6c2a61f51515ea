/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, lines, build IDs and checkpoint records of ELF files that binutils made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "assembled.h"
#include "group_folder.h"
#include "outcome.h"
#include "symbols.h"

static struct symbols *open_source(unsigned int bits, const char *source)
{
    char *path = make_elf(folder, "source", bits, source);
    struct symbols *symbols = NULL;

    good(symbols_open(path, &symbols));
    assert_string_equal(symbols_path(symbols), path);
    free(path);
    return symbols;
}

/* Line numbers of this text are what test_lines expects. */
#define NAMES                                                                                      \
    ".text\n"                                                                                      \
    ".globl outer\n.type outer, @function\n"                                                       \
    "outer: nop\n" /* line 4, 0x0 */                                                               \
    " .skip 15, 0x90\n"                                                                            \
    "inner: nop\n" /* line 6, 0x10: a bare label inside outer */                                   \
    " .skip 15, 0x90\n"                                                                            \
    ".size outer, . - outer\n" /* outer is [0, 0x20) */                                            \
    " .skip 16, 0x90\n"                                                                            \
    ".globl bare\n"                                                                                \
    "bare: nop\n"             /* line 11, 0x30 */                                                  \
    "zz_twin: aa_twin: nop\n" /* line 12, 0x31 */                                                  \
    " .skip 14, 0x90\n"                                                                            \
    ".globl absolute\nabsolute = 0x35\n"                                                           \
    ".data\n.globl thing\n.type thing, @object\n.size thing, 8\nthing: .quad 5\n .quad 6\n"

static void expect_name(const struct symbols *symbols, uint64_t address, const char *name,
                        uint64_t offset)
{
    uint64_t found_offset = 99;
    const char *found = symbols_name(symbols, address, &found_offset);

    assert_non_null(found);
    assert_string_equal(found, name);
    assert_int_equal(found_offset, offset);
}

static void test_names(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    uint64_t thing, offset;

    (void)state;
    expect_name(symbols, 0, "outer", 0);
    expect_name(symbols, 0xf, "outer", 0xf);
    expect_name(symbols, 0x1f, "outer", 0x1f); /* it covers; inner is only near */
    expect_name(symbols, 0x28, "inner", 0x18); /* nothing covers: the nearest below */
    expect_name(symbols, 0x30, "bare", 0);
    expect_name(symbols, 0x35, "aa_twin", 4); /* not absolute; twins: always the same one */
    assert_true(symbols_value(symbols, "thing", &thing));
    expect_name(symbols, thing + 7, "thing", 7);
    expect_name(symbols, thing + 9, "thing", 9);
    assert_null(symbols_name(symbols, thing + 16, &offset));
    assert_null(symbols_name(symbols, UINT64_MAX, &offset));
    symbols_close(symbols);
}

static void test_values(void **state)
{
    struct symbols *symbols = open_source(64, NAMES " .quad nowhere\n.weak nowhere\n");
    uint64_t value = 99;

    (void)state;
    assert_true(symbols_value(symbols, "inner", &value));
    assert_int_equal(value, 0x10);
    assert_true(symbols_value(symbols, "absolute", &value));
    assert_int_equal(value, 0x35);
    assert_false(symbols_value(symbols, "nowhere", &value));
    assert_false(symbols_value(symbols, "oute", &value));
    assert_false(symbols_value(symbols, "outer2", &value));
    assert_false(symbols_value(symbols, "", &value));
    assert_int_equal(strlen(symbols_build_id(symbols)), 40);
    symbols_close(symbols);
}

static void expect_line(const struct symbols *symbols, uint64_t address, const char *file,
                        unsigned int line)
{
    const char *found = NULL;
    unsigned int number = 0;

    assert_true(symbols_line(symbols, address, &found, &number));
    assert_non_null(strstr(found, file));
    assert_int_equal(number, line);
}

static void test_lines(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    const char *file;
    unsigned int line;

    (void)state;
    expect_line(symbols, 0, "source.s", 4);
    expect_line(symbols, 0x10, "source.s", 6);
    expect_line(symbols, 0x30, "source.s", 11);
    assert_false(symbols_line(symbols, 0x10000, &file, &line));
    symbols_close(symbols);
}

/* Assembler units are not always in the address index; here none is. */
static void test_what_the_table_says_of_a_symbol(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    struct symbol_info info;

    (void)state;
    assert_true(symbols_info(symbols, "outer", &info));
    assert_int_equal(info.value, 0);
    assert_int_equal(info.size, 0x20);
    assert_false(info.absolute);
    assert_true(symbols_info(symbols, "absolute", &info));
    assert_int_equal(info.value, 0x35);
    assert_int_equal(info.size, 0);
    assert_true(info.absolute);
    assert_false(symbols_info(symbols, "out", &info));
    symbols_close(symbols);
}

static void expect_match(const struct symbols *symbols, const char *prefix, size_t index,
                         const char *name)
{
    struct symbol_info info;

    assert_true(symbols_match(symbols, prefix, index, &info));
    assert_string_equal(info.name, name);
}

static void test_symbols_by_their_beginning(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    struct symbol_info info;
    size_t all = 0;
    const char *before = NULL;

    (void)state;
    expect_match(symbols, "a", 0, "aa_twin");
    expect_match(symbols, "a", 1, "absolute");
    assert_false(symbols_match(symbols, "a", 2, &info));
    expect_match(symbols, "outer", 0, "outer");
    assert_false(symbols_match(symbols, "outer", 1, &info));
    assert_false(symbols_match(symbols, "zzz", 0, &info));
    for (; symbols_match(symbols, "", all, &info); all++) {
        assert_true(!before || strcmp(before, info.name) <= 0);
        before = info.name;
    }
    assert_true(all >= 7); /* the linker has some of its own */
    symbols_close(symbols);
}

static void expect_at(const struct symbols *symbols, const char *file, unsigned int line,
                      uint64_t address)
{
    uint64_t found = 99;

    assert_int_equal(symbols_at_line(symbols, file, line, &found), SYMBOLS_AT_FOUND);
    assert_int_equal(found, address);
}

static void test_the_address_of_a_line(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    uint64_t found;

    (void)state;
    expect_at(symbols, "source.s", 4, 0);
    expect_at(symbols, "source.s", 1, 0);     /* the next line that has code */
    expect_at(symbols, "source.s", 10, 0x30); /* the same */
    assert_int_equal(symbols_at_line(symbols, "source.s", 100, &found), SYMBOLS_AT_NO_LINE);
    assert_int_equal(symbols_at_line(symbols, "source.s", UINT32_MAX, &found), SYMBOLS_AT_NO_LINE);
    assert_int_equal(symbols_at_line(symbols, "ource.s", 4, &found), SYMBOLS_AT_NO_FILE);
    assert_int_equal(symbols_at_line(symbols, "elsewhere/source.s", 4, &found), SYMBOLS_AT_NO_FILE);
    symbols_close(symbols);
}

static void test_the_path_of_a_source(void **state)
{
    struct symbols *symbols = open_source(64, NAMES);
    char path[512], small[8];
    unsigned int line;

    (void)state;
    assert_true(symbols_source(symbols, 0x10, path, sizeof(path), &line));
    assert_int_equal(path[0], '/');
    assert_string_equal(strrchr(path, '/'), "/source.s");
    assert_int_equal(line, 6);
    assert_false(symbols_source(symbols, 0x10, small, sizeof(small), &line));
    assert_false(symbols_source(symbols, 0x10000, path, sizeof(path), &line));
    symbols_close(symbols);
}

static void test_lines_without_an_address_index(void **state)
{
    char *path;
    struct symbols *symbols;

    (void)state;
    assemble(folder, "one", 64, ".text\n nop\n nop\n");
    assemble(folder, "two", 64, ".text\n\n\n nop\n nop\n");
    run_tool("cd '%s' && ld -Ttext=0 -e 0 -o two.elf one.o two.o && "
             "objcopy -R .debug_aranges two.elf",
             folder);
    assert_true(asprintf(&path, "%s/two.elf", folder) > 0);
    assert_null(symbols_open(path, &symbols));
    expect_line(symbols, 1, "one.s", 3);
    expect_line(symbols, 3, "two.s", 5);
    assert_string_equal(symbols_build_id(symbols), "");
    symbols_close(symbols);
    free(path);
}

static void test_16_bit_code_in_a_32_bit_file(void **state)
{
    struct symbols *symbols = open_source(
        32, ".code16\n.globl entry\n.skip 0x300\nentry: nop\n" RECORDS RECORD("entry", "0", "16",
                                                                              "setup-entry"));
    size_t count;
    const struct checkpoint_record *records = symbols_checkpoints(symbols, &count);

    (void)state;
    expect_name(symbols, 0x300, "entry", 0);
    expect_line(symbols, 0x300, "source.s", 4);
    assert_int_equal(count, 1);
    assert_int_equal(records[0].address, 0x300);
    assert_int_equal(records[0].mode, CHECKPOINT_REAL16);
    assert_string_equal(records[0].name, "setup-entry");
    symbols_close(symbols);
}

static void test_file_without_symbols_lines_or_checkpoints(void **state)
{
    char *path = make_elf(folder, "bare", 64, ".text\nstart: nop\n");
    struct symbols *symbols;
    const char *file;
    unsigned int line;
    uint64_t value;
    size_t count;

    (void)state;
    run_tool("strip '%s'", path);
    assert_null(symbols_open(path, &symbols));
    assert_null(symbols_name(symbols, 0, &value));
    assert_false(symbols_value(symbols, "start", &value));
    assert_false(symbols_line(symbols, 0, &file, &line));
    symbols_checkpoints(symbols, &count);
    assert_int_equal(count, 0);
    symbols_close(symbols);
    free(path);
}

static void test_records_in_the_order_of_the_file(void **state)
{
    struct symbols *symbols = open_source(
        64, "start: nop\n" RECORDS RECORD("start", "7", "64", "late")
                RECORD("start + 1", "0xffffffff", "32", "error") RECORD("start", "2", "32", "early")
                    RECORD("start + 1", "0xffffffff", "64", "error"));
    size_t count;
    const struct checkpoint_record *records = symbols_checkpoints(symbols, &count);

    (void)state;
    assert_int_equal(count, 4);
    assert_string_equal(records[0].name, "late");
    assert_int_equal(records[1].index, CHECKPOINT_ERROR);
    assert_string_equal(records[2].name, "early");
    assert_int_equal(records[3].address, 1);
    symbols_close(symbols);
}

static void refuse_source(const char *source, const char *part)
{
    char *path = make_elf(folder, "bad", 64, source);
    struct symbols *symbols;

    bad_input(symbols_open(path, &symbols), part);
    free(path);
}

static void test_malformed_records(void **state)
{
    (void)state;
    refuse_source(RECORDS ".zero 63\n", "bad.elf: .checkpoints: 63 bytes, not a multiple of 64");
    refuse_source(RECORDS ".quad 0\n.long 1, 64\n.fill 48, 1, 'x'\n", "has no valid name");
    refuse_source(RECORDS RECORD("0", "1", "64", ""), "record 0 has no valid name");
    refuse_source(RECORDS RECORD("0", "1", "64", "two words"), "has no valid name");
    refuse_source(RECORDS RECORD("0", "1", "64", "a\\033[31m"), "has no valid name");
    refuse_source(RECORDS RECORD("0", "1", "33", "odd"), "odd has mode 33");
    refuse_source(RECORDS RECORD("0", "1", "64", "one") RECORD("4", "1", "64", "other"),
                  "one and other both have index 1");
    refuse_source(RECORDS ".zero 64 * 5000\n", "5000 records");
    refuse_source(".section .checkpoints,\"\",@nobits\n.zero 64\n", ".checkpoints");
}

static void test_files_that_are_none_of_ours(void **state)
{
    static const uint8_t text[] = "just a text, and not a short one either, to be refused as such";
    struct blob blob = {(uint8_t *)(uintptr_t)text, sizeof(text)};
    char *path = write_blob(folder, "text", &blob);
    struct symbols *symbols;

    (void)state;
    bad_input(symbols_open(path, &symbols), "text: not an ELF file");
    bad_input(symbols_open(folder, &symbols), "is a directory, not a file");
    bad_input(symbols_open("/no/such/file", &symbols), "/no/such/file: No such file or directory");
    free(path);
    path = make_elf(folder, "arm", 64, "nop\n");
    blob = read_blob(path);
    free(path);
    put(&blob, offsetof(Elf64_Ehdr, e_machine), EM_AARCH64, 2);
    path = write_blob(folder, "arm", &blob);
    bad_input(symbols_open(path, &symbols), "arm: an ELF for machine 183, not for x86");
    free(path);
    blob_free(&blob);
}

/* Whatever opens is asked everything; the sanitizer watches. */
static void ask_everything(const char *path)
{
    char path_of[256];
    struct symbols *symbols;
    const char *file;
    unsigned int line;
    uint64_t value;
    struct error *err = symbols_open(path, &symbols);

    if (err) {
        error_free(err);
        return;
    }
    symbols_value(symbols, "outer", &value);
    for (uint64_t address = 0; address < 0x40; address += 8) {
        symbols_name(symbols, address, &value);
        symbols_line(symbols, address, &file, &line);
        symbols_source(symbols, address, path_of, sizeof(path_of), &line);
    }
    symbols_at_line(symbols, "source.s", 4, &value);
    symbols_close(symbols);
}

static void test_damaged_files_do_no_harm(void **state)
{
    char *path = make_elf(folder, "whole", 64, NAMES RECORDS RECORD("outer", "1", "64", "one"));
    struct blob blob = read_blob(path);
    size_t whole = blob.size;

    (void)state;
    free(path);
    for (blob.size = 1; blob.size < whole; blob.size += 97) {
        path = write_blob(folder, "cut", &blob);
        ask_everything(path);
        free(path);
    }
    blob.size = whole;
    /* The file's header, and the section headers at its end: all that leads elsewhere. */
    for (size_t byte = 0; byte < whole; byte += byte == 64 ? whole - 64 - 1200 : 1) {
        blob.data[byte] ^= 0x81;
        path = write_blob(folder, "flipped", &blob);
        ask_everything(path);
        free(path);
        blob.data[byte] ^= 0x81;
    }
    blob_free(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_what_the_table_says_of_a_symbol),
        cmocka_unit_test(test_symbols_by_their_beginning),
        cmocka_unit_test(test_the_address_of_a_line),
        cmocka_unit_test(test_the_path_of_a_source),
        cmocka_unit_test(test_lines_without_an_address_index),
        cmocka_unit_test(test_16_bit_code_in_a_32_bit_file),
        cmocka_unit_test(test_file_without_symbols_lines_or_checkpoints),
        cmocka_unit_test(test_records_in_the_order_of_the_file),
        cmocka_unit_test(test_malformed_records),
        cmocka_unit_test(test_files_that_are_none_of_ours),
        cmocka_unit_test(test_damaged_files_do_no_harm),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
