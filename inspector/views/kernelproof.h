/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The capture of two views, elfload.h and reloc.h, in one pass: each byte of the kernel is read
 * from the guest once, in windows of 1 MiB, and serves both.
 *
 *   segment   |---------------|---------------|--------|
 *   window    |<- GUEST_CHUNK ->..|                       .. a site that begins at the edge reaches
 *                                                            beyond: these bytes are read twice
 *
 * The kernel is proven where it changes, and where it gets control: at decompressed (the payload as
 * a whole), elf-loaded (its segments), relocations-applied and kernel-entry (segments and sites).
 * kernel-jump is a handful of instructions after relocations-applied and one before kernel-entry:
 * nothing is proven there.
 */
#ifndef BOOTSCOPE_VIEWS_KERNELPROOF_H
#define BOOTSCOPE_VIEWS_KERNELPROOF_H

#include "elfload.h"
#include "reloc.h"

/* Errors of target_read_phys; ERROR_SYSTEM without memory. Then both views are absent. */
struct error *kernelproof_capture(const struct stop *stop, struct elfload_view *ret_elfload,
                                  struct reloc_view *ret_reloc);

/* A piece of a segment in hand, for the two views. */
struct kernel_window {
    const struct kernel *kernel;
    const struct kernel_segment *segment;
    uint64_t offset;      /* where it begins in the segment */
    uint64_t length;      /* sites that begin in it are checked now */
    uint64_t found_bytes; /* may reach beyond length, for a site at the edge */
    uint8_t *found;       /* the guest's bytes */
};

/* Checks the sites that begin in the window; returns how many there are. */
uint64_t reloc_check_window(const struct kernel_window *window, struct reloc_view *view);
/* Sites that lie in no segment's file bytes cannot have been meant: each is wrong. */
void reloc_check_outside(const struct kernel *kernel, struct reloc_view *view);
/*
 * Adds the window's bytes to the comparison. With masked, the sites in it are first made equal to
 * the file's bytes, in found.
 */
void elfload_compare_window(const struct kernel_window *window, bool masked,
                            struct comparison *result);

#endif
