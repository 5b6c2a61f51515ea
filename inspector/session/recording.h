/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot that was followed once, as plain data: what it passed and at which instruction count, and
 * where things were by then. It needs no guest any more, so that two boots can be looked at side by
 * side, or one after the other.
 */
#ifndef BOOTSCOPE_SESSION_RECORDING_H
#define BOOTSCOPE_SESSION_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "image.h"
#include "pagetable.h"
#include "session.h"
#include "stages.h"
#include "timeline.h"

enum recording_depth {
    RECORDING_COUNTS, /* instruction counts: no memory is read, save for the timeline's facts */
    RECORDING_STATE,  /* fields, too: registers, tables, boot_params. Nothing is proven */
};

struct recorded_stop {
    const struct stage *stage; /* of the recording's own list */
    uint64_t instructions;     /* since reset */
    struct facts facts;        /* places that became known only later are in them, too */
    /* With RECORDING_STATE: */
    struct fields fields;
    struct pagetable_view paging;
};

/* What the image says of itself. Sizes are in bytes. */
struct recorded_image {
    char *path;
    char version[128], build_id[41];
    enum codec codec;
    size_t file_size, payload_size, unpacked_size;
    uint64_t pref_address, alignment, init_size, entry;
};

struct recording {
    enum recording_depth depth;
    struct recorded_image image;
    struct stages stages;
    size_t count; /* stops, in the order in which they were passed */
    struct recorded_stop stops[STAGES_MAX];
    /*
     * Why the boot did not come to the last of its stages: what `trace` would end with. NULL when
     * it did.
     */
    struct error *failure;
};

/*
 * Boots the image with its instructions counted, up to the last of its stages, and ends the guest.
 * Each record is exact and repeatable: the same image and options give the same again. Errors:
 * those of session_open(), and of the target. A guest that ends, fails or takes too long is no
 * error: see failure.
 */
struct error *recording_make(const char *image, const struct guest_options *guest,
                             enum recording_depth depth, struct recording **ret);
void recording_free(struct recording *recording);
/* The failure, which is the caller's from now on; NULL when there is none. */
struct error *recording_take_failure(struct recording *recording);

/* The stop at the stage of that name; NULL when it was not passed. */
const struct recorded_stop *recording_stop(const struct recording *recording, const char *name);
/*
 * Why there is no such stop, for people: the list's own reason, "the boot ended before it", ... Into
 * out, which is returned.
 */
const char *recording_why_not(const struct recording *recording, const char *name, char *out,
                              size_t size);

/* The count at startup-32, where the boot code's own part begins; false when it was not passed. */
bool recording_begin(const struct recording *recording, uint64_t *ret);
/* From startup-32 to kernel-entry, in instructions; false when one of them was not passed. */
bool recording_total(const struct recording *recording, uint64_t *ret);

/* Two boots, stage by stage ------------------------------------------------------------------ */

/*
 * A line of the two: a stage that both passed, or that one did. Stages are matched by name, in the
 * order of the boots; one that they passed in another order is on two lines.
 */
struct recorded_pair {
    const struct stage *stage;         /* a's, or b's when a is NULL */
    const struct recorded_stop *a, *b; /* one may be NULL */
    bool elsewhere; /* the other boot passed it, too, but at another place in the order */
    /*
     * With both: instructions since the line before that has both (0: since reset). So they compare
     * like with like, whatever one of the boots passed in between.
     */
    uint64_t cost_a, cost_b;
};

#define RECORDED_PAIRS_MAX (2 * STAGES_MAX)

/* Returns how many lines there are. */
size_t recording_match(const struct recording *a, const struct recording *b,
                       struct recorded_pair ret[RECORDED_PAIRS_MAX]);

#endif
