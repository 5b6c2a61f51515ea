/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Large temporary memory that is not the inspector's own: an unlinked file in $TMPDIR or /var/tmp,
 * mapped shared. The kernel can write it out, so it counts towards no limit on private memory, and
 * nothing is left behind however the process ends.
 */
#ifndef BOOTSCOPE_IMAGE_SCRATCH_H
#define BOOTSCOPE_IMAGE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct scratch {
    uint8_t *bytes; /* size bytes, zero at first */
    size_t size;
    int fd; /* of the file, close-on-exec */
};

/*
 * Makes size bytes (more than 0). The disk space is reserved at once, so a full disk is an error
 * here (ERROR_SYSTEM with the directory) and never a SIGBUS later.
 */
struct error *scratch_new(size_t size, struct scratch **ret);

/* NULL is allowed. */
void scratch_free(struct scratch *scratch);

/*
 * Gives the memory back that the mapping takes up at the moment: the bytes stay as they are, in the
 * file, and come back when they are touched. To be called now and then by who goes through much.
 */
void scratch_trim(const struct scratch *scratch);

/* From here on a write to the bytes is a fault. */
void scratch_seal(struct scratch *scratch);

#endif
