/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope profile: what each stage of a boot costs, in instructions. */
#ifndef BOOTSCOPE_CLI_PROFILE_H
#define BOOTSCOPE_CLI_PROFILE_H

#include <jansson.h>

#include "options.h"
#include "recording.h"
#include "text.h"

struct profile {
    const struct recording *a, *b; /* b is NULL without --vs */
    struct guest_options guest_a, guest_b;
};

/* The cost of a stop, since the one before it in its boot (or since reset). */
uint64_t profile_cost(const struct recording *recording, const struct recorded_stop *stop);
/*
 * Its share of all from startup-32 to kernel-entry, 0 to 1; false for what is before that, and when
 * the boot did not pass both.
 */
bool profile_share(const struct recording *recording, const struct recorded_stop *stop,
                   double *ret);

void profile_text(const struct profile *profile, const struct text *text);
/* One object, docs/json.md. */
json_t *profile_json(const struct profile *profile);

#endif
