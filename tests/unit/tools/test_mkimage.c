/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkimage: the image that it makes, read by code of this test's own, and what it does when
 * something is wrong with its input or its surroundings.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "bootparams.h"
#include "layout.h"
#include "run.h"

#define IMAGE BUILD "/teaching.bzImage"
#define STUB  BUILD "/stub.elf"
#define BIN   BUILD "/vmlinux.bin"
#define TABLE BUILD "/vmlinux.relocs"

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

/* ---- reading what was made ---- */

struct image {
    uint8_t *bytes;
    size_t size;
    struct setup_header header;
    size_t code; /* offset of the protected-mode part */
};

static struct image load_image(const char *path)
{
    struct image image;
    image.bytes = load_file(path, &image.size);
    assert_true(image.size > BP_hdr_end);
    memcpy(&image.header, image.bytes + BP_hdr, sizeof(image.header));
    image.code = (image.header.setup_sects + 1u) * 512;
    return image;
}

/* The value of a symbol of the stub's ELF. */
static uint64_t symbol(const uint8_t *elf, const char *name)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)elf;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(elf + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const Elf64_Sym *symbols = (const Elf64_Sym *)(elf + sections[i].sh_offset);
        const char *names = (const char *)elf + sections[sections[i].sh_link].sh_offset;
        for (size_t j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
            if (strcmp(names + symbols[j].st_name, name) == 0)
                return symbols[j].st_value;
    }
    fail_msg("no symbol %s", name);
    return 0;
}

static void test_header(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    size_t elf_size;
    uint8_t *elf = load_file(STUB, &elf_size);
    const struct setup_header *h = &image.header;
    assert_int_equal(h->boot_flag, 0xaa55);
    assert_int_equal(h->header, 0x53726448);
    assert_true(h->setup_sects >= 4);
    /* Everything after the setup sectors, CRC included, in 16-byte units. */
    assert_int_equal(image.code + (size_t)h->syssize * 16, image.size);
    assert_int_equal(h->pref_address, 0x1000000);
    assert_int_equal(h->kernel_alignment, 0x200000);
    assert_int_equal(h->min_alignment, 21);
    assert_int_equal(h->relocatable_kernel, 1);
    assert_int_equal(h->payload_offset, symbol(elf, "input_data"));
    assert_int_equal(h->payload_length, symbol(elf, "z_input_len"));
    assert_int_equal(symbol(elf, "input_data_end") - symbol(elf, "input_data"), h->payload_length);
    assert_int_equal(symbol(elf, "LOAD_PHYSICAL_ADDR"), 0x1000000);
    free(elf);
    free(image.bytes);
}

/* The kernel's rule, from its description: room for the larger of kernel and stub behind slack. */
static void test_init_size(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    size_t size;
    uint8_t *elf = load_file(STUB, &size);
    uint64_t input = symbol(elf, "z_input_len"), output = symbol(elf, "z_output_len");
    uint64_t offset = output - input + output / 256 + 128 * 1024;
    assert_true(output > input);
    assert_true(offset > symbol(elf, "_ehead"));
    uint64_t expected = symbol(elf, "_end") + (offset + 4095) / 4096 * 4096;
    assert_int_equal(image.header.init_size, expected);
    free(elf);
    free(image.bytes);
}

/* Follows kernel_total_size to its bytes in the image: one word that only C in the guest reads. */
static void test_words_for_the_stub(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    size_t size;
    uint8_t *elf = load_file(STUB, &size);
    uint64_t total, physical;
    uint32_t input, output;
    memcpy(&total, image.bytes + image.code + symbol(elf, "kernel_total_size"), 8);
    memcpy(&physical, image.bytes + image.code + symbol(elf, "load_physical_addr"), 8);
    memcpy(&input, image.bytes + image.code + symbol(elf, "input_len"), 4);
    memcpy(&output, image.bytes + image.code + symbol(elf, "output_len"), 4);
    free(elf);

    uint8_t *kernel = load_file(BUILD "/kernel.elf", &size);
    assert_int_equal(total, symbol(kernel, "_end") - symbol(kernel, "_text"));
    assert_int_equal(physical, 0x1000000);
    assert_int_equal(input, image.header.payload_length);
    free(kernel);
    struct stat bin, table;
    assert_int_equal(stat(BIN, &bin), 0);
    assert_int_equal(stat(TABLE, &table), 0);
    assert_int_equal(output, bin.st_size + table.st_size);
    free(image.bytes);
}

static void test_crc_over_the_file_is_zero(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    /* Without the final inversion: crc32() of zlib inverts, so invert it back. */
    assert_int_equal((uint32_t)~crc32(0, image.bytes, (uInt)image.size), 0);
    free(image.bytes);
}

static uint8_t *unpack(const struct image *image, size_t *ret_size)
{
    const uint8_t *packed = image->bytes + image->code + image->header.payload_offset;
    uint32_t length;
    memcpy(&length, packed + image->header.payload_length - 4, 4);
    uint8_t *out = malloc(length);
    z_stream stream = {.next_in = (uint8_t *)packed,
                       .avail_in = image->header.payload_length,
                       .next_out = out,
                       .avail_out = length};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.avail_out, 0);
    inflateEnd(&stream);
    *ret_size = length;
    return out;
}

