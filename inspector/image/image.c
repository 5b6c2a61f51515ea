/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bootparams.h"
#include "bytes.h"
#include "elf_file.h"
#include "identify.h"
#include "image_internal.h"
#include "kernel.h"
#include "layout.h"
#include "payload.h"

#define SECTOR    512u
#define PARAGRAPH 16u

/*
 * Protocol versions that brought fields. Of an image before 2.10 nobody can say where its kernel goes
 * and how much room it takes; it would be decoded, but neither followed nor proved, and so there is one
 * limit for every command. (payload_offset and payload_length, which all of them need, are of 2.08.)
 */
#define VERSION_NEEDED 0x020a /* pref_address, init_size */
#define VERSION_XLOAD  0x020c /* xloadflags, which tell 64-bit kernels from others */
#define COPY_AGAIN     "copy the file again"

/* Where kernel_version counts from. */
#define KERNEL_VERSION_BASE 0x200

static struct error *map_file(struct image *image)
{
    int fd;
    struct error *err = open_regular(image->path, &fd, &image->size);

    if (err)
        return err;
    void *bytes = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        err = error_errno(errno, "cannot map");
    else
        image->bytes = bytes;
    image->mapped = !err;
    close(fd);
    return err;
}

static struct error *read_header(const struct image *image, struct setup_header *ret)
{
    char other[IDENTIFY_MAX];
    bool whole = image->size >= BP_hdr + sizeof(*ret);

    memset(ret, 0, sizeof(*ret));
    if (image->size > BP_hdr)
        memcpy(ret, image->bytes + BP_hdr, whole ? sizeof(*ret) : image->size - BP_hdr);
    if (ret->boot_flag == BOOT_FLAG_MAGIC && ret->header == HEADER_MAGIC) {
        if (whole)
            return NULL;
        return error_new(ERROR_INPUT, "truncated in its setup header, after %zu bytes; " COPY_AGAIN,
                         image->size);
    }
    if (identify_file(image->bytes, image->size, other))
        return error_new(ERROR_INPUT, "not a bzImage, but %s", other);
    if (!whole)
        return error_new(ERROR_INPUT, "not a bzImage: only %zu bytes long", image->size);
    return error_new(ERROR_INPUT, "not a bzImage: no 0xaa55 signature at 0x%x", BP_boot_flag);
}

static struct error *check_kind(const struct setup_header *header)
{
    if (!(header->loadflags & LOADED_HIGH))
        return error_new(ERROR_INPUT,
                         "not a bzImage, but a zImage (loadflags 0x%x has no LOADED_HIGH): build "
                         "the kernel as bzImage",
                         header->loadflags);
    if (header->version < VERSION_NEEDED)
        return error_new(ERROR_INPUT,
                         "boot protocol %u.%02u is too old: init_size and pref_address, which say "
                         "where the kernel goes, came with 2.10 (Linux 2.6.31)",
                         header->version >> 8, header->version & 0xff);
    return NULL;
}

static void copy_fields(const struct setup_header *header, struct setup_fields *ret)
{
    *ret = (struct setup_fields){
        .setup_sects = header->setup_sects,
        .syssize = header->syssize,
        .version = header->version,
        .loadflags = header->loadflags,
        .code32_start = header->code32_start,
        .cmdline_size = header->cmdline_size,
        .kernel_alignment = header->kernel_alignment,
        .relocatable_kernel = header->relocatable_kernel,
        .min_alignment = header->min_alignment,
        .xloadflags = header->xloadflags,
        .payload_offset = header->payload_offset,
        .payload_length = header->payload_length,
        .pref_address = header->pref_address,
        .init_size = header->init_size,
        .handover_offset = header->handover_offset,
        .kernel_version = header->kernel_version,
    };
}

/* whole: what the file's length must be, by its header. */
static struct error *cut_short(const struct image *image, uint64_t whole)
{
    uint64_t payload = image->protected_offset + (uint64_t)image->setup.payload_offset;
    const char *part = "its decompressor, before the payload";

    if (image->size <= image->protected_offset)
        part = "its setup code";
    else if (image->size >= payload + image->setup.payload_length)
        part = "its decompressor, behind the payload";
    else if (image->size > payload)
        part = "its compressed payload";
    return error_new(ERROR_INPUT,
                     "truncated in %s: %" PRIu64 " of %" PRIu64 " bytes are missing; " COPY_AGAIN,
                     part, whole - image->size, whole);
}

/*
 * The file may be longer than the header says: a signature follows the code of signed kernels. The
 * checksum word is inside syssize where a kernel has one.
 */
static struct error *lay_out(struct image *image)
{
    unsigned int sectors = image->setup.setup_sects ? image->setup.setup_sects : 4;
    uint64_t size = (uint64_t)image->setup.syssize * PARAGRAPH;

    image->protected_offset = (1 + sectors) * SECTOR;
    if (size == 0)
        return error_new(ERROR_INPUT, "not a bzImage: syssize is 0");
    if (image->protected_offset + size > image->size)
        return cut_short(image, image->protected_offset + size);
    image->protected_size = (size_t)size;
    return NULL;
}

static struct error *find_payload(struct image *image)
{
    uint64_t offset = image->setup.payload_offset, length = image->setup.payload_length;

    if (offset + length > image->protected_size || length < 2 * sizeof(uint32_t))
        return error_new(ERROR_INPUT,
                         "payload [0x%" PRIx64 ", 0x%" PRIx64
                         ") is outside the 0x%zx bytes of code",
                         offset, offset + length, image->protected_size);
    image->payload = image->bytes + image->protected_offset + offset;
    image->payload_size = (size_t)length;
    image->codec = payload_codec(image->payload, image->payload_size);
    image->unpacked_size_hint = load_le32(image->payload + length - sizeof(uint32_t));
    if (image->codec != CODEC_GZIP) /* gzip has that word in its own trailer */
        image->payload_size -= sizeof(uint32_t);
    return NULL;
}

