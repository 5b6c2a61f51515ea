/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reader of bzImages and of the stub's ELF that shares nothing with the tools. */
#ifndef BOOTSCOPE_TESTS_IMAGE_READER_H
#define BOOTSCOPE_TESTS_IMAGE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "bootparams.h"

#define IMAGE_FILE BUILD "/teaching.bzImage"
#define STUB_FILE  BUILD "/stub.elf"
#define BIN_FILE   BUILD "/vmlinux.bin"
#define TABLE_FILE BUILD "/vmlinux.relocs"

struct image {
    uint8_t *bytes;
    size_t size;
    struct setup_header header;
    size_t code; /* offset of the protected-mode part */
};

/* Fails the test when there is no image there; the caller frees bytes. */
struct image load_image(const char *path);

/* The value of a symbol in .symtab; fails the test when there is none. */
uint64_t symbol(const uint8_t *elf, const char *name);

/* The payload, inflated; fails the test unless the gzip stream is exactly payload_length long. */
uint8_t *unpack(const struct image *image, size_t *ret_size);

#endif
