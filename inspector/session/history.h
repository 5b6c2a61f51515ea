/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kept machines of one guest, in order of time: which there are, and which of them to go from.
 * Bookkeeping only: the machines themselves are in QEMU's hands, by their tags.
 */
#ifndef BOOTSCOPE_SESSION_HISTORY_H
#define BOOTSCOPE_SESSION_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "qemu.h"
#include "timeline.h"

/* Of the scratch machines, made on the way to places far from any checkpoint, so many are kept. */
#define HISTORY_SCRATCH_MAX 8

struct kept {
    unsigned int tag;          /* its name in QEMU */
    uint64_t count;            /* instructions since reset */
    const struct stage *stage; /* the checkpoint where it stands, or NULL */
    bool scratch;
    bool written; /* it holds a write of the user's: running there from an earlier one does not */
    struct timeline_state state;
    struct qemu_place place;
};

struct history {
    size_t count, room;
    struct kept *list; /* by count; of equal ones the later made comes later */
    unsigned int last_tag;
};

void history_free(struct history *history);
/* Adds one, which gets its tag; *kept is copied. Aborts without memory. */
const struct kept *history_add(struct history *history, const struct kept *kept);
/* The same of one that has its tag. */
const struct kept *history_take(struct history *history, const struct kept *kept);
/* The last that is not beyond count; NULL when there is none. */
const struct kept *history_nearest(const struct history *history, uint64_t count);
/* The checkpoint's; NULL when there is none. */
const struct kept *history_stage(const struct history *history, const struct stage *stage);
/* The first with a write beyond count: to stand at count means that it was not done yet. */
const struct kept *history_write_after(const struct history *history, uint64_t count);
/*
 * Takes the last one out when it is at count or beyond, the start aside: true, and *ret_tag can be
 * deleted. To be called until it is false.
 */
bool history_cut(struct history *history, uint64_t count, unsigned int *ret_tag);
/* Takes out the oldest scratch machine when there are more than HISTORY_SCRATCH_MAX. */
bool history_spare(struct history *history, unsigned int *ret_tag);

#endif
