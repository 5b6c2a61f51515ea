/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unpacked payload: the kernel's ELF and its relocation table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel.h"
#include "outcome.h"
#include "synthetic.h"

static void must_parse(const struct blob *blob, struct kernel *kernel)
{
    good(kernel_parse(blob->data, blob->size, kernel));
}

static void expect_sites(const struct reloc_list *list, uint64_t base, const uint32_t *sites,
                         size_t count)
{
    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(reloc_site(list, i).value, base + sites[i]);
}

static void test_segments_and_entry(void **state)
{
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    (void)state;
    must_parse(&blob, &kernel);
    assert_int_equal(kernel.entry, SYNTH_ENTRY);
    assert_int_equal(kernel.segment_count, SYNTH_SEGMENTS);
    assert_int_equal(kernel.segments[2].type, PT_LOAD);
    assert_int_equal(kernel.segments[2].vaddr, SYNTH_DATA);
    assert_int_equal(kernel.segments[2].paddr, SYNTH_DATA - START_KERNEL_MAP);
    assert_int_equal(kernel.segments[2].filesz, SYNTH_DATA_SIZE);
    assert_int_equal(kernel.segments[2].memsz, SYNTH_DATA_SIZE + SYNTH_BSS_SIZE);
    assert_int_equal(kernel.segments[2].flags, PF_R | PF_W);
    blob_free(&blob);
}

static void test_three_lists(void **state)
{
    static const uint32_t abs64[] = SYNTH_ABS64, inverse32[] = SYNTH_INVERSE32,
                          abs32[] = SYNTH_ABS32;
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    (void)state;
    must_parse(&blob, &kernel);
    assert_true(kernel.has_relocs);
    assert_true(kernel.has_inverse);
    expect_sites(&kernel.abs64, SYNTH_DATA, abs64, 3);
    expect_sites(&kernel.inverse32, SYNTH_TEXT, inverse32, 2);
    expect_sites(&kernel.abs32, SYNTH_TEXT, abs32, 4);
    blob_free(&blob);
}

static void test_two_lists_of_newer_kernels(void **state)
{
    static const uint32_t abs64[] = SYNTH_ABS64, abs32[] = SYNTH_ABS32;
    struct blob blob = synth_kernel(false);
    struct kernel kernel;

    (void)state;
    must_parse(&blob, &kernel);
    assert_true(kernel.has_relocs);
    assert_false(kernel.has_inverse);
    expect_sites(&kernel.abs64, SYNTH_DATA, abs64, 3);
    expect_sites(&kernel.abs32, SYNTH_TEXT, abs32, 4);
    assert_int_equal(kernel.inverse32.count, 0);
    blob_free(&blob);
}

static void test_empty_lists_and_no_table(void **state)
{
    struct blob none = synth_elf(0), empty = synth_elf(12);
    struct kernel kernel;

    (void)state;
    must_parse(&none, &kernel);
    assert_false(kernel.has_relocs);
    must_parse(&empty, &kernel);
    assert_true(kernel.has_relocs && kernel.has_inverse);
    assert_int_equal(kernel.abs64.count + kernel.inverse32.count + kernel.abs32.count, 0);
    blob_free(&none);
    blob_free(&empty);
}

/* One word of the table changed: index counts back from the payload's end. */
static void refuse_word(size_t back, uint64_t value, const char *part)
{
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    put(&blob, blob.size - 4 * (back + 1), value & UINT32_MAX, 4);
    bad_input(kernel_parse(blob.data, blob.size, &kernel), part);
    blob_free(&blob);
}

