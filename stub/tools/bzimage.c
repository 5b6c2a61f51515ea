/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <zlib.h>

#include "bootparams.h"
#include "elffile.h"
#include "mkimage.h"

#define SECTOR          512
#define SETUP_SECTS_MIN 5 /* boot sector included: older loaders rely on four after it */
#define SETUP_SECTS_MAX 64
#define SETUP_SIZE_MIN  1024
#define PARAGRAPH       16 /* the unit of syssize */
#define CRC_SIZE        4
#define HEADER_END      BP_hdr_end
#define PROTOCOL_32     0x020a /* 2.10: pref_address and init_size, but no xloadflags */

/* Slack for unpacking in place, in bytes: see extract_offset(). */
#define SLACK_FIXED 0x20000
#define SLACK_SHIFT 8

/* The symbols of the linked stub that decide the header; offsets from its first byte. */
struct stub_symbols {
    uint64_t ehead;       /* end of .head.text, the code that runs while the image is copied */
    uint64_t end;         /* end of everything, .bss and page tables included */
    uint64_t input_data;  /* the compressed payload */
    uint64_t kernel_info; /* 0: there is none */
};

static void put_word(struct bytes *image, size_t offset, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        image->data[offset + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_word(const struct bytes *image, size_t offset, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)image->data[offset + i] << (8 * i);
    return value;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static bool find_symbols(const struct elf_file *elf, struct stub_symbols *ret, struct failure *why)
{
    struct {
        const char *name;
        uint64_t *value;
    } wanted[] = {{"_ehead", &ret->ehead}, {"_end", &ret->end}, {"input_data", &ret->input_data}};
    uint64_t start;

    if (!elf_symbol(elf, "startup_32", &start))
        return fail(why, "%s: no symbol startup_32", elf->path);
    if (start != 0)
        return fail(why, "%s: startup_32 is linked at 0x%lx, not at 0", elf->path, start);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (!elf_symbol(elf, wanted[i].name, wanted[i].value))
            return fail(why, "%s: no symbol %s", elf->path, wanted[i].name);
    ret->kernel_info = 0;
    (void)elf_symbol(elf, "kernel_info", &ret->kernel_info);
    return true;
}

/*
 * How far into the buffer the copy of the image must at least start, so that unpacking, which
 * fills the buffer from below, never catches up with the input it has yet to read:
 *
 *   output                  copy                                        output + init_size
 *   | unpacked so far -->   |  stub's head | compressed data | code, .bss |
 *   |<-- extract offset --->|                 ^ read so far
 *
 * At the end of unpacking output_len bytes are written and all input is read. What lies before the
 * end can be tighter: deflate may grow a block that does not compress, by 5 bytes in each 32 KiB or
 * so. One byte in 256 of the output covers that for every codec Linux knows, and 128 KiB covers
 * the largest unit that a codec holds back.
 */
uint32_t extract_offset(const struct piggy *piggy)
{
    uint64_t slack = (piggy->output_len >> SLACK_SHIFT) + SLACK_FIXED;
    uint64_t offset = slack;
    if (piggy->output_len > piggy->input_len)
        offset += piggy->output_len - piggy->input_len;
    return (uint32_t)round_up(offset, 4096);
}

/* Memory needed from the output address on: the stub's buffer, or the kernel if that is larger. */
static bool compute_init_size(const struct piggy *piggy, const struct stub_symbols *symbols,
                              uint32_t *ret, struct failure *why)
{
    uint64_t stub = symbols->end + piggy->extract_offset;
    /* The head must be clear of the copy: it runs while the image moves. */
    if (symbols->ehead > piggy->extract_offset)
        return fail(why, "stub.elf: .head.text ends at 0x%lx, after the copy's start at 0x%x",
                    symbols->ehead, piggy->extract_offset);
    uint64_t size = stub > piggy->kernel_total_size ? stub : piggy->kernel_total_size;
    if (size > UINT32_MAX)
        return fail(why, "stub.elf: needs 0x%lx bytes of memory, more than 4 GiB", size);
    *ret = (uint32_t)size;
    return true;
}

/* Copies a PT_LOAD of the stub to its link address (which counts from 0) in the image. */
static bool flatten_segment(const struct elf_file *elf, const struct bytes *file, size_t index,
                            size_t base, struct bytes *image, struct failure *why)
{
    GElf_Phdr segment;
    if (!elf_segment(elf, index, file->size, &segment, why))
        return false;
    if (segment.p_type != PT_LOAD || segment.p_filesz == 0)
        return true;
    if (segment.p_vaddr > FILE_SIZE_MAX)
        return fail(why, "%s: PT_LOAD %zu is linked at 0x%lx", elf->path, index, segment.p_vaddr);
    size_t end = base + segment.p_vaddr + segment.p_filesz;
    if (end > image->size) {
        size_t grow = end - image->size;
        uint8_t *start = bytes_grow(image, grow);
        if (!start)
            return fail(why, "out of memory for an image of %zu bytes", end);
        memset(start, 0, grow);
    }
    memcpy(image->data + base + segment.p_vaddr, file->data + segment.p_offset, segment.p_filesz);
    return true;
}

static bool flatten(const struct elf_file *elf, const struct bytes *file, struct bytes *image,
                    struct failure *why)
{
    size_t base = image->size;
    for (size_t i = 0; i < elf_segment_count(elf); i++)
        if (!flatten_segment(elf, file, i, base, image, why))
            return false;
    if (image->size == base)
        return fail(why, "%s: nothing to load", elf->path);
    return true;
}

static bool check_setup(const char *path, const struct bytes *setup, struct failure *why)
{
    if (setup->size < SETUP_SIZE_MIN || setup->size > SETUP_SECTS_MAX * SECTOR)
        return fail(why, "%s: %zu bytes; setup code has %d to %d", path, setup->size,
                    SETUP_SIZE_MIN, SETUP_SECTS_MAX * SECTOR);
    if (get_word(setup, BP_boot_flag, 2) != BOOT_FLAG_MAGIC ||
        get_word(setup, BP_header, 4) != HEADER_MAGIC)
        return fail(why, "%s: no boot protocol header", path);
    return true;
}

/*
 * Puts the version text behind the setup code and makes the header point there. At run time that
 * place is setup's .bss; the text is for those who read the file.
 */
static bool set_version(struct bytes *setup, const char *version, struct failure *why)
{
    size_t at = setup->size, length = strlen(version) + 1;
    if (at + length > SETUP_SECTS_MAX * SECTOR)
        return fail(why, "--version: %zu bytes do not fit behind the setup code", length);
    uint8_t *text = bytes_grow(setup, length);
    if (!text)
        return fail(why, "out of memory");
    memcpy(text, version, length);
    put_word(setup, BP_kernel_version, at - SECTOR, 2);
    return true;
}

/* Reads setup.bin and fills whole sectors, at least as many as loaders expect. */
static bool begin_image(const struct options *options, struct bytes *image, struct failure *why)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/setup.bin", options->stub) >= (int)sizeof(path))
        return fail(why, "%s: file name too long", options->stub);
    if (!read_file(path, image, why) || !check_setup(path, image, why))
        return false;
    if (options->version && !set_version(image, options->version, why))
        return false;
    size_t size = round_up(image->size, SECTOR);
    if (size < SETUP_SECTS_MIN * SECTOR)
        size = SETUP_SECTS_MIN * SECTOR;
    size_t padding = size - image->size;
    uint8_t *start = bytes_grow(image, padding);
    if (!start)
        return fail(why, "out of memory");
    memset(start, 0, padding);
    put_word(image, BP_setup_sects, size / SECTOR - 1, 1);
    return true;
}

static unsigned int log2_of(uint64_t power)
{
    return (unsigned int)__builtin_ctzl(power);
}

static void fill_header(const struct options *options, const struct piggy *piggy,
                        const struct stub_symbols *symbols, uint32_t init_size, struct bytes *image)
{
    /* What a 32-bit kernel of that time says of itself: no word about a 64-bit entry yet. */
    if (piggy->bits == 32) {
        put_word(image, BP_version, PROTOCOL_32, 2);
        put_word(image, BP_xloadflags, 0, 2);
    }
    put_word(image, BP_kernel_alignment, options->alignment, 4);
    put_word(image, BP_relocatable_kernel, 1, 1);
    put_word(image, BP_min_alignment, log2_of(options->alignment), 1);
    put_word(image, BP_payload_offset, symbols->input_data, 4);
    /* gzip's own last word is the unpacked length: other codecs get one appended, gzip does not. */
    put_word(image, BP_payload_length, piggy->input_len, 4);
    put_word(image, BP_pref_address, options->pref_address, 8);
    put_word(image, BP_init_size, init_size, 4);
    put_word(image, BP_hdr + offsetof(struct setup_header, handover_offset), 0, 4);
    put_word(image, BP_hdr + offsetof(struct setup_header, kernel_info_offset),
             symbols->kernel_info, 4);
}

/*
 * Pads the protected-mode part to whole paragraphs with four bytes to spare, and puts there the
 * CRC-32 (not inverted at the end) of all before, so that the CRC over the whole file comes to 0.
 */
static bool finish_image(struct bytes *image, size_t code_size, struct failure *why)
{
    size_t padding = round_up(code_size + CRC_SIZE, PARAGRAPH) - code_size;
    uint8_t *start = bytes_grow(image, padding);
    if (!start)
        return fail(why, "out of memory");
    memset(start, 0, padding);
    put_word(image, BP_syssize, (code_size + padding) / PARAGRAPH, 4);
    size_t covered = image->size - CRC_SIZE;
    put_word(image, covered, ~crc32_z(0, image->data, covered), 4);
    return true;
}

static bool build(const struct options *options, const struct piggy *piggy,
                  const struct elf_file *elf, const struct bytes *file, struct bytes *image,
                  struct failure *why)
{
    struct stub_symbols symbols;
    uint32_t init_size;
    if (!find_symbols(elf, &symbols, why) || !compute_init_size(piggy, &symbols, &init_size, why) ||
        !begin_image(options, image, why))
        return false;
    size_t setup_size = image->size;
    if (!flatten(elf, file, image, why))
        return false;
    fill_header(options, piggy, &symbols, init_size, image);
    return finish_image(image, image->size - setup_size, why);
}

bool make_image(const struct options *options, const struct piggy *piggy, const struct bytes *elf,
                struct bytes *ret, struct failure *why)
{
    struct elf_file file;
    struct bytes image = {0};
    if (!elf_file_open(&file, "stub.elf", elf, why))
        return false;
    bool ok = build(options, piggy, &file, elf, &image, why);
    elf_file_close(&file);
    if (ok)
        *ret = image;
    else
        bytes_free(&image);
    return ok;
}
