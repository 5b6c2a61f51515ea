/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that belong to the program: the packer, the stub's parts. They are looked for relative to
 * the running binary, so that a build tree and an installation both work from anywhere.
 */
#ifndef BOOTSCOPE_BASE_INSTALL_H
#define BOOTSCOPE_BASE_INSTALL_H

#include "error.h"

/*
 * The path of a file that exists and is readable: beside the running binary, in the folder above
 * (a sanitized build lies one deeper than the stub's parts), or in ../lib/bootscope. The caller
 * frees it. NULL when it is in none of them.
 */
char *install_find(const char *name);

/* The first folder in that order that holds all of names (a NULL ends them), or NULL. */
char *install_find_folder(const char *const *names);

/* The folder of the running binary; "." where /proc cannot tell. The caller frees it. */
char *install_own_folder(void);

/* The searched folders for an error message: "A, B or C". The caller frees it. */
char *install_folders(void);

#endif
