/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source lines of one ELF file, by libdw. */
#ifndef BOOTSCOPE_IMAGE_LINES_H
#define BOOTSCOPE_IMAGE_LINES_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

struct lines;

/* elf stays the caller's and must outlive the result. A file with no DWARF has no lines. */
struct lines *lines_open(Elf *elf);
void lines_close(struct lines *lines);

/* False when no line covers the address. The file name is owned by lines. */
bool lines_find(const struct lines *lines, uint64_t address, const char **ret_file,
                unsigned int *ret_line);

#endif
