/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "belongs.h"

#include <stdio.h>
#include <string.h>

#include "bootparams.h"
#include "checkpoint.h"
#include "image.h"

/* A file that shares fewer bytes than this with the image has not shown anything. */
#define EVIDENCE_MIN 64

/* So much of each PT_LOAD is compared: no page of the rest is brought into memory for it. */
#define KERNEL_EVIDENCE 65536

/* Where kernel_version counts from, and how much of the setup code is the string's. */
#define VERSION_BASE 0x200

/* Only a decompressor has it. */
#define PAYLOAD_SECTION ".rodata..compressed"

struct gap {
    size_t start, end;
};

/* The image's bytes that a linked ELF's sections are compared with: link address 0 is bytes[0]. */
struct linked {
    const uint8_t *bytes;
    size_t size;
    struct gap gaps[2]; /* what the packer changes */
};

static bool in_gap(const struct linked *linked, size_t at)
{
    for (size_t i = 0; i < 2; i++)
        if (at >= linked->gaps[i].start && at < linked->gaps[i].end)
            return true;
    return false;
}

/* Compares one section; adds what was compared to *evidence. False when a byte differs. */
static bool section_matches(const struct linked *linked, const GElf_Shdr *details,
                            const Elf_Data *data, size_t *evidence)
{
    if (details->sh_addr > linked->size || data->d_size > linked->size - details->sh_addr)
        return false;
    for (size_t i = 0; i < data->d_size; i++) {
        size_t at = (size_t)details->sh_addr + i;

        if (in_gap(linked, at))
            continue;
        if (((const uint8_t *)data->d_buf)[i] != linked->bytes[at])
            return false;
        ++*evidence;
    }
    return true;
}

static bool contents_match(const struct elf_file *file, const struct linked *linked)
{
    Elf_Scn *section = NULL;
    GElf_Shdr details;
    size_t evidence = 0;

    while ((section = elf_nextscn(file->elf, section))) {
        if (!gelf_getshdr(section, &details) || !(details.sh_flags & SHF_ALLOC) ||
            details.sh_type == SHT_NOBITS || details.sh_type == SHT_NOTE || details.sh_size == 0)
            continue; /* notes are about the file: they need not be in the image */
        Elf_Data *data = elf_rawdata(section, NULL);
        if (!data || !data->d_buf || !section_matches(linked, &details, data, &evidence))
            return false;
    }
    return evidence >= EVIDENCE_MIN;
}

static bool is_setup(const struct image *image, const struct elf_file *file)
{
    size_t version = VERSION_BASE + image->setup.kernel_version;
    struct linked linked = {
        .bytes = image->bytes,
        .size = image->protected_offset,
        .gaps = {{0, BP_hdr_end}, {version, version + sizeof(image->version)}},
    };

    return contents_match(file, &linked);
}

static bool is_stub(const struct image *image, const struct elf_file *file)
{
    /* The last word of the protected-mode code is its CRC-32, which the packer fills in. */
    size_t size = image->protected_size;
    struct linked linked = {image->bytes + image->protected_offset, size, {{size - 4, size}}};

    if (image->build_id[0] && file->build_id[0])
        return strcmp(image->build_id, file->build_id) == 0;
    return contents_match(file, &linked);
}

static bool same_load(const struct kernel_segment *segment, const GElf_Phdr *header)
{
    return segment->vaddr == header->p_vaddr && segment->paddr == header->p_paddr &&
           segment->filesz == header->p_filesz && segment->memsz == header->p_memsz;
}

/* The payload's ELF is a stripped copy: offsets in the file may differ, what is loaded may not. */
static bool same_bytes(const struct kernel *kernel, const struct kernel_segment *segment,
                       const struct elf_file *file, const GElf_Phdr *header)
{
    size_t size = segment->filesz < KERNEL_EVIDENCE ? (size_t)segment->filesz : KERNEL_EVIDENCE;

    if (size == 0)
        return true;
    const Elf_Data *data = elf_getdata_rawchunk(file->elf, (int64_t)header->p_offset, size,
                                                ELF_T_BYTE);
    return data && data->d_buf && memcmp(data->d_buf, kernel->bytes + segment->offset, size) == 0;
}

