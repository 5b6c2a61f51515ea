/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's side of the memory map: e820's entries and the holes between them. */
#ifndef BOOTSCOPE_VIEWS_MEMMAP_FIRMWARE_H
#define BOOTSCOPE_VIEWS_MEMMAP_FIRMWARE_H

#include "memmap.h"
#include "params.h"

/* Adds a row, not in order; nothing when size is 0. what is cut to MEMMAP_WHAT_MAX. */
void memmap_add(struct memmap_view *view, enum memmap_kind kind, uint64_t start, uint64_t size,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * Adds RAM, reserved ranges and holes, none of which overlap: where entries of the table do, the one
 * that is not RAM wins, as it does in the kernel. Errors of target_read_phys.
 */
struct error *memmap_add_firmware(const struct stop *stop, const struct params_view *params,
                                  struct memmap_view *view);

#endif
