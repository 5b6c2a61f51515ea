/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relocs: its table, applied to the teaching kernel, must give byte for byte the kernel that ld
 * makes at that other address; and no ELF, however odd, may do more than get one line of refusal.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* the tools have one of their own */

#include "layout.h"
#include "reloctable.h"
#include "run.h"
#include "tables.h"
#include "tiny_elf.h"

static int set_up(void **state)
{
    (void)state;
    make_folder();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_folder();
    return 0;
}

/* ---- the table against a second link ---- */

/* The kernel's memory from its first physical byte on, as a loader builds it from PT_LOADs. */
struct memory {
    uint8_t *bytes;
    size_t size;
    uint64_t start; /* physical */
};

static struct memory load_kernel(const char *path)
{
    size_t size;
    uint8_t *file = load_file(path, &size);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(file + header->e_phoff);
    struct memory memory = {.start = UINT64_MAX};
    uint64_t end = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_paddr < memory.start)
            memory.start = segments[i].p_paddr;
        if (segments[i].p_paddr + segments[i].p_memsz > end)
            end = segments[i].p_paddr + segments[i].p_memsz;
    }
    memory.size = end - memory.start;
    memory.bytes = calloc(1, memory.size);
    assert_non_null(memory.bytes);
    for (int i = 0; i < header->e_phnum; i++)
        memcpy(memory.bytes + (segments[i].p_paddr - memory.start), file + segments[i].p_offset,
               segments[i].p_filesz);
    free(file);
    return memory;
}

/* A list of the table, found from its end as the decompressor does. */
struct list {
    const uint8_t *words;
    size_t count;
};

static uint32_t site_of(const struct list *list, size_t index)
{
    uint32_t word;
    memcpy(&word, list->words + 4 * index, sizeof(word));
    return word;
}

/* Takes the last list off [table, table + *size): walks back to the 0 in front of it. */
static struct list take_list(const uint8_t *table, size_t *size)
{
    struct list list = {.words = table + *size};
    for (;;) {
        uint32_t word;
        assert_true(list.words >= table + 4);
        list.words -= 4;
        memcpy(&word, list.words, sizeof(word));
        if (word == 0)
            break;
        list.count++;
    }
    *size = (size_t)(list.words - table);
    list.words += 4;
    return list;
}

static void apply(struct memory *memory, const struct list *list, size_t width, uint64_t delta)
{
    for (size_t i = 0; i < list->count; i++) {
        uint64_t address = (uint64_t)(int64_t)(int32_t)site_of(list, i), value = 0;
        size_t at = address - START_KERNEL_MAP - memory->start;
        assert_true(i == 0 || site_of(list, i - 1) < site_of(list, i));
        assert_true(at <= memory->size - width);
        memcpy(&value, memory->bytes + at, width);
        value += delta;
        memcpy(memory->bytes + at, &value, width);
    }
}

static void test_applied_equals_linked_there(void **state)
{
    (void)state;
    struct memory here = load_kernel(BUILD "/kernel.elf");
    struct memory there = load_kernel(BUILD "/tests/kernel-moved.elf");
    size_t size;
    uint8_t *table = load_file(BUILD "/vmlinux.relocs", &size);
    struct list abs32 = take_list(table, &size);
    struct list inverse32 = take_list(table, &size);
    struct list abs64 = take_list(table, &size);
    assert_int_equal(size, 0);
    assert_true(abs64.count >= ABS64_COUNT + PER_CPU_ABS64_COUNT);
    assert_true(abs32.count >= ABS32_SIGNED_COUNT + ABS32_COUNT);
    /* The table's, and the instructions of check_gs_rip(), which gcc may have made copies of. */
    assert_true(inverse32.count >= INVERSE32_COUNT + 2 && inverse32.count < INVERSE32_COUNT + 16);

    assert_int_equal(here.size, there.size);
    assert_int_equal(there.start - here.start, KERNEL_MOVED_DELTA);
    assert_memory_not_equal(here.bytes, there.bytes, here.size);
    apply(&here, &abs64, 8, KERNEL_MOVED_DELTA);
    apply(&here, &abs32, 4, KERNEL_MOVED_DELTA);
    apply(&here, &inverse32, 4, (uint64_t)0 - KERNEL_MOVED_DELTA);
    assert_memory_equal(here.bytes, there.bytes, here.size);
    free(here.bytes);
    free(there.bytes);
    free(table);
}

/* ---- small ELFs, right and wrong ---- */

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
    refuse(&tiny, "not a 64-bit little-endian ELF");
    tiny = good;
    tiny.header.e_ident[EI_DATA] = ELFDATA2MSB;
    refuse(&tiny, "not a 64-bit little-endian ELF");
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

/* Bytes of a good ELF changed at random: any answer but a crash, and every site where it may be. */
static void test_damaged_elfs(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        struct tiny_elf tiny = tiny_elf();
        tiny_add(&tiny, R_X86_64_64, 0x10, TINY_SYMBOL_TEXT);
        tiny_add(&tiny, R_X86_64_PC32, 0x24, TINY_SYMBOL_PER_CPU);
        for (int i = 0; i <= round % 4; i++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            ((uint8_t *)&tiny)[(seed >> 33) % sizeof(tiny)] = (uint8_t)(seed >> 24);
        }
        /* A heap copy of exactly this size, so that ASan sees a step too far. */
        size_t size = round % 8 ? sizeof(tiny) : (seed >> 33) % sizeof(tiny);
        struct bytes bytes = {.data = malloc(size + !size), .size = size};
        memcpy(bytes.data, &tiny, size);
        struct failure why = {""};
        struct elf_file elf;
        struct reloc_table table;
        bool ok = elf_file_open(&elf, "damaged", &bytes, &why);
        if (ok && (ok = reloc_table_collect(&elf, &table, &why))) {
            for (size_t i = 0; i < table.abs64.count; i++)
                assert_true(table.abs64.list[i] >= (uint32_t)START_KERNEL_MAP);
            reloc_table_free(&table);
            elf_file_close(&elf);
        } else {
            assert_int_equal(strncmp(why.text, "damaged: ", 9), 0);
            elf_end(elf.elf);
        }
        bytes_free(&bytes);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_applied_equals_linked_there),
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
        TEST(test_damaged_elfs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
