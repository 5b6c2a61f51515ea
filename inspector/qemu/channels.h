/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pairs of descriptors between QEMU and us. */
#ifndef BOOTSCOPE_QEMU_CHANNELS_H
#define BOOTSCOPE_QEMU_CHANNELS_H

#include <stdbool.h>

#include "error.h"

enum channel { QMP, MARKERS, SERIAL, GDB, LOG, MESSAGES, CHANNELS };

/* Both ends of each; -1 where there is none. All are close-on-exec, and ours do not block. */
struct channels {
    int ours[CHANNELS], theirs[CHANNELS];
};

/* GDB only with debug. ERROR_SYSTEM: out of descriptors; then none stays open. */
struct error *channels_open(bool debug, struct channels *ret);

/* Closes those of one side that are open. */
void channels_close(int fds[CHANNELS]);

#endif
