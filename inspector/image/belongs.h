/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of an image an ELF file is, by the evidence that find.h names. */
#ifndef BOOTSCOPE_IMAGE_BELONGS_H
#define BOOTSCOPE_IMAGE_BELONGS_H

#include "elf_file.h"
#include "image.h"

enum part { PART_NONE, PART_SETUP, PART_STUB, PART_KERNEL };

/* With image NULL: by the file's kind alone. */
enum part part_of(const struct image *image, const struct elf_file *file);

#endif
