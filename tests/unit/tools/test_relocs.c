/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relocs as a program: which relocation goes where, and one line for every ELF that it refuses. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run.h"
#include "tiny_elf.h"

/* Runs relocs on the ELF; a refusal must leave nothing but the input. */
static struct run run_relocs(const struct tiny_elf *tiny)
{
    const char *input = in_folder("in.elf"), *output = in_folder("out");
    const char *const argv[] = {RELOCS_PROGRAM, input, "-o", output, NULL};
    store_file(input, tiny, sizeof(*tiny));
    struct run run = run_program(argv, NULL);
    assert_int_equal(count_folder(), run.status == 0 ? 2 : 1);
    return run;
}

static void refuse(const struct tiny_elf *tiny, const char *reason)
{
    struct run run = run_relocs(tiny);
    assert_refused(&run, "relocs", reason);
}

static void expect_table(const struct tiny_elf *tiny, const uint32_t *words, size_t count)
{
    struct run run = run_relocs(tiny);
    assert_string_equal(run.errors, "");
    assert_int_equal(run.status, 0);
    size_t size;
    uint8_t *table = load_file(in_folder("out"), &size);
    assert_int_equal(size, count * 4);
    assert_memory_equal(table, words, size);
    free(table);
}

static void test_each_type_goes_to_its_list(void **state)
{
    (void)state;
    struct tiny_elf tiny = tiny_elf();
    const uint32_t low = (uint32_t)TINY_TEXT;
    tiny_add(&tiny, R_X86_64_64, 0x38, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_64, 0x10, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_32S, 0x20, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_32, 0x18, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_PC32, 0x24, TINY_SYMBOL_PER_CPU);
    tiny_add(&tiny, R_X86_64_PLT32, 0x28, TINY_SYMBOL_PER_CPU);
    /* None of these moves. */
    tiny_add(&tiny, R_X86_64_NONE, 0x30, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_PC32, 0x2c, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_PC64, 0x00, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_64, 0x08, TINY_SYMBOL_PER_CPU);
    tiny_add(&tiny, R_X86_64_32S, 0x08, TINY_SYMBOL_PER_CPU);
    tiny_add(&tiny, R_X86_64_64, 0x00, TINY_SYMBOL_ABSOLUTE);
    tiny_add(&tiny, R_X86_64_64, 0x00, 0);
    /* This one is no per-CPU offset although the linker puts it in that section. */
    tiny_add(&tiny, R_X86_64_PC32, 0x34, TINY_SYMBOL_LOAD);
    const uint32_t expected[] = {0,          low + 0x10, low + 0x38, 0,         low + 0x24,
                                 low + 0x28, 0,          low + 0x18, low + 0x20};
    expect_table(&tiny, expected, sizeof(expected) / sizeof(expected[0]));
}

static void test_per_cpu_sites_are_listed_where_they_lie(void **state)
{
    (void)state;
    struct tiny_elf tiny = tiny_elf();
    tiny.sections[TINY_RELA].sh_info = TINY_PER_CPU;
    tiny_add(&tiny, R_X86_64_64, TINY_TEXT_BASE_AT(0x20), TINY_SYMBOL_TEXT);
    const uint32_t expected[] = {0, (uint32_t)TINY_LOAD + 0x20, 0, 0};
    expect_table(&tiny, expected, 4);
}

static void test_notes_and_unloaded_sections_are_skipped(void **state)
{
    (void)state;
    struct tiny_elf tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_64, 0, TINY_SYMBOL_TEXT);
    tiny.sections[TINY_TEXT_SECTION].sh_type = SHT_NOTE;
    refuse(&tiny, "no relocations");
    tiny.sections[TINY_TEXT_SECTION].sh_type = SHT_PROGBITS;
    tiny.sections[TINY_TEXT_SECTION].sh_flags = 0;
    refuse(&tiny, "no relocations");
}

static void test_unsupported_type_is_named(void **state)
{
    (void)state;
    struct tiny_elf tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_GOTPCREL, 8, TINY_SYMBOL_TEXT);
    refuse(&tiny, ".text: offset 0xffffffff81000008: unsupported relocation type 9");
    tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_PC64, 8, TINY_SYMBOL_PER_CPU);
    refuse(&tiny, "unsupported relocation type 24 against 'pcpu'");
}

static void test_bad_sites(void **state)
{
    (void)state;
    struct tiny_elf tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_64, TINY_SECTION_SIZE - 7, TINY_SYMBOL_TEXT);
    refuse(&tiny, "outside its section");
    tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_64, (uint64_t)-8, TINY_SYMBOL_TEXT);
    refuse(&tiny, "outside its section");
    tiny = tiny_elf();
    tiny.sections[TINY_TEXT_SECTION].sh_addr = 0x400000;
    tiny_add(&tiny, R_X86_64_64, 0x400000 - TINY_TEXT, TINY_SYMBOL_TEXT);
    refuse(&tiny, "below the kernel's mapping");
    tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_32S, 8, TINY_SYMBOL_TEXT);
    tiny_add(&tiny, R_X86_64_32S, 8, TINY_SYMBOL_TEXT);
    refuse(&tiny, "two relocations at 0xffffffff81000008");
    tiny = tiny_elf();
    tiny_add(&tiny, R_X86_64_32S, 8, 1000);
    refuse(&tiny, "symbol 1000, which does not exist");
}

