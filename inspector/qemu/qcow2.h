/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An empty qcow2 image for QEMU's savevm to write to, so that nothing but QEMU is needed for it.
 * The format is that of docs/interop/qcow2.txt in QEMU's tree; all numbers are big-endian.
 *
 *      0x00000  header, version 3                     one cluster each
 *      0x10000  refcount table: one entry, which points to
 *      0x20000  the refcount block: these four clusters are in use once
 *      0x30000  L1 table: nothing is allocated
 */
#ifndef BOOTSCOPE_QEMU_QCOW2_H
#define BOOTSCOPE_QEMU_QCOW2_H

#include <stdint.h>

#include "error.h"

#define QCOW2_CLUSTER 0x10000
#define QCOW2_SIZE    (4 * QCOW2_CLUSTER)

/* The whole image; its disk holds 1 MiB of zeros. */
void qcow2_empty(uint8_t ret[static QCOW2_SIZE]);

/*
 * Makes such a file in $TMPDIR, or /var/tmp, with no name any more: it is gone when nobody has it
 * open. The descriptor is close-on-exec and the caller's. ERROR_SYSTEM names the folder.
 */
struct error *qcow2_open(int *ret_fd);

#endif
