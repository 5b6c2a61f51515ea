/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the program that packs images, mkimage, and takes back its one line of complaint. */
#ifndef BOOTSCOPE_CLI_PACKER_H
#define BOOTSCOPE_CLI_PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "error.h"

struct packer_job {
    const char *program;     /* path of mkimage */
    const char *stub_folder; /* with setup.bin, stub.o, stub.lds */
    int payload_fd;          /* ELF and relocation table */
    uint64_t pref_address, alignment;
    const char *version;
    const char *image, *elf; /* what it is to write */
};

/*
 * Runs the job to its end. Its process is in *child (0: none) while there is one, for a signal
 * handler. When stderr is a terminal, its progress bar shows there. ERROR_SYSTEM: it cannot be
 * started, or was killed; ERROR_INPUT: what it said when it failed.
 */
struct error *packer_run(const struct packer_job *job, volatile pid_t *child);

/*
 * Tells a progress bar from words in what a program writes to a terminal: a bar's line begins with
 * a carriage return and ends where it is wiped (ESC [ K), and is passed on; words are collected.
 */
struct packer_ear {
    FILE *terminal; /* NULL: bars are dropped */
    bool bar;
    char last[2];    /* the two bytes before, for ESC [ K */
    char said[1024]; /* the words, NUL-terminated; what does not fit is dropped */
    size_t used;
};
void packer_hear(struct packer_ear *ear, const char *bytes, size_t length);

#endif
