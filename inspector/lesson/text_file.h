/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text files, read whole and replaced whole. */
#ifndef BOOTSCOPE_LESSON_TEXT_FILE_H
#define BOOTSCOPE_LESSON_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

bool text_file_exists(const char *path);

/*
 * *ret is terminated, and the caller's to free. ERROR_INPUT with path (and line): cannot be opened, a folder, larger
 * than most bytes, a NUL, not UTF-8, a carriage return or another
 * control character.
 */
struct error *text_file_read(const char *path, size_t most, char **ret, size_t *ret_length);
/* The same checks of bytes in memory; text must be terminated behind length. */
struct error *text_file_check(const char *path, const char *text, size_t length);

/*
 * Replaces the file, or makes it: a new file beside it, written, synced and renamed. A file that holds
 * these bytes already is left alone; *ret_changed (may be NULL) tells. ERROR_SYSTEM names the path.
 */
struct error *text_file_write(const char *path, const char *text, size_t length, bool *ret_changed);

#endif
