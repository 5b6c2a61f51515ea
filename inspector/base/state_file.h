/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that the program keeps for its user between runs, by the XDG base directory specification. */
#ifndef BOOTSCOPE_BASE_STATE_FILE_H
#define BOOTSCOPE_BASE_STATE_FILE_H

#include <stddef.h>

#include "error.h"

/*
 * The path of a file of that name: $XDG_STATE_HOME/bootscope/NAME, or ~/.local/state/bootscope/NAME.
 * ERROR_INPUT: neither variable is an absolute path, or the path is too long.
 */
struct error *state_file_path(const char *name, char *out, size_t size);
/* Makes every folder above the file that is not there (0700). path is changed meanwhile. ERROR_SYSTEM. */
struct error *state_file_folders(char *path);

#endif
