/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unpacked payload of a 32-bit kernel: an i386 ELF and a table of one list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel.h"
#include "outcome.h"
#include "synthetic.h"

#define TEXT      (__PAGE_OFFSET + TEACHING_PHYSICAL_ADDR)
#define TEXT_AT   0x100u
#define TEXT_SIZE 0x200u
#define ELF_SIZE  (TEXT_AT + TEXT_SIZE)

/* Words behind the ELF. */
static struct blob kernel_with(const uint32_t *words, size_t count)
{
    struct blob blob = blob_new(ELF_SIZE + 4 * count);
    const Elf32_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_386,
        .e_version = EV_CURRENT,
        .e_entry = TEACHING_PHYSICAL_ADDR,
        .e_phoff = sizeof(Elf32_Ehdr),
        .e_ehsize = sizeof(Elf32_Ehdr),
        .e_phentsize = sizeof(Elf32_Phdr),
        .e_phnum = 1,
    };
    const Elf32_Phdr text = {.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_X,
                             .p_offset = TEXT_AT,
                             .p_vaddr = (Elf32_Addr)TEXT,
                             .p_paddr = TEACHING_PHYSICAL_ADDR,
                             .p_filesz = TEXT_SIZE,
                             .p_memsz = TEXT_SIZE};

    memcpy(blob.data, &header, sizeof(header));
    memcpy(blob.data + sizeof(header), &text, sizeof(text));
    for (size_t i = 0; i < count; i++)
        put(&blob, ELF_SIZE + 4 * i, words[i], 4);
    return blob;
}

static void test_sites_are_whole_addresses(void **state)
{
    static const uint32_t table[] = {0, (uint32_t)TEXT + 0x10, (uint32_t)TEXT + 0x20};
    struct blob blob = kernel_with(table, 3);
    struct kernel kernel;

    (void)state;
    good(kernel_parse(blob.data, blob.size, &kernel));
    assert_int_equal(kernel.bits, 32);
    assert_int_equal(kernel_map(&kernel), 0xc0000000);
    assert_int_equal(kernel.entry, TEACHING_PHYSICAL_ADDR);
    assert_int_equal(kernel.segments[0].vaddr, 0xc1000000);
    assert_true(kernel.has_relocs);
    assert_int_equal(kernel.abs32.count, 2);
    assert_int_equal(reloc_site(&kernel.abs32, 1).value, 0xc1000020);
    assert_int_equal(kernel.abs64.count + kernel.inverse32.count, 0);
    blob_free(&blob);
}

static void test_no_table(void **state)
{
    struct blob blob = kernel_with(NULL, 0);
    struct kernel kernel;

    (void)state;
    good(kernel_parse(blob.data, blob.size, &kernel));
    assert_false(kernel.has_relocs);
    blob_free(&blob);
}

static void refuse_table(const uint32_t *words, size_t count, const char *part)
{
    struct blob blob = kernel_with(words, count);
    struct kernel kernel;

    bad_input(kernel_parse(blob.data, blob.size, &kernel), part);
    blob_free(&blob);
}

static void test_bad_tables(void **state)
{
    static const uint32_t endless[] = {(uint32_t)TEXT + 0x10, (uint32_t)TEXT + 0x20},
                          two[] = {0, (uint32_t)TEXT + 0x10, 0, (uint32_t)TEXT + 0x20},
                          low[] = {0, TEACHING_PHYSICAL_ADDR + 0x10},
                          last[] = {0, (uint32_t)TEXT + TEXT_SIZE - 3},
                          order[] = {0, (uint32_t)TEXT + 0x20, (uint32_t)TEXT + 0x10};

    (void)state;
    refuse_table(endless, 2, "not one list");
    refuse_table(two, 4, "not one list");
    refuse_table(low, 2, "0x1000010, is outside the kernel");
    refuse_table(last, 2, "is outside the kernel");
    refuse_table(order, 3, "not above the one before");
}

static void test_a_machine_of_the_other_width(void **state)
{
    struct blob blob = kernel_with(NULL, 0);
    struct kernel kernel;

    (void)state;
    put(&blob, offsetof(Elf32_Ehdr, e_machine), EM_X86_64, 2);
    bad_input(kernel_parse(blob.data, blob.size, &kernel), "neither x86-64 nor i386");
    blob_free(&blob);
}

/* All bits of the headers and of the table: refused or parsed, and the list stays in the payload. */
static void test_flipped_bits(void **state)
{
    static const uint32_t table[] = {0, (uint32_t)TEXT + 0x10, (uint32_t)TEXT + 0x20};
    struct blob blob = kernel_with(table, 3);
    struct kernel kernel;

    (void)state;
    for (size_t byte = 0; byte < blob.size; byte++) {
        if (byte == TEXT_AT)
            byte = ELF_SIZE;
        for (unsigned int bit = 0; bit < 8; bit++) {
            blob.data[byte] ^= (uint8_t)(1u << bit);
            struct error *err = kernel_parse(blob.data, blob.size, &kernel);
            if (!err && kernel.has_relocs)
                assert_ptr_equal(kernel.abs32.sites + 4 * kernel.abs32.count,
                                 blob.data + blob.size);
            error_free(err);
            blob.data[byte] ^= (uint8_t)(1u << bit);
        }
    }
    blob_free(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sites_are_whole_addresses),
        cmocka_unit_test(test_no_table),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_a_machine_of_the_other_width),
        cmocka_unit_test(test_flipped_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