static void test_bad_tables(void **state)
{
    (void)state;
    struct tiny_elf good = tiny_elf(), tiny;
    tiny_add(&good, R_X86_64_64, 0, TINY_SYMBOL_TEXT);
    tiny = good;
    tiny.sections[TINY_RELA].sh_link = TINY_TEXT_SECTION;
    refuse(&tiny, "no symbol table");
    tiny = good;
    tiny.sections[TINY_RELA].sh_info = 4000;
    refuse(&tiny, "section 4000");
    tiny = good;
    tiny.sections[TINY_RELA].sh_entsize = 7;
    refuse(&tiny, "damaged relocation section");
    tiny = good;
    tiny.sections[TINY_RELA].sh_offset = 1 << 30;
    refuse(&tiny, "damaged relocation section");
    tiny = good;
    tiny.sections[TINY_RELA].sh_type = SHT_REL;
    refuse(&tiny, "without addends");
    tiny = good;
    tiny.symbols[TINY_SYMBOL_LOAD].st_name = 0;
    refuse(&tiny, "no symbol __per_cpu_load");
    tiny = good;
    tiny.header.e_shoff = 1 << 30;
    refuse(&tiny, "in.elf: ");
}

static void test_not_a_kernel(void **state)
{
    (void)state;
    struct tiny_elf good = tiny_elf(), tiny;
    tiny_add(&good, R_X86_64_64, 0, TINY_SYMBOL_TEXT);
    tiny = good;
    tiny.header.e_ident[EI_MAG1] = 'X';
    refuse(&tiny, "not an ELF file");
    tiny = good;
    tiny.header.e_ident[EI_CLASS] = ELFCLASS32;
    refuse(&tiny, "32-bit ELF for machine 62, not i386 (3)");
    tiny = good;
    tiny.header.e_ident[EI_DATA] = ELFDATA2MSB;
    refuse(&tiny, "not a little-endian ELF");
    tiny = good;
    tiny.header.e_machine = EM_AARCH64;
    refuse(&tiny, "machine 183");
    tiny = good;
    tiny.header.e_type = ET_REL;
    refuse(&tiny, "not a linked program");
}

static void test_files_that_cannot_be(void **state)
{
    (void)state;
    const char *elf = BUILD "/kernel.elf", *missing = in_folder("missing");
    struct {
        const char *input, *output, *reason;
    } cases[] = {
        {missing, in_folder("out"), "missing: No such file"},
        {"/", in_folder("out"), "/: Is a directory"},
        {"/dev/null", in_folder("out"), "/dev/null: not an ELF file"},
        {elf, in_folder("no/out"), "no/out: No such file"},
        {elf, "/dev/null", "/dev/null: exists and is not a regular file"},
        {elf, "/tmp", "/tmp: exists and is not a regular file"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const argv[] = {RELOCS_PROGRAM, cases[i].input, "-o", cases[i].output, NULL};
        struct run run = run_program(argv, NULL);
        assert_refused(&run, "relocs", cases[i].reason);
    }
    const char *const usage[] = {RELOCS_PROGRAM, elf, NULL};
    struct run run = run_program(usage, NULL);
    assert_refused(&run, "relocs", "usage");
    assert_int_equal(count_folder(), 0);
}

static void test_full_disk_leaves_nothing(void **state)
{
    (void)state;
    const char *const argv[] = {RELOCS_PROGRAM, BUILD "/kernel.elf", "-o", in_folder("out"), NULL};
    struct run run = run_program(argv, &(struct run_options){.file_limit = 4096});
    assert_refused(&run, "relocs", "out: File too large");
    assert_int_equal(count_folder(), 0);
}

/* An old output is replaced whole or kept whole. */
static void test_failure_keeps_the_old_output(void **state)
{
    (void)state;
    const char *output = in_folder("out");
    const char *const argv[] = {RELOCS_PROGRAM, BUILD "/kernel.elf", "-o", output, NULL};
    store_file(output, "old", 3);
    struct run run = run_program(argv, &(struct run_options){.file_limit = 4096});
    assert_refused(&run, "relocs", "File too large");
    size_t size;
    uint8_t *bytes = load_file(output, &size);
    assert_int_equal(size, 3);
    free(bytes);
    assert_int_equal(count_folder(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_type_goes_to_its_list),
        TEST(test_per_cpu_sites_are_listed_where_they_lie),
        TEST(test_notes_and_unloaded_sections_are_skipped),
        TEST(test_unsupported_type_is_named),
        TEST(test_bad_sites),
        TEST(test_bad_tables),
        TEST(test_not_a_kernel),
        TEST(test_files_that_cannot_be),
        TEST(test_full_disk_leaves_nothing),
        TEST(test_failure_keeps_the_old_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
