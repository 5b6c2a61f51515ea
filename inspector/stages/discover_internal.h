/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of discover() share: what they have found so far. */
#ifndef BOOTSCOPE_STAGES_DISCOVER_INTERNAL_H
#define BOOTSCOPE_STAGES_DISCOVER_INTERNAL_H

#include "discover.h"

/*
 * Stages may be added in any order: the discovery gets them in the table's. The first word on a
 * stage stands, found or absent; what is said of it later is left away.
 */
struct finding {
    const struct image *image;
    const struct symbols *setup, *stub; /* may be NULL */

    struct {
        enum { FINDING_OPEN, FINDING_THERE, FINDING_ABSENT } state;
        struct stage stage;          /* when it is there */
        const char *after;           /* name of a stage, or NULL; static */
        struct stage_absent missing; /* when it is absent */
    } places[STAGES_MAX];            /* by position in stage_table() */
    size_t label_count;
    struct label labels[LABELS_MAX];
};

/*
 * Adds a stage of the table by its name, whose index and width it takes; how goes into the stage.
 * Returns it, so that slots, near and optional can be set; a place to throw away when the stage
 * had its word already.
 */
struct stage *finding_stage(struct finding *finding, const char *name, enum module module,
                            uint64_t address, enum stage_source source,
                            enum stage_certainty certainty, const char *how, ...)
    __attribute__((format(printf, 7, 8)));
/* Sets the breakpoint of name only behind the stage after (a static name), when that is there. */
void finding_after(struct finding *finding, const char *name, const char *after);
/* Adds a stage that is not there, and why. */
void finding_absent(struct finding *finding, const char *name, bool expected, const char *why, ...)
    __attribute__((format(printf, 4, 5)));
/* The stage's address in its module; false when it was not found. */
bool finding_address(const struct finding *finding, const char *name, uint64_t *ret);

/* Adds a label; the first of a name stays, and what is over LABELS_MAX is left away. */
void finding_label(struct finding *finding, const char *name, enum module module, uint64_t address);
/* The same of a function; size in bytes, 0 when it is not known. */
void finding_function(struct finding *finding, const char *name, enum module module,
                      uint64_t address, uint64_t size);

/* Puts everything in order; a stage on which no word was said is absent. */
void finding_finish(const struct finding *finding, struct discovery *ret);

/*
 * The 16-bit code: setup-entry, memory-detected, protected-mode, and the labels of MODULE_SETUP.
 * ERROR_SYSTEM: capstone, memory; what is not found is no error.
 */
struct error *discover_setup(struct finding *finding);

#endif