static void test_bad_tables(void **state)
{
    struct blob short_table = synth_elf(3), one_list = synth_elf(8);
    struct kernel kernel;

    (void)state;
    refuse_word(11, SYNTH_TEXT, "relocation table: 48 bytes after the ELF, and 2 lists");
    refuse_word(0, SYNTH_TEXT + SYNTH_TEXT_SIZE + 0x300000, "is outside the kernel");
    refuse_word(3, SYNTH_TEXT - 4, "32-bit site 0, 0xffffffff80fffffc, is outside the kernel");
    refuse_word(0, SYNTH_TEXT + 0x41, "32-bit site 3, 0xffffffff81000041, is not above");
    refuse_word(5, SYNTH_TEXT + 0x20, "inverse 32-bit site 1");
    /* Four bytes of the last segment are left there, and a 64-bit site has eight. */
    refuse_word(8, SYNTH_DATA + SYNTH_DATA_SIZE + SYNTH_BSS_SIZE - 4, "64-bit site 2");
    put(&one_list, SYNTH_ELF_SIZE + 4, SYNTH_TEXT & UINT32_MAX, 4);
    bad_input(kernel_parse(one_list.data, one_list.size, &kernel), "and 1 lists");
    bad_input(kernel_parse(short_table.data, short_table.size, &kernel), "and 0 lists");
    blob_free(&short_table);
    blob_free(&one_list);
}

/* The ELF with one field of program header 2 changed. */
static void refuse_segment(size_t field, uint64_t value, const char *part)
{
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    put(&blob, sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr) + field, value, 8);
    bad_input(kernel_parse(blob.data, blob.size, &kernel), part);
    blob_free(&blob);
}

static void test_bad_segments(void **state)
{
    (void)state;
    refuse_segment(offsetof(Elf64_Phdr, p_offset), UINT64_MAX, "segment 2");
    refuse_segment(offsetof(Elf64_Phdr, p_filesz), UINT64_MAX - 0x1000, "segment 2");
    refuse_segment(offsetof(Elf64_Phdr, p_memsz), 0x10, "segment 2: size 0x10 in memory");
    refuse_segment(offsetof(Elf64_Phdr, p_memsz), UINT64_MAX, "overflows");
    refuse_segment(offsetof(Elf64_Phdr, p_paddr), UINT64_MAX - 1, "overflows");
}

static void refuse_header(size_t field, uint64_t value, size_t width, const char *part)
{
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    put(&blob, field, value, width);
    bad_input(kernel_parse(blob.data, blob.size, &kernel), part);
    blob_free(&blob);
}

static void test_bad_elf_headers(void **state)
{
    struct kernel kernel;

    (void)state;
    refuse_header(0, 0x7e, 1, "that are no ELF");
    refuse_header(EI_CLASS, ELFCLASS32, 1, "x86-64");
    refuse_header(offsetof(Elf64_Ehdr, e_machine), EM_AARCH64, 2, "machine 183");
    refuse_header(offsetof(Elf64_Ehdr, e_type), ET_REL, 2, "not an executable");
    refuse_header(offsetof(Elf64_Ehdr, e_phoff), UINT64_MAX, 8, "program header");
    refuse_header(offsetof(Elf64_Ehdr, e_phnum), 0, 2, "no PT_LOAD");
    refuse_header(offsetof(Elf64_Ehdr, e_phnum), KERNEL_SEGMENTS_MAX + 1, 2, "more than 32");
    bad_input(kernel_parse((const uint8_t *)"\177ELF", 4, &kernel), "that are no ELF");
}

/* All bits of all headers and of the table: refused or parsed, and lists stay in the payload. */
static void test_flipped_bits(void **state)
{
    struct blob blob = synth_kernel(true);
    struct kernel kernel;

    (void)state;
    for (size_t byte = 0; byte < blob.size; byte++) {
        if (byte == SYNTH_TEXT_AT)
            byte = SYNTH_ELF_SIZE;
        for (unsigned int bit = 0; bit < 8; bit++) {
            blob.data[byte] ^= (uint8_t)(1u << bit);
            struct error *err = kernel_parse(blob.data, blob.size, &kernel);
            if (!err && kernel.has_relocs)
                assert_true(kernel.abs64.sites >= blob.data &&
                            kernel.abs32.sites + 4 * kernel.abs32.count == blob.data + blob.size);
            error_free(err);
            blob.data[byte] ^= (uint8_t)(1u << bit);
        }
    }
    blob_free(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_and_entry),
        cmocka_unit_test(test_three_lists),
        cmocka_unit_test(test_two_lists_of_newer_kernels),
        cmocka_unit_test(test_empty_lists_and_no_table),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_bad_segments),
        cmocka_unit_test(test_bad_elf_headers),
        cmocka_unit_test(test_flipped_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
