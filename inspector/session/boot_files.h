/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of a boot from files, without a guest: the symbols that belong to its parts, and
 * its stages (stages_of(), which alone decides between records and discovery).
 *
 * Names that discovery found in an image's code become symbols like any other. A part with no file
 * gets a made one of them (symbols_made.h). A part whose file the user has, as the decompressor's
 * with --symbols compressed/vmlinux, keeps its file, and is only given what the file lacks: the names
 * of inlined functions and of local labels. gdb sees the file as it is.
 */
#ifndef BOOTSCOPE_SESSION_BOOT_FILES_H
#define BOOTSCOPE_SESSION_BOOT_FILES_H

#include "discover.h"
#include "error.h"
#include "find.h"
#include "image.h"
#include "options.h"
#include "stages.h"

struct boot_files {
    struct symbol_files symbols;
    struct stages stages;
    char refused[DISCOVERY_REFUSED_MAX]; /* why nothing was discovered, as discovery.refused */
    bool wraps; /* the image is unpacked, and its kernel one that wrap takes */
};

/*
 * image may be NULL; kernel-entry is only among the stages of an unpacked one. Errors of
 * symbols_named(), symbols_vmlinux(), symbols_find(), stages_of() and symbols_make(). *ret is to be closed also then.
 */
struct error *boot_files_open(struct image *image, const struct guest_options *options,
                              struct boot_files *ret);
void boot_files_close(struct boot_files *files);

/*
 * Whether a boot can be followed with them. ERROR_INPUT when not, with why and what to do about it;
 * name is the image's or the guest's. Somebody else's guest may be followed by its setup code alone.
 */
struct error *boot_files_usable(const struct boot_files *files, const char *name, bool attached);

#endif
