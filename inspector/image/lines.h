/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source lines of one ELF file, by libdw. */
#ifndef BOOTSCOPE_IMAGE_LINES_H
#define BOOTSCOPE_IMAGE_LINES_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines;

/* elf stays the caller's and must outlive the result. A file with no DWARF has no lines. */
struct lines *lines_open(Elf *elf);
void lines_close(struct lines *lines);

/* False when no line covers the address. The file name is owned by lines. */
bool lines_find(const struct lines *lines, uint64_t address, const char **ret_file,
                unsigned int *ret_line);

/* As lines_find, with the file's path made absolute by the unit's directory; false when it does not fit. */
bool lines_source(const struct lines *lines, uint64_t address, char *path, size_t size,
                  unsigned int *ret_line);

/*
 * The lowest address of the code of line, or of the next line of the file that has code. False
 * when there is none; *ret_file tells whether there is a file whose path ends in file at all.
 */
bool lines_address(const struct lines *lines, const char *file, unsigned int line, bool *ret_file,
                   uint64_t *ret);

#endif
