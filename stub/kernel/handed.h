/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the boot loader, setup and the decompressor handed over: printed, and checked for sense. */
#ifndef BOOTSCOPE_KERNEL_HANDED_H
#define BOOTSCOPE_KERNEL_HANDED_H

#include <stdbool.h>

/* Where the kernel is, against where it was linked. Returns whether the offsets are sound. */
bool report_location(void);

/*
 * boot_params: protocol, command line, initrd, screen, e820. Returns whether the header is there,
 * the kernel lies in usable memory, and nothing that was handed over lies under the kernel.
 */
bool report_boot_params(void);

#endif
