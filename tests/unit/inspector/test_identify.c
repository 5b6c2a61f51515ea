/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of files that are no bzImage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "group_folder.h"
#include "identify.h"
#include "outcome.h"

#define ROOM 4096u

static void said(const struct blob *blob, const char *part)
{
    char out[IDENTIFY_MAX] = "";

    assert_true(identify_file(blob->data, blob->size, out));
    if (!strstr(out, part))
        fail_msg("no \"%s\" in \"%s\"", part, out);
    for (const char *at = out; *at; at++)
        assert_true(*at >= ' ' && *at <= '~');
}

static void unknown(const struct blob *blob)
{
    char out[IDENTIFY_MAX] = "";

    if (identify_file(blob->data, blob->size, out))
        fail_msg("taken for %s", out);
}

static struct blob magic(size_t at, const char *bytes, size_t length)
{
    struct blob blob = blob_new(ROOM);

    memcpy(blob.data + at, bytes, length);
    return blob;
}

static void test_magic_numbers(void **state)
{
    static const struct {
        size_t at, length;
        const char *bytes, *part;
    } cases[] = {
        {56, 4, "ARM\x64", "an arm64 Image: there is no x86 boot code"},
        {56, 4, "RSC\x05", "a RISC-V Image"},
        {56, 4, "\xcd\x23\x82\x81", "a LoongArch Image"},
        {36, 4, "\x18\x28\x6f\x01", "an ARM zImage"},
        {0, 4, "\xd0\x0d\xfe\xed", "FIT image"},
        {0, 6, "070701", "a cpio archive: an initramfs goes with --initrd"},
        {0, 7, "!<arch>", "a Debian package"},
        {0, 4, "\x04\x22\x4d\x18", "lz4 data: unpack it first (lz4 -dc FILE >NEW)"},
        {0, 2, "#!", "a script"},
        {0x1fe, 2, "\x55\xaa", "a boot sector with no HdrS signature at 0x202"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct blob blob = magic(cases[i].at, cases[i].bytes, cases[i].length);

        said(&blob, cases[i].part);
        blob.size = cases[i].at + cases[i].length - 1;
        unknown(&blob);
        blob_free(&blob);
    }
}

static struct blob elf(unsigned int type, unsigned int machine)
{
    struct blob blob = magic(0, ELFMAG, SELFMAG);

    put(&blob, 16, type, 2);
    put(&blob, 18, machine, 2);
    return blob;
}

static void elf_said(struct blob blob, const char *part)
{
    said(&blob, part);
    blob_free(&blob);
}

static void test_elf_files(void **state)
{
    struct blob multiboot = elf(ET_EXEC, EM_386), cut = elf(ET_EXEC, EM_X86_64);

    (void)state;
    elf_said(elf(ET_EXEC, EM_X86_64), "ELF file for x86-64: a vmlinux has no boot header");
    elf_said(elf(ET_EXEC, EM_386), "for i386: a vmlinux has no boot header");
    elf_said(elf(ET_REL, EM_X86_64), "an object file or a module");
    elf_said(elf(ET_EXEC, EM_AARCH64), "ELF file for arm64: there is no x86 boot code");
    put(&multiboot, 1024, 0x1badb002, 4);
    put(&multiboot, 1028, 3, 4);
    put(&multiboot, 1032, (uint32_t) - (0x1badb002 + 3), 4);
    elf_said(multiboot, "a Multiboot kernel");
    cut.size = 10;
    elf_said(cut, "an ELF file for another machine");
}

/* A PE file with one section of that name. */
static struct blob pe(unsigned int machine, const char *section)
{
    struct blob blob = magic(0, "MZ", 2);

    put(&blob, 0x3c, 0x80, 4);
    memcpy(blob.data + 0x80, "PE\0\0", 4);
    put(&blob, 0x80 + 4, machine, 2);
    put(&blob, 0x80 + 6, 1, 2);
    put(&blob, 0x80 + 20, 0x70, 2);
    strncpy((char *)blob.data + 0x80 + 24 + 0x70, section, 8);
    return blob;
}

static void test_pe_files(void **state)
{
    struct blob uki = pe(0x8664, ".linux"), stub = pe(0x8664, ".text"), arm = pe(0xaa64, ".text");
    struct blob zboot = pe(0xaa64, ".text");

    (void)state;
    said(&uki, "a unified kernel image: take the kernel out of it with objcopy");
    said(&stub, "an EFI program for x86-64 with no Linux setup header");
    said(&arm, "an EFI program for arm64");
    memcpy(zboot.data + 4, "zimg", 4);
    strcpy((char *)zboot.data + 0x18, "gzip");
    put(&zboot, 0x38, 0x818223cd, 4);
    said(&zboot, "an EFI-only zboot image for arm64 (gzip data)");
    memcpy(zboot.data + 0x18, "\033[31m", 5);
    said(&zboot, "an EFI-only zboot image for arm64 (compressed data)");
    blob_free(&uki);
    blob_free(&stub);
    blob_free(&arm);
    blob_free(&zboot);
}

/* Wherever a header points to, and whatever it counts, nothing outside the file is read. */
static void test_pe_headers_that_lead_outside(void **state)
{
    struct blob blob = pe(0x8664, ".linux");

    (void)state;
    put(&blob, 0x80 + 6, 0xffff, 2);
    put(&blob, 0x80 + 20, 0xffff, 2);
    said(&blob, "an EFI program");
    put(&blob, 0x80 + 20, ROOM - 0x80 - 24 - 20, 2);
    said(&blob, "an EFI program");
    put(&blob, 0x3c, 0xfffffff0, 4);
    unknown(&blob);
    put(&blob, 0x3c, ROOM - 4, 4);
    memcpy(blob.data + ROOM - 4, "PE\0\0", 4);
    unknown(&blob);
    blob_free(&blob);
}

static void test_compressed_files_tell_what_is_in_them(void **state)
{
    struct blob image = synth_usual_image(), other = sample(30000);

    (void)state;
    for (enum codec codec = CODEC_GZIP; codec <= CODEC_ZSTD; codec++) {
        char words[64];
        struct blob packed = pack_payload(codec, &image), rest = pack_payload(codec, &other);

        snprintf(words, sizeof(words), "%s data with a bzImage: unpack it first",
                 codec_name(codec));
        said(&packed, words);
        snprintf(words, sizeof(words), "%s data: unpack it first", codec_name(codec));
        said(&rest, words);
        packed.size = 12; /* nothing can come out */
        said(&packed, words);
        blob_free(&packed);
        blob_free(&rest);
    }
    blob_free(&image);
    blob_free(&other);
}

static struct blob behind(size_t header, const char *magic_bytes, size_t length,
                          const struct blob *inner)
{
    struct blob blob = blob_new(header + inner->size);

    memcpy(blob.data, magic_bytes, length);
    memcpy(blob.data + header, inner->data, inner->size);
    return blob;
}

static void test_containers(void **state)
{
    struct blob image = synth_usual_image();
    struct blob uimage = behind(64, "\x27\x05\x19\x56", 4, &image);
    struct blob android = behind(2048, "ANDROID!", 8, &image);
    struct blob later = behind(4096, "ANDROID!", 8, &image);

    (void)state;
    said(&uimage, "a U-Boot uImage with a bzImage in it: take that out (tail -c +65)");
    put(&android, 8, 1234567, 4);
    put(&android, 36, 2048, 4);
    said(&android, "(a bzImage) is the 1234567 bytes at 2048 (unpack_bootimg)");
    put(&android, 36, 0xffffffff, 4);
    said(&android, "an Android boot image: its kernel (no bzImage)");
    put(&later, 40, 3, 4);
    said(&later, "(a bzImage) is the 0 bytes at 4096");
    blob_free(&image);
    blob_free(&uimage);
    blob_free(&android);
    blob_free(&later);
}

/* Each of them cut at every length: read to its end, and never beyond. */
static void test_cut_files(void **state)
{
    struct blob files[] = {pe(0x8664, ".linux"), elf(ET_EXEC, EM_386), magic(0, "ANDROID!", 8),
                           magic(0, "\x27\x05\x19\x56", 4)};
    char out[IDENTIFY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        for (size_t size = 0; size < 300; size++) {
            uint8_t *exact = malloc(size ? size : 1);

            assert_non_null(exact);
            memcpy(exact, files[i].data, size);
            identify_file(exact, size, out);
            free(exact);
        }
        blob_free(&files[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_magic_numbers),
        cmocka_unit_test(test_elf_files),
        cmocka_unit_test(test_pe_files),
        cmocka_unit_test(test_pe_headers_that_lead_outside),
        cmocka_unit_test(test_compressed_files_tell_what_is_in_them),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_cut_files),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
