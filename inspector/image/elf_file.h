/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ELF file on disk, opened with libelf and checked to be x86's; and what libelf says of errors.
 */
#ifndef BOOTSCOPE_IMAGE_ELF_FILE_H
#define BOOTSCOPE_IMAGE_ELF_FILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define BUILD_ID_TEXT 41 /* 20 bytes in hex, and a NUL */

struct elf_file {
    int fd;
    Elf *elf;
    GElf_Ehdr header;
    char build_id[BUILD_ID_TEXT]; /* of the GNU note, hex; "" when there is none */
};

/*
 * ERROR_INPUT with the reason, but not the path: no such file, not a regular file, not an ELF, not
 * for x86 (i386 of 32 bits or x86-64 of 64), truncated.
 */
struct error *elf_file_open(const char *path, struct elf_file *ret);
void elf_file_close(struct elf_file *file);

/* The first section of that name; NULL when there is none. */
Elf_Scn *elf_file_section(const struct elf_file *file, const char *name, GElf_Shdr *ret);

/*
 * Finds the GNU build ID note in a run of notes, as an ELF section or segment holds them. False
 * when there is none; out is then "".
 */
bool build_id_in_notes(const void *notes, size_t size, char out[BUILD_ID_TEXT]);

/* ERROR_INPUT: the formatted text, and libelf's own words. */
struct error *elf_error(const char *format, ...)
    __attribute__((format(printf, 1, 2), warn_unused_result, returns_nonnull));

/* As open(2) for reading, but only for regular files, and never waiting for a FIFO's writer. */
struct error *open_regular(const char *path, int *ret_fd, size_t *ret_size);

#endif
