/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section .checkpoints of an ELF file (stub/abi/checkpoint.h). */
#ifndef BOOTSCOPE_IMAGE_CHECKPOINT_SECTION_H
#define BOOTSCOPE_IMAGE_CHECKPOINT_SECTION_H

#include <stddef.h>

#include "checkpoint.h"
#include "elf_file.h"
#include "error.h"

/*
 * Copies the records out; the array is the caller's to free, NULL when there are none. ERROR_INPUT:
 * not a multiple of the record's size, a name that is empty, unterminated or not printable, an
 * unknown mode, an index twice.
 */
struct error *checkpoint_section_read(const struct elf_file *file,
                                      struct checkpoint_record **ret_records, size_t *ret_count);

#endif
