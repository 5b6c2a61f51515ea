/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far a boot has got, for views that say what lies in memory at a stop that may be no
 * checkpoint: which stages are done.
 */
#ifndef BOOTSCOPE_VIEWS_BOOT_DONE_H
#define BOOTSCOPE_VIEWS_BOOT_DONE_H

#include <stdbool.h>

struct boot_done {
    bool copied;       /* image-copied: the decompressor's copy is there */
    bool chosen;       /* location-chosen: output is where the kernel goes */
    bool decompressed; /* the payload lies at output ... */
    bool loaded;       /* elf-loaded: ... and its segments are in place */
    bool relocated;    /* relocations-applied */
    bool entered;      /* kernel-entry: the kernel itself may change what it likes */
};

#endif
