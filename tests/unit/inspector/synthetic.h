/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Made-up kernels and bzImages, whole and valid, for a test to break in one place.
 *
 *   kernel:   ELF header | program headers | note | text | data | relocation table
 *   bzImage:  boot sector and header | setup code, version string | code | payload | code
 */
#ifndef BOOTSCOPE_TESTS_SYNTHETIC_H
#define BOOTSCOPE_TESTS_SYNTHETIC_H

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "bootparams.h"
#include "layout.h"
#include "packers.h"

#define SYNTH_TEXT_SIZE 0x3000u
#define SYNTH_DATA_SIZE 0x1000u
#define SYNTH_BSS_SIZE  0x5000u
#define SYNTH_TEXT      (START_KERNEL_MAP + TEACHING_PHYSICAL_ADDR)
#define SYNTH_DATA      (SYNTH_TEXT + 0x200000)
#define SYNTH_ENTRY     (TEACHING_PHYSICAL_ADDR + 0x53u)
#define SYNTH_SEGMENTS  3
#define SYNTH_NOTE_AT   (sizeof(Elf64_Ehdr) + SYNTH_SEGMENTS * sizeof(Elf64_Phdr))
#define SYNTH_NOTE_SIZE 36
#define SYNTH_TEXT_AT   0x200u
#define SYNTH_DATA_AT   (SYNTH_TEXT_AT + SYNTH_TEXT_SIZE)
#define SYNTH_ELF_SIZE  (SYNTH_DATA_AT + SYNTH_DATA_SIZE)

/* Sites of the relocation lists, counted from SYNTH_TEXT or SYNTH_DATA. */
#define SYNTH_ABS64                                                                                \
    {                                                                                              \
        0x8u, 0x10u, 0x100u                                                                        \
    }
#define SYNTH_INVERSE32                                                                            \
    {                                                                                              \
        0x20u, 0x30u                                                                               \
    }
#define SYNTH_ABS32                                                                                \
    {                                                                                              \
        0x40u, 0x44u, 0x50u, 0x60u                                                                 \
    }

/* A GNU build ID note whose 20 bytes are all seed. */
static inline void put_note(struct blob *blob, size_t at, uint8_t seed)
{
    put(blob, at, 4, 4);
    put(blob, at + 4, 20, 4);
    put(blob, at + 8, NT_GNU_BUILD_ID, 4);
    memcpy(blob->data + at + 12, "GNU", 4);
    memset(blob->data + at + 16, seed, 20);
}

static inline void put_segment(struct blob *blob, unsigned int index, const Elf64_Phdr *header)
{
    memcpy(blob->data + sizeof(Elf64_Ehdr) + index * sizeof(*header), header, sizeof(*header));
}

static inline void put_segments(struct blob *blob)
{
    const Elf64_Phdr note = {.p_type = PT_NOTE,
                             .p_flags = PF_R,
                             .p_offset = SYNTH_NOTE_AT,
                             .p_filesz = SYNTH_NOTE_SIZE,
                             .p_memsz = SYNTH_NOTE_SIZE};
    const Elf64_Phdr text = {.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_X,
                             .p_offset = SYNTH_TEXT_AT,
                             .p_vaddr = SYNTH_TEXT,
                             .p_paddr = SYNTH_TEXT - START_KERNEL_MAP,
                             .p_filesz = SYNTH_TEXT_SIZE,
                             .p_memsz = SYNTH_TEXT_SIZE,
                             .p_align = 0x200000};
    const Elf64_Phdr data = {.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_W,
                             .p_offset = SYNTH_DATA_AT,
                             .p_vaddr = SYNTH_DATA,
                             .p_paddr = SYNTH_DATA - START_KERNEL_MAP,
                             .p_filesz = SYNTH_DATA_SIZE,
                             .p_memsz = SYNTH_DATA_SIZE + SYNTH_BSS_SIZE,
                             .p_align = 0x200000};

    put_segment(blob, 0, &note);
    put_segment(blob, 1, &text);
    put_segment(blob, 2, &data);
}

/* The ELF alone, with room for extra bytes behind it. */
static inline struct blob synth_elf(size_t extra)
{
    struct blob blob = blob_new(SYNTH_ELF_SIZE + extra);
    const Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = SYNTH_ENTRY,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = SYNTH_SEGMENTS,
        .e_shentsize = sizeof(Elf64_Shdr),
    };

    memcpy(blob.data, &header, sizeof(header));
    put_segments(&blob);
    put_note(&blob, SYNTH_NOTE_AT, 0x4b);
    for (size_t i = 0; i < SYNTH_TEXT_SIZE; i++)
        blob.data[SYNTH_TEXT_AT + i] = (uint8_t)(i * 7 + (i >> 8));
    return blob;
}

static inline size_t put_sites(struct blob *blob, size_t at, uint64_t base, const uint32_t *sites,
                               size_t count)
{
    put(blob, at, 0, 4);
    for (size_t i = 0; i < count; i++)
        put(blob, at + 4 + 4 * i, (uint32_t)(base + sites[i]), 4);
    return at + 4 + 4 * count;
}