/* What differs, in a word; NULL: nothing. */
static const char *other_load(const struct kernel *kernel, const struct elf_file *file)
{
    size_t count;

    if (elf_getphdrnum(file->elf, &count) != 0 || count != kernel->segment_count)
        return "it has other segments";
    for (size_t i = 0; i < count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];
        GElf_Phdr header;

        if (!gelf_getphdr(file->elf, (int)i, &header) || header.p_type != segment->type)
            return "it has other segments";
        if (header.p_type == PT_LOAD && !same_load(segment, &header))
            return "its PT_LOADs lie elsewhere, or have other sizes";
        if (header.p_type == PT_LOAD && !same_bytes(kernel, segment, file, &header))
            return "it has other code or data in a PT_LOAD";
    }
    return NULL;
}

static void payload_build_id(const struct kernel *kernel, char out[BUILD_ID_TEXT])
{
    out[0] = '\0';
    for (unsigned int i = 0; i < kernel->segment_count && !out[0]; i++)
        if (kernel->segments[i].type == PT_NOTE)
            build_id_in_notes(kernel->bytes + kernel->segments[i].offset,
                              (size_t)kernel->segments[i].filesz, out);
}

const char *kernel_mismatch(const struct image *image, const struct elf_file *file,
                            char out[MISMATCH_MAX])
{
    const struct kernel *kernel = &image->kernel;
    unsigned int bits = file->header.e_ident[EI_CLASS] == ELFCLASS32 ? 32 : 64;
    char build_id[BUILD_ID_TEXT];

    payload_build_id(kernel, build_id);
    if (build_id[0] && file->build_id[0]) {
        if (strcmp(build_id, file->build_id) == 0)
            return NULL;
        snprintf(out, MISMATCH_MAX, "its build ID is %s, the kernel's %s", file->build_id,
                 build_id);
    } else if (bits != kernel->bits) {
        snprintf(out, MISMATCH_MAX, "it is of %u bits, the kernel of %u", bits, kernel->bits);
    } else if (file->header.e_entry != kernel->entry) {
        snprintf(out, MISMATCH_MAX, "its entry is 0x%llx, the kernel's 0x%llx",
                 (unsigned long long)file->header.e_entry, (unsigned long long)kernel->entry);
    } else {
        return other_load(kernel, file);
    }
    return out;
}

/* Whether what is loaded lies at the same places: of one kernel it does. */
static bool same_places(const struct kernel *kernel, const struct elf_file *file)
{
    GElf_Phdr header;
    size_t count;

    if (elf_getphdrnum(file->elf, &count) != 0 || count != kernel->segment_count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!gelf_getphdr(file->elf, (int)i, &header) ||
            header.p_type != kernel->segments[i].type ||
            (header.p_type == PT_LOAD && !same_load(&kernel->segments[i], &header)))
            return false;
    return kernel->entry == file->header.e_entry;
}

static bool is_kernel(const struct image *image, const struct elf_file *file)
{
    char why[MISMATCH_MAX];

    /* A kernel that is another for sure need not be waited for. */
    if (image->pending && !same_places(&image->kernel, file))
        return false;
    return image_kernel(image) && !kernel_mismatch(image, file, why);
}

static enum part part_by_kind(const struct elf_file *file)
{
    GElf_Shdr details;

    if (elf_file_section(file, PAYLOAD_SECTION, &details))
        return PART_STUB;
    if (file->header.e_ident[EI_CLASS] == ELFCLASS32)
        return PART_SETUP;
    return elf_file_section(file, CHECKPOINT_SECTION, &details) ? PART_STUB : PART_KERNEL;
}

enum part part_of(const struct image *image, const struct elf_file *file)
{
    if (!image)
        return part_by_kind(file);
    if (file->header.e_ident[EI_CLASS] == ELFCLASS32 && is_setup(image, file))
        return PART_SETUP;
    if (is_stub(image, file))
        return PART_STUB;
    return is_kernel(image, file) ? PART_KERNEL : PART_NONE;
}
