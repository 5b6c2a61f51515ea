/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of an image an ELF file is, by the evidence that find.h names. */
#ifndef BOOTSCOPE_IMAGE_BELONGS_H
#define BOOTSCOPE_IMAGE_BELONGS_H

#include "elf_file.h"
#include "image.h"

#define MISMATCH_MAX 160

enum part { PART_NONE, PART_SETUP, PART_STUB, PART_KERNEL };

/* With image NULL: by the file's kind alone. */
enum part part_of(const struct image *image, const struct elf_file *file);

/*
 * Why the file is not the kernel in an image that is unpacked; NULL when it is. Of kernels without
 * a build ID entry, PT_LOADs and the beginning of each PT_LOAD's bytes are compared. The text is
 * made in out.
 */
const char *kernel_mismatch(const struct image *image, const struct elf_file *file,
                            char out[MISMATCH_MAX]);

#endif
