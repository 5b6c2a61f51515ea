/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files made of names, read as any other file is, by our own reader and by binutils. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "elf_file.h"
#include "symbols_made.h"

static const struct made_symbol names[] = {
    {"startup_32", 0, 0, false},
    {"startup_64", 0x200, 0, false},
    {"input_data", 0x2cc, 0, false},
    {".Lrelocated", 0x10000, 0, false},
    {"extract_kernel", 0x10100, 0x300, true},
    {"error", 0x10380, 0x40, true}, /* inside of extract_kernel: that ends here */
    {"unsized", 0x10800, 0, true},
    {"_bss", 0x20000, 0, false},
    {"boot_stack_end", 0x21000, 0, false},
    {"_ebss", 0x30000, 0, false},
    {"_end", 0x30000, 0, false},
    {"far_away", 0x5000000, 0, false},
};

static struct symbols *make(unsigned int bits, uint64_t end)
{
    struct made_file file = {.name = "decompressor",
                             .bits = bits,
                             .size = 0x20000,
                             .end = end,
                             .symbols = names,
                             .count = sizeof(names) / sizeof(names[0])};
    struct symbols *symbols = NULL;
    struct error *err = symbols_make(&file, &symbols);

    if (err)
        fail_msg("unexpected error: %s", error_message(err));
    return symbols;
}

/* What covers the address: NAME+OFFSET, or "-". */
static void expect_name(const struct symbols *symbols, uint64_t address, const char *expected)
{
    char found[64] = "-";
    uint64_t offset;
    const char *name = symbols_name(symbols, address, &offset);

    if (name)
        snprintf(found, sizeof(found), "%s+0x%lx", name, (unsigned long)offset);
    assert_string_equal(found, expected);
}

static void check_names(const struct symbols *symbols)
{
    expect_name(symbols, 0x210, "startup_64+0x10");
    expect_name(symbols, 0x10040, ".Lrelocated+0x40");
    expect_name(symbols, 0x10100, "extract_kernel+0x0");
    expect_name(symbols, 0x1037f, "extract_kernel+0x27f");
    expect_name(symbols, 0x10381, "error+0x1");
    expect_name(symbols, 0x103c0, "extract_kernel+0x2c0");
    /* Behind a function lies something else: it is not called by the function's name. */
    expect_name(symbols, 0x10400, "-");
    expect_name(symbols, 0x10801, "unsized+0x1");
    expect_name(symbols, 0x21008, "boot_stack_end+0x8");
    expect_name(symbols, 0x30000, "-");
}

static void test_names(void **state)
{
    struct symbols *symbols = make(64, 0x30000);
    struct symbol_info info;

    (void)state;
    check_names(symbols);
    assert_true(symbols_info(symbols, "extract_kernel", &info));
    assert_int_equal(info.value, 0x10100);
    assert_int_equal(info.size, 0x300);
    assert_false(info.absolute);
    assert_true(symbols_info(symbols, "_end", &info));
    assert_int_equal(info.value, 0x30000);
    assert_false(info.absolute);
    assert_true(symbols_info(symbols, "far_away", &info));
    assert_true(info.absolute);
    assert_false(symbols_info(symbols, "no_such", &info));
    assert_true(symbols_are_made(symbols));
    symbols_close(symbols);
    symbols = make(32, 0x30000);
    check_names(symbols);
    symbols_close(symbols);
}

/* What gdb, the gateway and binutils ask of a file. */
static void test_file(void **state)
{
    struct symbols *symbols = make(64, 0x30000);
    char command[256], line[256], path[128];
    struct elf_file file;
    GElf_Phdr load;
    bool function = false;

    (void)state;
    snprintf(path, sizeof(path), "%s", symbols_path(symbols));
    assert_null(elf_file_open(path, &file));
    assert_int_equal(file.header.e_type, ET_EXEC);
    assert_non_null(gelf_getphdr(file.elf, 0, &load));
    assert_int_equal(load.p_type, PT_LOAD);
    assert_int_equal(load.p_memsz, 0x30000);
    elf_file_close(&file);
    snprintf(command, sizeof(command), "readelf -sW %s 2>&1", path);
    FILE *readelf = popen(command, "re");
    assert_non_null(readelf);
    while (fgets(line, sizeof(line), readelf)) {
        assert_null(strstr(line, "arning"));
        function = function || (strstr(line, "0000000000010100   768 FUNC    GLOBAL") &&
                                strstr(line, "extract_kernel"));
    }
    assert_int_equal(pclose(readelf), 0);
    assert_true(function);
    /* It is gone with the symbols. */
    symbols_close(symbols);
    assert_int_equal(access(path, F_OK), -1);
}

static void test_without_bss(void **state)
{
    struct symbols *symbols = make(64, 0);

    (void)state;
    expect_name(symbols, 0x1ffff, "unsized+0xf7ff");
    expect_name(symbols, 0x21008, "-");
    symbols_close(symbols);
}

/* Names for a file that lacks them; what the file says itself stays. */
static void test_add(void **state)
{
    struct symbols *symbols = make(64, 0x30000);
    struct symbol_info info;

    (void)state;
    symbols_add(symbols, "extract_kernel", 0x7777, 1, true);
    symbols_add(symbols, "decompress_kernel", 0x10500, 0x80, true);
    symbols_add(symbols, "a_number", 0x9000000, 0, false);
    expect_name(symbols, 0x10100, "extract_kernel+0x0");
    expect_name(symbols, 0x10510, "decompress_kernel+0x10");
    assert_true(symbols_info(symbols, "decompress_kernel", &info));
    assert_int_equal(info.size, 0x80);
    assert_true(symbols_info(symbols, "a_number", &info));
    assert_true(info.absolute);
    assert_true(symbols_match(symbols, "dec", 0, &info));
    assert_string_equal(info.name, "decompress_kernel");
    symbols_close(symbols);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_file),
    cmocka_unit_test(test_without_bss),
    cmocka_unit_test(test_add),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