static void copy_version(struct image *image)
{
    size_t at = KERNEL_VERSION_BASE + image->setup.kernel_version;
    size_t length = 0;

    if (image->setup.kernel_version == 0)
        return;
    while (length < sizeof(image->version) - 1 && at + length < image->protected_offset &&
           image->bytes[at + length] != '\0') {
        int c = image->bytes[at + length];
        image->version[length++] = (char)(isascii(c) && isprint(c) ? c : '.');
    }
}

/* The note is somewhere in the decompressor's code, never in the compressed bytes. */
static bool scan_build_id(const uint8_t *bytes, size_t size, char out[BUILD_ID_TEXT])
{
    static const uint8_t head[] = {4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0};
    const uint8_t *at = bytes;

    while ((at = memmem(at, size - (size_t)(at - bytes), head, sizeof(head)))) {
        size_t left = size - (size_t)(at - bytes);
        if (left < sizeof(head) + 20)
            return false;
        if (build_id_in_notes(at, sizeof(head) + 20, out))
            return true;
        at++;
    }
    return false;
}

static void find_build_id(struct image *image)
{
    const uint8_t *code = image->bytes + image->protected_offset;
    size_t before = image->setup.payload_offset;
    size_t after = before + image->setup.payload_length;

    if (!scan_build_id(code, before, image->build_id))
        scan_build_id(code + after, image->protected_size - after, image->build_id);
}

static struct error *decode(struct image *image)
{
    struct setup_header header;
    struct error *err = read_header(image, &header);

    if (!err)
        err = check_kind(&header);
    if (err)
        return err;
    copy_fields(&header, &image->setup);
    err = lay_out(image);
    if (!err)
        err = find_payload(image);
    if (err)
        return err;
    copy_version(image);
    find_build_id(image);
    return NULL;
}

struct error *image_open(const char *path, struct image **ret)
{
    struct image *image = calloc(1, sizeof(*image));

    if (!image || !(image->path = strdup(path)))
        abort();
    struct error *err = map_file(image);
    if (!err)
        err = decode(image);
    if (err) {
        image_close(image);
        return error_context(err, "%s", path);
    }
    *ret = image;
    return NULL;
}

void image_close(struct image *image)
{
    if (!image)
        return;
    error_free(image_unpack_finish(image));
    scratch_free(image->unpacked);
    if (image->bytes)
        munmap((void *)(uintptr_t)image->bytes, image->size);
    free(image->path);
    free(image);
}

void image_trim(const struct image *image)
{
    if (image->mapped)
        madvise((void *)(uintptr_t)image->bytes, image->size, MADV_DONTNEED);
    if (image->unpacked)
        scratch_trim(image->unpacked);
}

struct unpack_watch {
    const struct image *image;
    progress_handler progress;
    void *context;
};

static void unpacked_more(void *context, uint64_t done, uint64_t total)
{
    const struct unpack_watch *watch = context;

    image_trim(watch->image);
    if (watch->progress)
        watch->progress(watch->context, done, total);
}

/* Before 2.12 the header does not tell, and the ELF alone decides. */
struct error *image_check_width(const struct setup_fields *setup, const struct kernel *kernel)
{
    bool wide = setup->xloadflags & XLF_KERNEL_64;

    if (setup->version < VERSION_XLOAD || wide == (kernel->bits == 64))
        return NULL;
    return error_new(ERROR_INPUT,
                     "unpacks to a %u-bit kernel, but xloadflags 0x%x %s XLF_KERNEL_64",
                     kernel->bits, setup->xloadflags, wide ? "has" : "has no");
}

uint64_t kernel_map(const struct kernel *kernel)
{
    return kernel->bits == 32 ? __PAGE_OFFSET : START_KERNEL_MAP;
}

uint64_t image_map(const struct image *image)
{
    return image ? kernel_map(&image->kernel) : START_KERNEL_MAP;
}

struct error *image_no_codec(const struct image *image)
{
    return error_new(ERROR_INPUT,
                     "%s: payload at 0x%zx begins with %02x %02x %02x %02x: no codec that Linux "
                     "uses",
                     image->path, (size_t)(image->payload - image->bytes), image->payload[0],
                     image->payload[1], image->payload[2], image->payload[3]);
}

struct error *image_unpack(struct image *image, progress_handler progress, void *context)
{
    struct unpack_watch watch = {image, progress, context};
    struct scratch *unpacked;

    if (image->pending)
        return image_unpack_finish(image);
    if (image->unpacked)
        return NULL;
    if (image->codec == CODEC_NONE)
        return image_no_codec(image);
    struct error *err = payload_unpack(image->codec, image->payload, image->payload_size,
                                       image->unpacked_size_hint, unpacked_more, &watch, &unpacked);
    if (!err) {
        struct kernel kernel;

        scratch_seal(unpacked);
        err = kernel_parse(unpacked->bytes, unpacked->size, &kernel);
        if (!err)
            err = image_check_width(&image->setup, &kernel);
        if (err) {
            scratch_free(unpacked);
        } else {
            image->unpacked = unpacked;
            image->kernel = kernel;
        }
    }
    return error_context(err, "%s: %s payload", image->path, codec_name(image->codec));
}

struct error *image_try_unpack(struct image *image, struct error **ret_refused)
{
    struct error *err = image_unpack(image, NULL, NULL);

    *ret_refused = NULL;
    if (!err || error_kind(err) != ERROR_INPUT)
        return err;
    *ret_refused = err;
    return NULL;
}
