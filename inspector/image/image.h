/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel image on disk: a bzImage by the Linux x86 boot protocol
 * (Documentation/arch/x86/boot.rst), the payload in it, and the kernel ELF and relocation table in
 * the payload. The file is hostile: every offset in it is checked against the file's size.
 *
 *   file:  | boot sector + setup | protected-mode code ... [payload] ... |
 *   payload, unpacked:  | vmlinux ELF | relocation table (u32s) |
 *
 * The unpacked payload lives in an unlinked temporary file that is mapped, never on the heap, so
 * that the inspector's own memory stays small whatever the image.
 */
#ifndef BOOTSCOPE_IMAGE_IMAGE_H
#define BOOTSCOPE_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "error.h"

enum codec {
    CODEC_NONE,
    CODEC_GZIP,
    CODEC_BZIP2,
    CODEC_LZMA,
    CODEC_XZ,
    CODEC_LZO,
    CODEC_LZ4,
    CODEC_ZSTD
};
/* "gzip", "bzip2", ... */
const char *codec_name(enum codec codec);

/* The fields of struct setup_header that the inspector uses (file offset 0x1f1 and on). */
struct setup_fields {
    uint8_t setup_sects;
    uint32_t syssize; /* in 16-byte paragraphs */
    uint16_t version; /* 0x020f is 2.15 */
    uint8_t loadflags;
    uint32_t code32_start;
    uint32_t cmdline_size;
    uint32_t kernel_alignment;
    bool relocatable_kernel;
    uint8_t min_alignment; /* a power of two's exponent */
    uint16_t xloadflags;
    uint32_t payload_offset; /* from the start of the protected-mode code */
    uint32_t payload_length;
    uint64_t pref_address;
    uint32_t init_size;
    uint32_t handover_offset;
    uint32_t kernel_version; /* offset as in the header: from 0x200; 0: none */
};

/* A program header of the kernel ELF (all fields as in the file). */
struct kernel_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* One list of the relocation table: sites as they stand in the file (u32, see reloc_site()). */
struct reloc_list {
    const uint8_t *sites; /* count little-endian u32s, not aligned; owned by the image */
    size_t count;
    bool whole; /* of a 32-bit kernel: a site is a whole address, not the low half of one */
};

#define KERNEL_SEGMENTS_MAX 32

/* The kernel inside the payload. All pointers are into the image's mapping. */
struct kernel {
    const uint8_t *bytes; /* the whole unpacked payload: ELF, then relocation table */
    size_t size;
    unsigned int bits; /* 64; or 32: an i386 kernel, whose table is the one list abs32 */
    uint64_t entry;    /* e_entry */
    unsigned int segment_count;
    struct kernel_segment segments[KERNEL_SEGMENTS_MAX];
    bool has_relocs;
    bool has_inverse; /* false: the table of Linux 6.15 and newer, with no inverse list at all */
    struct reloc_list abs64, inverse32, abs32;
};

struct scratch;

struct image {
    char *path;
    const uint8_t *bytes; /* the file ... */
    bool mapped;          /* ... as a mapping of our own */
    size_t size;
    struct setup_fields setup;
    char version[128];       /* the version string, "" when there is none; control bytes as '.' */
    size_t protected_offset; /* of the protected-mode code in the file */
    size_t protected_size;
    enum codec codec;       /* CODEC_NONE: none that Linux uses; it does not unpack then */
    const uint8_t *payload; /* compressed bytes, without a trailing length word */
    size_t payload_size;
    uint32_t unpacked_size_hint;   /* what the trailing u32 says (all codecs; gzip's ISIZE) */
    char build_id[41];             /* of the decompressor, hex; "" when the image carries none */
    struct kernel kernel;          /* after image_unpack() */
    struct scratch *unpacked;      /* what kernel points into; NULL before image_unpack() */
    struct unpack_thread *pending; /* of image_unpack_begin(), until it is finished */
};

/*
 * Maps the file and decodes its header. ERROR_INPUT with the file and the reason: no such file,
 * unreadable, not a bzImage (no 0xaa55, no HdrS, no LOADED_HIGH; with what it is instead where that
 * can be told), a protocol older than 2.10, truncated, payload outside the file.
 */
struct error *image_open(const char *path, struct image **ret);
void image_close(struct image *image);

/* Called now and then while unpacking, with bytes done and bytes expected; may be NULL. */
typedef void (*progress_handler)(void *context, uint64_t done, uint64_t total);

/*
 * Decompresses the payload into image->kernel and decodes the ELF's program headers and the
 * relocation table. ERROR_INPUT: an unknown codec, does not decompress, not an x86 ELF, segments outside the file, of
 * another width than xloadflags say (protocol 2.12 and newer).
 * Calling it again does nothing.
 */
struct error *image_unpack(struct image *image, progress_handler progress, void *context);

/*
 * The same for who can go on without the kernel: a payload that does not unpack, or to no kernel, is no
 * error, and *ret_refused (the caller's, else NULL) says why. The image is then as before
 * image_unpack(): kernel.bytes is NULL, and nothing of the kernel is known.
 */
struct error *image_try_unpack(struct image *image, struct error **ret_refused);

/*
 * The same in two steps, for who can do something else meanwhile. The first decodes what the ELF
 * header says, bits, entry, segments, and size (by the payload's length word): kernel.bytes is NULL
 * still, and nothing is known of the relocation table. A thread unpacks. A small payload is unpacked
 * at once, as is one whose beginning tells nothing. image_unpack_finish() waits for the rest, and has
 * the errors of image_unpack(): then the kernel is as unknown as before the first step. It does
 * nothing when there is nothing to wait for.
 */
struct error *image_unpack_begin(struct image *image);
struct error *image_unpack_finish(struct image *image);
/* The kernel as a whole, waited for if need be; NULL when it is not unpacked. */
const struct kernel *image_kernel(const struct image *image);

/*
 * Gives back the memory that the file's and the payload's mappings take up at the moment; the bytes
 * stay readable. Whoever goes through more than a MiB of them calls it on the way.
 */
void image_trim(const struct image *image);

/*
 * What is added to a physical address to give the virtual one that the kernel is linked for:
 * START_KERNEL_MAP of 64-bit kernels, and where nothing is known; __PAGE_OFFSET of 32-bit ones.
 */
uint64_t kernel_map(const struct kernel *kernel);
/* The same of an image that may be NULL, or not unpacked. */
uint64_t image_map(const struct image *image);

/*
 * The site as a kernel virtual address, as linked: of a 64-bit kernel the u32 sign-extended.
 * index < list->count.
 */
virt_t reloc_site(const struct reloc_list *list, size_t index);

#endif
