/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mkimage as a program: its options, and what it does when its input or surroundings are bad. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "image_reader.h"
#include "run.h"

#define WITH(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        MKIMAGE_PROGRAM, "-o", in_folder("image"), "--elf", in_folder("elf"), __VA_ARGS__, NULL    \
    }

static void test_one_file_equals_two(void **state)
{
    (void)state;
    struct image image = load_image(IMAGE_FILE);
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
    struct run run = run_program(WITH("--stub", BUILD, "--kernel", BIN_FILE, "--relocs", TABLE_FILE,
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
    refuse(WITH("--stub", BUILD, "--payload", BIN_FILE, "--kernel", BIN_FILE), NULL, "usage");
    refuse(WITH("--stub", BUILD, "--payload", BIN_FILE, "stray"), NULL, "usage");
    refuse(WITH("--nonsense"), NULL, "usage");
    refuse(WITH("--level", "0"), NULL, "--level: '0' is not 1 to 9");
    refuse(WITH("--level", "9x"), NULL, "--level: '9x' is not a number");
    refuse(WITH("--stub", BUILD, "--payload", BIN_FILE, "--alignment", "3000"), NULL,
           "--alignment: 0xbb8");
    refuse(WITH("--stub", BUILD, "--payload", BIN_FILE, "--pref-address", "0x1001000"), NULL,
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
    refuse(WITH("--stub", BUILD, "--kernel", BIN_FILE, "--relocs", "/nowhere"), NULL,
           "/nowhere: No such file");
    refuse(WITH("--stub", BUILD, "--kernel", BIN_FILE, "--relocs", "/dev/null"), NULL,
           "/dev/null: not a relocation table");
    refuse(WITH("--stub", BUILD, "--payload", BIN_FILE, "--pref-address", "0x2000000"), NULL,
           "PT_LOAD at 0x1000000 lies below the preferred address 0x2000000");
    assert_int_equal(count_folder(), 0);

    size_t size;
    uint8_t *bin = load_file(BIN_FILE, &size);
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
    refuse(WITH("--stub", "/nowhere", "--payload", BIN_FILE), NULL,
           "/nowhere/stub.lds: No such file");
    static const char failing[] = "ASSERT(0, \"the reason\")\n";
    const char *stub = stub_folder_with("stub.lds", failing, sizeof(failing) - 1);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN_FILE), NULL, "the reason");
    stub = stub_folder_with("stub.o", "", 0);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN_FILE), NULL,
           "ld: exit status 1: ");
    stub = stub_folder_with("setup.bin", "", 0);
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN_FILE), NULL,
           "setup.bin: 0 bytes; setup code has 1024 to 32768");
    static const uint8_t zeros[2048];
    stub = stub_folder_with("setup.bin", zeros, sizeof(zeros));
    refuse(WITH("--stub", stub, "--level", "1", "--payload", BIN_FILE), NULL,
           "no boot protocol header");
    assert_int_equal(count_folder(), 3);
}

static void test_bad_surroundings(void **state)
{
    (void)state;
    const char *const *argv = WITH("--stub", BUILD, "--level", "1", "--payload", BIN_FILE);
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
                                     BIN_FILE,
                                     "-o",
                                     in_folder("no/image"),
                                     "--elf",
                                     in_folder("elf"),
                                     NULL};
    refuse(no_folder, NULL, "no/image: No such file");
    const char *const device[] = {MKIMAGE_PROGRAM,  "--stub", BUILD, "--level",   "1",
                                  "--payload",      BIN_FILE, "-o",  "/dev/null", "--elf",
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
    assert_int_equal(stat(IMAGE_FILE, &image), 0);
    assert_int_equal(stat(STUB_FILE, &elf), 0);
    assert_true(elf.st_size > image.st_size);
    const char *const *argv = WITH("--stub", BUILD, "--kernel", BIN_FILE, "--relocs", TABLE_FILE);
    refuse(argv, &(struct run_options){.file_limit = (size_t)elf.st_size - 1}, "");
    assert_int_equal(count_folder(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_file_equals_two),  TEST(test_options_reach_the_header),
        TEST(test_bad_options),          TEST(test_bad_payloads),
        TEST(test_bad_stub_folders),     TEST(test_bad_surroundings),
        TEST(test_full_disk_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
