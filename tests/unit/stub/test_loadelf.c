/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loadelf.c: a good file lands right; a hostile one is refused and moves nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "heap.h"
#include "loadelf.h"
#include "make_payload.h"
#include "platform_host.h"
#include "stub_string.h"

extern unsigned char boot_heap[BOOT_HEAP_SIZE];

static unsigned char *buffer; /* exactly as large as elf.size says */
static struct elf_buffer elf;
static struct loaded_elf loaded;

static int setup(void **state)
{
    (void)state;
    host_reset();
    heap_init(boot_heap, BOOT_HEAP_SIZE);
    elf = (struct elf_buffer){
        .file_size = PAYLOAD_ELF_SIZE,
        .output_len = PAYLOAD_SIZE,
        .size = PAYLOAD_SIZE,
        .load_physical_addr = PAYLOAD_LOAD_ADDR,
    };
    buffer = malloc(PAYLOAD_SIZE);
    payload_make(3, buffer);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(buffer);
    return 0;
}

/* Refused, with these words, with nothing moved and the heap free again. */
static void refused(const char *text)
{
    unsigned char *before = malloc(PAYLOAD_SIZE);
    uint64_t heap_before = free_mem_ptr;
    const struct boot_error *error;

    memcpy(before, buffer, PAYLOAD_SIZE);
    error = parse_elf(buffer, &elf, &loaded);
    assert_non_null(error);
    if (!strstr(error->message, text))
        fail_msg("\"%s\" does not say \"%s\"", error->message, text);
    assert_memory_equal(buffer, before, PAYLOAD_SIZE);
    assert_int_equal(free_mem_ptr, heap_before);
    free(before);
}

/* As refused(), for one change that is undone afterwards. */
#define REFUSED_WITH(field, value, text)                                                           \
    do {                                                                                           \
        __typeof__(field) saved_ = (field);                                                        \
        (field) = (value);                                                                         \
        refused(text);                                                                             \
        (field) = saved_;                                                                          \
    } while (0)

static void segments_land_where_they_belong(void **state)
{
    static unsigned char expect[PAYLOAD_TOTAL_SIZE];
    unsigned char table[PAYLOAD_TABLE_SIZE];

    (void)state;
    payload_expect(buffer, 0, expect);
    memcpy(table, buffer + PAYLOAD_ELF_SIZE, sizeof(table));
    assert_null(parse_elf(buffer, &elf, &loaded));
    assert_true(payload_matches(buffer, expect));
    assert_memory_equal(buffer + PAYLOAD_ELF_SIZE, table, sizeof(table));
    assert_int_equal(loaded.segments, PAYLOAD_SEGMENTS);
    assert_int_equal(loaded.entry, PAYLOAD_ENTRY);
    assert_int_equal(loaded.image_len, 0x4000 + 0x777);
}

static void not_an_elf_for_this_machine(void **state)
{
    Elf64_Ehdr *ehdr = payload_ehdr(buffer);

    (void)state;
    REFUSED_WITH(ehdr->e_ident[0], 0x7e, "not a valid ELF file: starts with 0x7e 0x45 0x4c 0x46");
    REFUSED_WITH(ehdr->e_ident[EI_CLASS], ELFCLASS32, "not for x86-64");
    REFUSED_WITH(ehdr->e_ident[EI_DATA], ELFDATA2MSB, "not for x86-64");
    REFUSED_WITH(ehdr->e_machine, EM_386, "machine 3");
    REFUSED_WITH(elf.file_size, 63, "not a valid ELF file: 63 bytes");
}

static void program_headers_outside_of_the_file(void **state)
{
    Elf64_Ehdr *ehdr = payload_ehdr(buffer);

    (void)state;
    REFUSED_WITH(ehdr->e_phoff, PAYLOAD_ELF_SIZE + 1, "program headers");
    REFUSED_WITH(ehdr->e_phoff, PAYLOAD_ELF_SIZE - 4 * 56 + 1, "program headers");
    REFUSED_WITH(ehdr->e_phoff, UINT64_MAX - 8, "program headers");
    REFUSED_WITH(ehdr->e_phnum, 0xffff, "65535 program headers");
    REFUSED_WITH(ehdr->e_phentsize, 32, "of 32 bytes");
    REFUSED_WITH(ehdr->e_phnum, 0, "is in no executable PT_LOAD");
}

static void more_headers_than_the_heap_holds(void **state)
{
    Elf64_Ehdr *ehdr = payload_ehdr(buffer);

    (void)state;
    heap_init(boot_heap, 512);
    REFUSED_WITH(ehdr->e_phnum, 100, "no room on the heap for 100 program headers");
}

static void segment_outside_of_the_file(void **state)
{
    Elf64_Phdr *phdr = payload_phdr(buffer, 1);

    (void)state;
    REFUSED_WITH(phdr->p_offset, PAYLOAD_ELF_SIZE - 0xff0 + 1, "PT_LOAD 1 is outside of the file");
    REFUSED_WITH(phdr->p_offset, UINT64_MAX - 16, "outside of the file");
    phdr->p_memsz = UINT64_MAX;
    REFUSED_WITH(phdr->p_filesz, UINT64_MAX, "outside of the file");
}

