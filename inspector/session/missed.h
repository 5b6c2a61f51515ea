/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which checkpoints a boot should have passed and did not. A boot may begin late (a boot loader that
 * enters at startup_64 skips all before), so only what comes after the first one seen counts.
 */
#ifndef BOOTSCOPE_SESSION_MISSED_H
#define BOOTSCOPE_SESSION_MISSED_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "stages.h"
#include "text.h"

struct missed {
    size_t count;
    const struct stage *list[STAGES_MAX]; /* of the stages it was made from */
};

/*
 * seen[i] tells whether stages->list[i] was passed. The boot was followed up to until (NULL: to the
 * end). With markers_only the stages that emit no marker, the kernel's, are not asked for.
 */
struct missed missed_stages(const struct stages *stages, const bool *seen,
                            const struct stage *until, bool markers_only);

/* "missed: a, b" in lines of the page; nothing when nothing was. */
void missed_text(const struct missed *missed, const struct text *text);
/* An array of names; a new reference. */
json_t *missed_json(const struct missed *missed);

#endif
