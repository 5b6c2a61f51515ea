/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A temporary folder beside an output, in which an image and its symbols are made. What is in it at
 * the end, or when a signal ends the program, is removed with it.
 */
#ifndef BOOTSCOPE_CLI_STAGING_H
#define BOOTSCOPE_CLI_STAGING_H

#include <sys/types.h>

#include "error.h"

struct staging {
    const char *target;   /* IMAGE, not owned */
    char *folder;         /* IMAGE.XXXXXX/ */
    char *image, *elf;    /* in it */
    volatile pid_t child; /* a process that a signal must end first; 0: none */
};

/* One at a time. ERROR_SYSTEM: no such folder, not writable, disk full. */
struct error *staging_begin(const char *target, struct staging **ret);

/* Gives the two files their names, IMAGE and IMAGE.elf. On error neither is new. */
struct error *staging_publish(struct staging *staging);

/* Removes what is left and frees staging. */
void staging_end(struct staging *staging);

#endif