/* ELF and relocation table, with the inverse list or as newer kernels have it, without. */
static inline struct blob synth_kernel(bool inverse)
{
    static const uint32_t abs64[] = SYNTH_ABS64, inverse32[] = SYNTH_INVERSE32,
                          abs32[] = SYNTH_ABS32;
    struct blob blob = synth_elf(4 * (inverse ? 3 + 3 + 2 + 4 : 2 + 3 + 4));
    size_t at = put_sites(&blob, SYNTH_ELF_SIZE, SYNTH_DATA, abs64, 3);

    if (inverse)
        at = put_sites(&blob, at, SYNTH_TEXT, inverse32, 2);
    at = put_sites(&blob, at, SYNTH_TEXT, abs32, 4);
    assert(at == blob.size);
    return blob;
}

#define SYNTH_SETUP_SECTS  5u
#define SYNTH_SETUP_SIZE   ((1 + SYNTH_SETUP_SECTS) * 512)
#define SYNTH_VERSION      "6.66.6-synthetic (who@where) #1"
#define SYNTH_VERSION_AT   0x900u
#define SYNTH_PAYLOAD_AT   0x300u /* from the start of the code */
#define SYNTH_STUB_NOTE_AT 0x100u /* likewise */
#define SYNTH_STUB_ID_BYTE 0x5b
#define SYNTH_CODE_AFTER   0x200u
#define SYNTH_INIT_SIZE    0x1000000u

static inline void put_header(struct blob *image, size_t code_size, size_t payload_size)
{
    put(image, BP_setup_sects, SYNTH_SETUP_SECTS, 1);
    put(image, BP_syssize, code_size / 16, 4);
    put(image, BP_boot_flag, BOOT_FLAG_MAGIC, 2);
    put(image, BP_header, HEADER_MAGIC, 4);
    put(image, BP_version, BOOT_PROTOCOL, 2);
    put(image, BP_kernel_version, SYNTH_VERSION_AT - 0x200, 2);
    put(image, BP_loadflags, LOADED_HIGH, 1);
    put(image, BP_code32_start, DEFAULT_LOAD_ADDRESS, 4);
    put(image, BP_kernel_alignment, TEACHING_PHYSICAL_ALIGN, 4);
    put(image, BP_relocatable_kernel, 1, 1);
    put(image, BP_min_alignment, 21, 1);
    put(image, BP_xloadflags, XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G, 2);
    put(image, BP_cmdline_size, KERNEL_CMDLINE_MAX, 4);
    put(image, BP_payload_offset, SYNTH_PAYLOAD_AT, 4);
    put(image, BP_payload_length, payload_size, 4);
    put(image, BP_pref_address, TEACHING_PHYSICAL_ADDR, 8);
    put(image, BP_init_size, SYNTH_INIT_SIZE, 4);
}

/* Around a payload as it stands in an image (pack_payload). */
static inline struct blob synth_image(const struct blob *payload)
{
    size_t code = (SYNTH_PAYLOAD_AT + payload->size + SYNTH_CODE_AFTER + 15) / 16 * 16;
    struct blob image = blob_new(SYNTH_SETUP_SIZE + code);

    for (size_t i = BP_hdr_end; i < SYNTH_SETUP_SIZE + SYNTH_PAYLOAD_AT; i++)
        image.data[i] = (uint8_t)(i * 13 + (i >> 8));
    put_header(&image, code, payload->size);
    memcpy(image.data + SYNTH_VERSION_AT, SYNTH_VERSION, sizeof(SYNTH_VERSION));
    put_note(&image, SYNTH_SETUP_SIZE + SYNTH_STUB_NOTE_AT, SYNTH_STUB_ID_BYTE);
    memcpy(image.data + SYNTH_SETUP_SIZE + SYNTH_PAYLOAD_AT, payload->data, payload->size);
    return image;
}

/* The usual one: gzip, three lists. */
static inline struct blob synth_usual_image(void)
{
    struct blob kernel = synth_kernel(true);
    struct blob payload = pack_payload(CODEC_GZIP, &kernel);
    struct blob image = synth_image(&payload);

    blob_free(&kernel);
    blob_free(&payload);
    return image;
}

/* Writes the bytes to a file in folder; the path is the caller's to free. */
static inline char *write_blob(const char *folder, const char *name, const struct blob *blob)
{
    char *path;

    assert(asprintf(&path, "%s/%s", folder, name) > 0);
    FILE *file = fopen(path, "wb");
    assert(file);
    size_t written = fwrite(blob->data, 1, blob->size, file);
    int closed = fclose(file);
    assert(closed == 0 && written == blob->size);
    return path;
}

/* A fresh folder; remove_folder() empties and removes it. */
static inline char *make_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *folder;

    assert(asprintf(&folder, "%s/bootscope-test.XXXXXX", base ? base : "/tmp") > 0);
    assert(mkdtemp(folder));
    return folder;
}

static inline void remove_folder(char *folder)
{
    char command[4096];

    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        perror(folder);
    free(folder);
}

#endif