static void test_payload_is_kernel_and_table(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    size_t size, bin_size, table_size;
    uint8_t *payload = unpack(&image, &size);
    uint8_t *bin = load_file(BIN, &bin_size), *table = load_file(TABLE, &table_size);
    assert_int_equal(size, bin_size + table_size);
    assert_memory_equal(payload, bin, bin_size);
    assert_memory_equal(payload + bin_size, table, table_size);
    free(payload);
    free(bin);
    free(table);
    free(image.bytes);
}

/* ---- running it ---- */

#define WITH(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        MKIMAGE_PROGRAM, "-o", in_folder("image"), "--elf", in_folder("elf"), __VA_ARGS__, NULL    \
    }

static void test_one_file_equals_two(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE);
    size_t size;
    uint8_t *payload = unpack(&image, &size);
    store_file(in_folder("payload"), payload, size);
    struct run run = run_program(WITH("--stub", BUILD, "--payload", in_folder("payload")), NULL);
    assert_string_equal(run.errors, "");
    assert_int_equal(run.status, 0);
    /* Nothing but the two outputs: the temporary directory was in this folder, too. */
    assert_int_equal(count_folder(), 3);
    struct image other = load_image(in_folder("image"));
    assert_int_equal(other.size, image.size);
    assert_memory_equal(other.bytes, image.bytes, image.size);
    struct stat info;
    assert_int_equal(stat(in_folder("image"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
    free(payload);
    free(image.bytes);
    free(other.bytes);
}

static void test_options_reach_the_header(void **state)
{
    (void)state;
    struct run run = run_program(WITH("--stub", BUILD, "--kernel", BIN, "--relocs", TABLE,
                                      "--level", "1", "--alignment", "0x100000", "--pref-address",
                                      "0x800000", "--version", "6.1.0-test (someone)"),
                                 NULL);
    assert_string_equal(run.errors, "");
    assert_int_equal(run.status, 0);
    struct image image = load_image(in_folder("image"));
    size_t size;
    uint8_t *elf = load_file(in_folder("elf"), &size);
    assert_int_equal(image.header.pref_address, 0x800000);
    assert_int_equal(image.header.kernel_alignment, 0x100000);
    assert_int_equal(image.header.min_alignment, 20);
    assert_string_equal(image.bytes + 0x200 + image.header.kernel_version, "6.1.0-test (someone)");
    assert_true(0x200u + image.header.kernel_version < image.code);
    assert_int_equal(symbol(elf, "LOAD_PHYSICAL_ADDR"), 0x800000);
    uint64_t total;
    memcpy(&total, image.bytes + image.code + symbol(elf, "kernel_total_size"), 8);
    /* Counted from where the buffer starts, which is now 8 MiB below the kernel. */
    assert_true(total > 0x800000);
    free(elf);
    free(image.bytes);
}

static void refuse(const char *const argv[], const struct run_options *options, const char *reason)
{
    struct run run = run_program(argv, options);
    assert_refused(&run, "mkimage", reason);
}

static void test_bad_options(void **state)
{
    (void)state;
    refuse(WITH("--stub", BUILD), NULL, "usage");
    refuse(WITH("--stub", BUILD, "--payload", BIN, "--kernel", BIN), NULL, "usage");
    refuse(WITH("--stub", BUILD, "--payload", BIN, "stray"), NULL, "usage");
    refuse(WITH("--nonsense"), NULL, "usage");
    refuse(WITH("--level", "0"), NULL, "--level: '0' is not 1 to 9");
    refuse(WITH("--level", "9x"), NULL, "--level: '9x' is not a number");
    refuse(WITH("--stub", BUILD, "--payload", BIN, "--alignment", "3000"), NULL,
           "--alignment: 0xbb8");
    refuse(WITH("--stub", BUILD, "--payload", BIN, "--pref-address", "0x1001000"), NULL,
           "--pref-address: 0x1001000 is not a multiple");
    assert_int_equal(count_folder(), 0);
}

static void test_bad_payloads(void **state)
{
    (void)state;
    refuse(WITH("--stub", BUILD, "--payload", "/nowhere"), NULL, "/nowhere: No such file");
    refuse(WITH("--stub", BUILD, "--payload", "/etc/passwd"), NULL, "/etc/passwd: not an ELF file");
    refuse(WITH("--stub", BUILD, "--payload", "/dev/null"), NULL, "/dev/null: not an ELF file");
    refuse(WITH("--stub", BUILD, "--payload", "/"), NULL, "/: Is a directory");
    refuse(WITH("--stub", BUILD, "--kernel", BIN, "--relocs", "/nowhere"), NULL,
           "/nowhere: No such file");
    refuse(WITH("--stub", BUILD, "--payload", BIN, "--pref-address", "0x2000000"), NULL,
           "PT_LOAD at 0x1000000 lies below the preferred address 0x2000000");
    assert_int_equal(count_folder(), 0);

    size_t size;
    uint8_t *bin = load_file(BIN, &size);
    store_file(in_folder("cut"), bin, size / 2);
    refuse(WITH("--stub", BUILD, "--payload", in_folder("cut")), NULL, "ends after the file's");
    Elf64_Ehdr *header = (Elf64_Ehdr *)bin;
    header->e_phnum = 0;
    store_file(in_folder("cut"), bin, size);
    refuse(WITH("--stub", BUILD, "--payload", in_folder("cut")), NULL, "no PT_LOAD");
    header->e_machine = EM_386;
    store_file(in_folder("cut"), bin, size);
    refuse(WITH("--stub", BUILD, "--payload", in_folder("cut")), NULL, "not x86-64");
    assert_int_equal(count_folder(), 1);
    free(bin);
}

/* A stub folder of this test's, with one part replaced. */
static const char *stub_folder_with(const char *part, const void *data, size_t size)
{
    static const char *const parts[] = {"setup.bin", "stub.o", "stub.lds"};
    for (size_t i = 0; i < 3; i++) {
        char from[64];
        size_t part_size;
        snprintf(from, sizeof(from), "%s/%s", BUILD, parts[i]);
        uint8_t *bytes = load_file(from, &part_size);
        if (strcmp(parts[i], part) == 0)
            store_file(in_folder(part), data, size);
        else
            store_file(in_folder(parts[i]), bytes, part_size);
        free(bytes);
    }
    return in_folder("");
}

static void test_bad_stub_folders(void **state)
{
    (void)state;
    refuse(WITH("--stub", "/nowhere", "--payload", BIN), NULL, "/nowhere/stub.lds: No such file");
    static const char failing[] = "ASSERT(0, \"the reason\")\n";
    const char *stub = stub_folder_with("stub.lds", failing, sizeof(failing) - 1);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN), NULL, "the reason");
    stub = stub_folder_with("stub.o", "", 0);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN), NULL, "ld: exit status 1: ");
    stub = stub_folder_with("setup.bin", "", 0);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN), NULL,
           "setup.bin: 0 bytes; setup code has 1024 to 32768");
    static const uint8_t zeros[2048];
    stub = stub_folder_with("setup.bin", zeros, sizeof(zeros));
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN), NULL, "no boot protocol header");
    assert_int_equal(count_folder(), 3);
}

