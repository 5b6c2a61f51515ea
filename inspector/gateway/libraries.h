/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files of the boot code are where, as a debugger is told them (qXfer:libraries:read): it
 * then moves its symbols and breakpoints by itself.
 *
 *      setup       where the boot loader put it
 *      stub        as loaded; from relocation-target on in the copy as well; once the copy runs,
 *                  only there
 *      kernel      as linked, until KASLR has chosen; then at its virtual address, and, since
 *                  its first instructions run before it maps itself there, at its physical one
 *
 * What is not known yet stands where the image's header and QEMU's loader will put it.
 *
 * gdb keeps an entry of the same name where it was. So each place of a file has a name of its own:
 * the same path with more or less "./" in it, for which nothing has to be made or removed. A file
 * of 32 bits is announced as a copy that gdb takes (wide_file.h), by its descriptor's path.
 */
#ifndef BOOTSCOPE_GATEWAY_LIBRARIES_H
#define BOOTSCOPE_GATEWAY_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "debugger.h"

#define LIBRARIES_MAX 5
#define LIBRARY_NAMES 64 /* places of one file that have names of their own */

/* One file at one place. All addresses are the guest's, linear. */
struct library {
    const struct symbols *file;
    uint64_t bias; /* added to link addresses */
    uint64_t start, end;
    unsigned int name; /* how many "./" */
    int copy;          /* descriptor of what stands for the file; 0: nothing does */
};

struct libraries {
    size_t count;
    struct library list[LIBRARIES_MAX];
};

/* The names given so far, and the copies of files; all zeros at first. */
struct library_names {
    size_t copied;
    struct {
        const struct symbols *file;
        int copy; /* -1: needs none */
    } copies[MODULE_COUNT];
    size_t count;
    struct {
        const struct symbols *file;
        uint64_t bias;
    } list[LIBRARY_NAMES];
};

/* Where everything is at this stop; ours: QEMU was started by us. Errors: a file became unreadable. */
struct error *libraries_at(const struct stop *stop, bool ours, struct library_names *names,
                           struct libraries *ret);
/* Closes the copies. */
void libraries_end(struct library_names *names);
bool libraries_equal(const struct libraries *a, const struct libraries *b);
/* The entry that covers the address, or NULL. */
const struct library *libraries_find(const struct libraries *libraries, uint64_t address);

/* The document of qXfer:libraries:read, owned by the caller. */
struct error *libraries_document(const struct libraries *libraries, char **ret);
/* The same for people: a file and what to add to its link addresses, a line each. */
void libraries_text(const struct libraries *libraries, FILE *stream);

#endif
