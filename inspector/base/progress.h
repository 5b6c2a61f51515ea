/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A progress bar on stderr. It shows only when stderr is a terminal and the work has taken longer
 * than a second, and is wiped before anything else is printed there.
 */
#ifndef BOOTSCOPE_BASE_PROGRESS_H
#define BOOTSCOPE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *stream;
    bool terminal;
    bool shown;
    const char *label; /* a constant: "unpacking" */
    int64_t started;   /* milliseconds on CLOCK_MONOTONIC */
    int64_t drawn;
};

/* Begins a piece of work. stream is stderr, save in tests. */
struct progress progress_begin(FILE *stream, const char *label);

/* A progress_handler: context is the struct progress. With a total of 0, only the time shows. */
void progress_update(void *context, uint64_t done, uint64_t total);

/* Wipes the bar, if it was drawn. */
void progress_end(struct progress *progress);

/*
 * The bar's text for a moment, at most size bytes with its NUL and always under 100 columns:
 * "unpacking [#####     ]  52%  34.1 MiB of 65 MiB". Separate so that it can be tested.
 */
void progress_format(const char *label, uint64_t done, uint64_t total, int64_t elapsed_ms,
                     char *out, size_t size);

#endif
