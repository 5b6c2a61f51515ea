/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many short boots, several at once: each in a process of its own that ends with the boot. */
#ifndef BOOTSCOPE_CLI_SWEEP_GUESTS_H
#define BOOTSCOPE_CLI_SWEEP_GUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "options.h"
#include "sweep_results.h"

#define SWEEP_JOBS_MAX 256

/* Gives the next boot's seed (nothing to give for one without); false when there is none left. */
typedef bool (*sweep_next)(void *context, uint64_t *ret_seed);
/* Takes a boot that has chosen. An error ends the sweep. */
typedef struct error *(*sweep_taker)(void *context, const struct sweep_boot *boot);

struct sweep_guests {
    const struct guest_options *guest;
    const char *image;
    bool seeded; /* kaslr_seed=N is put behind the command line */
    unsigned int jobs;
    sweep_next next;
    sweep_taker take;
    void *context;
};

/*
 * Boots until next() has nothing more, each guest only until KASLR has chosen. Guests die with this process. The
 * first boot that fails ends all: ERROR_GUEST or ERROR_TIMEOUT with its seed, or ERROR_INPUT and
 * ERROR_SYSTEM when QEMU cannot be started.
 */
struct error *sweep_guests_run(const struct sweep_guests *sweep);

#endif
