/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the program that packs images, mkimage, and takes back its one line of complaint. */
#ifndef BOOTSCOPE_COMMANDS_PACKER_H
#define BOOTSCOPE_COMMANDS_PACKER_H

#include <stdint.h>
#include <sys/types.h>

#include "error.h"

struct packer_job {
    const char *program;     /* path of mkimage */
    const char *stub_folder; /* with setup.bin, stub.o, stub.lds */
    int payload_fd;          /* ELF and relocation table, from its start */
    uint64_t pref_address, alignment;
    const char *version;
    const char *image, *elf; /* what it is to write */
};

/*
 * Starts the job, waits for it, and shows that it goes on (progress.h). The process is known by
 * *child (0 when there is none) while it runs, for a signal handler. ERROR_SYSTEM: it cannot be
 * started, or was killed; ERROR_INPUT: what it said when it failed.
 */
struct error *packer_run(const struct packer_job *job, volatile pid_t *child);

#endif
