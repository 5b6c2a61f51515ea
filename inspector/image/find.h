/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which ELF files belong to an image. A file is only ever taken on evidence:
 *
 *   decompressor  its GNU build ID is the one in the image's code; where either has none, its
 *                 sections hold the same bytes as the image's protected-mode code;
 *   setup code    its sections hold the same bytes as the image's setup code, the header and the
 *                 version string aside, which the packer fills in;
 *   kernel        its build ID is the one in the unpacked payload; where either has none, entry
 *                 and PT_LOADs are the same, and what the first 64 KiB of each hold.
 */
#ifndef BOOTSCOPE_IMAGE_FIND_H
#define BOOTSCOPE_IMAGE_FIND_H

#include <stddef.h>

#include "error.h"
#include "image.h"
#include "symbols.h"

/* Any of them may be NULL. */
struct symbol_files {
    struct symbols *setup, *stub, *kernel;
};

/*
 * Looks at IMAGE.elf, then at every *.elf in the image's folder by name (at most 256 of them), then
 * at setup.elf, stub.elf and kernel.elf where the program's own parts are (install.h): images made
 * by wrap share one setup.elf, which stays there. The kernel's file is only recognised when the
 * image is unpacked. Files that do not belong, or are no ELF at all, are passed over in silence;
 * finding nothing is no error. Only places of *files that are still empty are filled. ERROR_INPUT: a
 * file belongs, but is malformed; *files is then as it was.
 */
struct error *symbols_find(const struct image *image, struct symbol_files *files);

/*
 * Opens the files that the user named, into places of *files that are still empty. Without an image
 * (NULL) there is nothing to compare with, and a file's kind decides: one with a compressed payload in it
 * is the decompressor, another of 32 bits the setup code, another with checkpoint records the
 * decompressor, any other the kernel. ERROR_INPUT: a file cannot be
 * opened, belongs to no part of the image, or to one that has its file already. *files stays valid.
 */
struct error *symbols_named(const struct image *image, const char *const *paths, size_t count,
                            struct symbol_files *files);

/*
 * Opens the kernel proper that the user named, and unpacks the image for that when it is not.
 * Without an image any ELF file will do that is no decompressor.
 * ERROR_INPUT: it cannot be opened, is not the image's kernel (with the reason), or that has its file
 * already; also as image_unpack. *files stays valid.
 */
struct error *symbols_vmlinux(struct image *image, const char *path, struct symbol_files *files);

/* Closes what is there and empties it. */
void symbol_files_close(struct symbol_files *files);

#endif