static void test_bad_surroundings(void **state)
{
    (void)state;
    const char *const *argv = WITH("--stub", BUILD, "--level", "1", "--payload", BIN);
    refuse(argv, &(struct run_options){.path = "/nowhere"}, "as: No such file");
    /* A disk that fills up while the compressed payload is written. */
    refuse(argv, &(struct run_options){.file_limit = 65536}, "payload.gz: File too large");
    assert_int_equal(count_folder(), 0);

    const char *const no_folder[] = {MKIMAGE_PROGRAM,
                                     "--stub",
                                     BUILD,
                                     "--level",
                                     "1",
                                     "--payload",
                                     BIN,
                                     "-o",
                                     in_folder("no/image"),
                                     "--elf",
                                     in_folder("elf"),
                                     NULL};
    refuse(no_folder, NULL, "no/image: No such file");
    const char *const device[] = {MKIMAGE_PROGRAM,  "--stub", BUILD, "--level",   "1",
                                  "--payload",      BIN,      "-o",  "/dev/null", "--elf",
                                  in_folder("elf"), NULL};
    refuse(device, NULL, "/dev/null: exists and is not a regular file");
    assert_int_equal(count_folder(), 0);

    char folder[64];
    strcpy(folder, getenv("TMPDIR"));
    setenv("TMPDIR", "/nowhere", 1);
    refuse(argv, NULL, "/nowhere: No such file");
    setenv("TMPDIR", folder, 1);
}

/* Room for the small temporary files, none for the outputs: both or neither must appear. */
static void test_full_disk_at_the_end(void **state)
{
    (void)state;
    struct stat image, elf;
    assert_int_equal(stat(IMAGE, &image), 0);
    assert_int_equal(stat(STUB, &elf), 0);
    assert_true(elf.st_size > image.st_size);
    const char *const *argv = WITH("--stub", BUILD, "--kernel", BIN, "--relocs", TABLE);
    refuse(argv, &(struct run_options){.file_limit = (size_t)elf.st_size - 1}, "");
    assert_int_equal(count_folder(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_header),
        TEST(test_init_size),
        TEST(test_words_for_the_stub),
        TEST(test_crc_over_the_file_is_zero),
        TEST(test_payload_is_kernel_and_table),
        TEST(test_one_file_equals_two),
        TEST(test_options_reach_the_header),
        TEST(test_bad_options),
        TEST(test_bad_payloads),
        TEST(test_bad_stub_folders),
        TEST(test_bad_surroundings),
        TEST(test_full_disk_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
