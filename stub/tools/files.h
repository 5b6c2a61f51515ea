/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole files in, whole files out. An output appears under its name complete or not at all.
 */
#ifndef BOOTSCOPE_TOOLS_FILES_H
#define BOOTSCOPE_TOOLS_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "failure.h"

/* The largest input we read: lengths in a boot image are u32s. */
#define FILE_SIZE_MAX 0x7fffffff

struct bytes {
    uint8_t *data; /* malloc()ed, owned by whoever holds the struct; NULL when empty */
    size_t size;
};

/* Reads all of a file. Fails: cannot open or read, a directory, larger than FILE_SIZE_MAX. */
bool read_file(const char *path, struct bytes *ret, struct failure *why);

/* Makes room for size more bytes at the end and returns where they start; NULL without memory. */
uint8_t *bytes_grow(struct bytes *bytes, size_t size);

void bytes_free(struct bytes *bytes);

/*
 * A file that is being written under a temporary name in the directory of its final one. Between
 * begin and commit a signal removes it (cleanup.h).
 */
struct output {
    const char *name; /* as the user gave it; not owned */
    char path[4096];  /* its final path, symbolic links resolved */
    char temp[4096];
    int fd;
    int slot;
};

/*
 * Fails: no such directory, not writable, or the name exists and is no regular file (a device or
 * a directory must not be renamed over).
 */
bool output_begin(struct output *output, const char *name, struct failure *why);
bool output_write(struct output *output, const void *data, size_t size, struct failure *why);

/* Gives the file mode 0644 and its name. On failure (disk full, ...) nothing is left behind. */
bool output_commit(struct output *output, struct failure *why);

/* Removes the temporary file; nothing after a commit. */
void output_abandon(struct output *output);

/* Begin, write, commit. */
bool write_file(const char *name, const void *data, size_t size, struct failure *why);

#endif
