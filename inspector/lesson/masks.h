/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outputs that are compared except for values that are named: a number of the old output that was such
 * a value then, and one of the new output that is it now, in any notation, are equal.
 */
#ifndef BOOTSCOPE_LESSON_MASKS_H
#define BOOTSCOPE_LESSON_MASKS_H

#include <stdbool.h>

#include "error.h"
#include "lesson.h"

/* One name behind "output": its values then and now; several (of a block with several commands) parted by ";". */
struct mask_pair {
    const char *then, *now; /* NULL: not known */
};

/* One line, without its newline. */
bool masked_line_equal(struct span then, struct span now, const struct mask_pair *masks,
                       size_t count);
/* Whole outputs. */
bool masked_equal(struct span then, struct span now, const struct mask_pair *masks, size_t count);

/*
 * What differs, for a person: the lines from the first that differs to the last, "- " before those of then and
 * "+ " before those of now, at most a dozen each. Owned by the caller.
 */
char *masked_difference(struct span then, struct span now, const struct mask_pair *masks,
                        size_t count);

#endif
