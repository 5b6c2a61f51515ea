/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a kernel becomes a bzImage, step by step; mkimage.c puts the steps in a row.
 *
 *   vmlinux ELF + relocation table            payload, unpacked: z_output_len bytes
 *        | compress_payload()
 *   gzip stream                               z_input_len bytes
 *        | make_piggy()                       piggy.S: .incbin, the lengths as symbols and words
 *        | link_stub()                        as, ld: stub.o + piggy.o by stub.lds
 *   stub ELF                                  what a debugger reads
 *        | make_image()                       PT_LOADs laid out flat, behind setup.bin
 *   bzImage                                   header filled in, CRC-32 at the end
 */
#ifndef BOOTSCOPE_TOOLS_MKIMAGE_H
#define BOOTSCOPE_TOOLS_MKIMAGE_H

#include "files.h"

/* What the command line asks for. Addresses are physical. */
struct options {
    const char *stub;    /* folder with setup.bin, stub.o, stub.lds */
    const char *payload; /* ELF with relocation table; or NULL, and then kernel and relocs */
    const char *kernel, *relocs;
    const char *image, *elf; /* outputs */
    const char *version;     /* NULL: what setup.bin says */
    uint64_t pref_address, alignment;
    int level;
};

/* The numbers about a kernel that the stub is linked with. */
struct piggy {
    uint32_t input_len, output_len; /* compressed and unpacked bytes of the payload */
    uint64_t kernel_total_size;     /* memory from the lowest to the highest PT_LOAD byte */
    uint64_t load_physical_addr;
    unsigned int bits;       /* of the kernel, and so of the stub: 32 or 64 */
    uint32_t extract_offset; /* from output to the copy of the image, at least */
};

/*
 * compress.c: gzip of level 1 to 9, without name and time, so that equal input gives equal output.
 * Draws a progress bar on stderr when that is a terminal and it takes longer than a second.
 */
bool compress_payload(const struct bytes *payload, int level, struct bytes *ret,
                      struct failure *why);

/*
 * piggy.c: reads the payload's program headers. Fails: not an x86 ELF, no PT_LOAD, one below
 * pref_address, or outside the file.
 */
bool measure_kernel(const char *path, const struct bytes *payload, uint64_t pref_address,
                    struct piggy *ret, struct failure *why);

/*
 * How far into the buffer the copy of the image must at least start, so that unpacking never catches
 * up with the input that it has yet to read. From input_len and output_len; whole pages.
 */
uint32_t extract_offset(const struct piggy *piggy);

/* The text of piggy.S, which includes the compressed payload as payload.gz. */
bool make_piggy(const struct piggy *piggy, struct bytes *ret, struct failure *why);

/*
 * link.c: assembles and links in a temporary directory, which is gone when it returns. ret gets
 * the ELF. Fails: no as or ld on the path, either fails (with its first line), temporary directory
 * not writable or full.
 */
bool link_stub(const char *stub, unsigned int bits, const struct bytes *piggy_source,
               const struct bytes *compressed, struct bytes *ret, struct failure *why);

/* bzimage.c: the whole bzImage from the linked stub and setup.bin. */
bool make_image(const struct options *options, const struct piggy *piggy, const struct bytes *elf,
                struct bytes *ret, struct failure *why);

#endif