static void segment_outside_of_the_output(void **state)
{
    Elf64_Phdr *phdr = payload_phdr(buffer, 1);

    (void)state;
    REFUSED_WITH(phdr->p_paddr, PAYLOAD_LOAD_ADDR - 1, "PT_LOAD 1 is outside of the output");
    REFUSED_WITH(phdr->p_paddr, 0, "outside of the output");
    REFUSED_WITH(phdr->p_paddr, UINT64_MAX, "outside of the output");
    REFUSED_WITH(phdr->p_paddr, PAYLOAD_LOAD_ADDR + PAYLOAD_SIZE - 0x1000 + 1,
                 "outside of the output");
    REFUSED_WITH(phdr->p_memsz, PAYLOAD_SIZE, "outside of the output");
    REFUSED_WITH(phdr->p_memsz, UINT64_MAX, "outside of the output");
    REFUSED_WITH(phdr->p_memsz, 0xfef, "has p_filesz 0xff0 but p_memsz 0xfef");
}

static void misaligned(void **state)
{
    Elf64_Phdr *phdr = payload_phdr(buffer, 2);

    (void)state;
    REFUSED_WITH(phdr->p_align, 0x1000, "PT_LOAD 2 is misaligned: p_align 0x1000");
    REFUSED_WITH(phdr->p_align, 0x300000, "misaligned");
}

static void moves_that_destroy(void **state)
{
    Elf64_Phdr *first = payload_phdr(buffer, 0);
    Elf64_Phdr *second = payload_phdr(buffer, 1);

    (void)state;
    /* onto the source of the second, which is at 0x6000 to 0x6ff0 */
    first->p_memsz = first->p_filesz;
    REFUSED_WITH(first->p_paddr, PAYLOAD_LOAD_ADDR + 0x6cbb, "PT_LOAD 0 at 0x1006cbb would");
    REFUSED_WITH(first->p_paddr, PAYLOAD_LOAD_ADDR + 0x6000 - 0x2344, "would overwrite PT_LOAD 1");
    /* onto the destination of the first */
    REFUSED_WITH(second->p_paddr, PAYLOAD_LOAD_ADDR + 0x2344, "would overwrite PT_LOAD 1");
    /* onto the relocation table; the second's own source may be overwritten by itself */
    second->p_memsz = second->p_filesz;
    REFUSED_WITH(second->p_paddr, PAYLOAD_LOAD_ADDR + PAYLOAD_ELF_SIZE - 0xff0 + 1,
                 "PT_LOAD 1 would overwrite the relocation table at 0x9000");
}

/* A segment that moves up, over its own source: only a true memmove gets it right. */
static void a_segment_may_overlap_itself(void **state)
{
    Elf64_Phdr *phdr = payload_phdr(buffer, 2);
    unsigned char content[0x777];

    (void)state;
    memcpy(content, buffer + 0x7800, sizeof(content));
    phdr->p_paddr = PAYLOAD_LOAD_ADDR + 0x7810;
    phdr->p_memsz = phdr->p_filesz;
    assert_null(parse_elf(buffer, &elf, &loaded));
    assert_memory_equal(buffer + 0x7810, content, sizeof(content));
}

static void entry_must_be_code(void **state)
{
    Elf64_Ehdr *ehdr = payload_ehdr(buffer);

    (void)state;
    REFUSED_WITH(ehdr->e_entry, PAYLOAD_LOAD_ADDR - 1, "entry 0xffffff is in no executable");
    REFUSED_WITH(ehdr->e_entry, PAYLOAD_LOAD_ADDR + 0x2345, "in no executable");
    REFUSED_WITH(ehdr->e_entry, PAYLOAD_LOAD_ADDR + 0x3000, "in no executable"); /* data */
    REFUSED_WITH(ehdr->e_entry, UINT64_MAX, "in no executable");
    ehdr->e_entry = PAYLOAD_LOAD_ADDR + 0x2344;
    assert_null(parse_elf(buffer, &elf, &loaded));
    assert_int_equal(loaded.entry, 0x2344);
}

/* An empty segment is nothing to move, wherever it claims to be. */
static void empty_segments(void **state)
{
    Elf64_Phdr *phdr = payload_phdr(buffer, 2);

    (void)state;
    phdr->p_filesz = 0;
    phdr->p_offset = PAYLOAD_ELF_SIZE;
    assert_null(parse_elf(buffer, &elf, &loaded));
    assert_int_equal(loaded.segments, PAYLOAD_SEGMENTS);
    assert_int_equal(loaded.image_len, 0x4000);
}

/* Headers made of noise: no result but an error, or a load inside the buffer (the sanitizer). */
static void random_headers(void **state)
{
    uint64_t random = 99;
    unsigned int refusals = 0;

    (void)state;
    for (unsigned int round = 0; round < 5000; round++) {
        payload_make(3, buffer);
        for (unsigned int change = 0; change < 3; change++) {
            uint32_t at = payload_random(&random) % (sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr));

            buffer[at] = payload_random(&random);
        }
        refusals += parse_elf(buffer, &elf, &loaded) != NULL;
    }
    assert_in_range(refusals, 1000, 4999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(segments_land_where_they_belong, setup, teardown),
        cmocka_unit_test_setup_teardown(not_an_elf_for_this_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(program_headers_outside_of_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(more_headers_than_the_heap_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(segment_outside_of_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(segment_outside_of_the_output, setup, teardown),
        cmocka_unit_test_setup_teardown(misaligned, setup, teardown),
        cmocka_unit_test_setup_teardown(moves_that_destroy, setup, teardown),
        cmocka_unit_test_setup_teardown(a_segment_may_overlap_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(entry_must_be_code, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_segments, setup, teardown),
        cmocka_unit_test_setup_teardown(random_headers, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
