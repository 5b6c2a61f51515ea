/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which checkpoints a boot should have passed and did not. A boot may begin late (a boot loader that
 * enters at startup_64 skips all before), so only what comes after the first one seen counts. Those
 * that not every boot passes (struct stage, optional) are no loss; those that discovery could not
 * find where they should be are one.
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
    size_t optional_count;
    const struct stage *optional[STAGES_MAX]; /* not passed, and that may be */
    size_t unfound_count;
    const struct stage_absent *unfound[STAGES_MAX]; /* expected in the code, and not found */
};

/*
 * seen[i] tells whether stages->list[i] was passed. The boot was followed up to until (NULL: to the
 * end). With markers_only the stages that emit no marker, the kernel's, are not asked for, and
 * neither is what was not found, as nobody looked for it.
 */
struct missed missed_stages(const struct stages *stages, const bool *seen,
                            const struct stage *until, bool markers_only);

/* Whether something is wrong: a checkpoint was missed, or not found. */
bool missed_any(const struct missed *missed);

/*
 * "missed: a, b", "not passed: c" and a line for each that was not found, with the reason, in lines
 * of the page; nothing of what there is none of.
 */
void missed_text(const struct missed *missed, const struct text *text);
/* Arrays of names; of {"name","why"} for those not found. New references. */
json_t *missed_json(const struct missed *missed);
json_t *missed_optional_json(const struct missed *missed);
json_t *missed_unfound_json(const struct missed *missed);

#endif
