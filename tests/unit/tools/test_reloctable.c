/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The relocation table, applied to the teaching kernel, must give byte for byte the kernel that ld
 * makes at that other address; and no damage to an ELF may lead to more than a message.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* the tools have one of their own */

#include "layout.h"
#include "reloctable.h"
#include "run.h"
#include "tables.h"
#include "tiny_elf.h"

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applied_equals_linked_there),
        cmocka_unit_test(test_damaged_elfs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
