/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several guests at once: one process each, so that one that dies takes nothing else with it. Each
 * writes its results into a pipe (run.h); they are delivered in the order of the plan.
 */
#ifndef BOOTSCOPE_CHECKS_WORKERS_H
#define BOOTSCOPE_CHECKS_WORKERS_H

#include "plan.h"
#include "run.h"

#define WORKERS_MAX 256
/* What one worker may write. */
#define WORKER_OUTPUT_MAX ((size_t)64 << 20)

struct workers_options {
    const char *image;
    const struct guest_options *guest; /* what the matrix does not say */
    unsigned int jobs;                 /* at once: 1..WORKERS_MAX */
    /* Called with each guest when it and all before it are done. */
    void (*done)(void *context, const struct guest *guest);
    void *context;
    /* What a worker does; run_guest save in tests. */
    void (*work)(const struct run_job *job, FILE *out);
};

/*
 * Runs every guest of the plan. A worker that dies, or writes what it may not, leaves results of
 * outcome "error". ERROR_SYSTEM: no pipe, no process.
 */
struct error *workers_run(struct plan *plan, const struct workers_options *options);

/* How many processors this process may use. */
unsigned int workers_default(void);

#endif
