/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a walk share: annotate_walk.c steps, annotate_ahead.c runs. */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_WALK_INTERNAL_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_WALK_INTERNAL_H

#include "annotate_loop.h"
#include "annotate_note.h"
#include "annotate_walk.h"

#define WALK_FRAMES_MAX 64

/* A call that was gone into. */
struct frame {
    uint64_t back; /* where it returns to, linear */
    size_t first;  /* its first entry */
};

/* What has to be done at full speed before the next step. */
enum ahead { AHEAD_NOTHING, AHEAD_REPEAT, AHEAD_LOOP, AHEAD_CALL };

struct walk {
    struct debugger *debugger;
    const struct walk_options *options;
    struct annotation *annotation;
    struct decoder *decoder;
    struct moment before;
    struct frame frames[WALK_FRAMES_MAX];
    unsigned int frame_count;
    uint64_t movement; /* steps of this one */
    bool arrived;
    enum ahead ahead;
    struct moment held;   /* AHEAD_REPEAT: before its first repetition */
    uint64_t back, stack; /* AHEAD_CALL: where it returns to, and rsp then at least */
    struct loop loop;     /* AHEAD_LOOP */
};

/* In annotate_walk.c: an entry for address; NULL without memory. The instruction of moment, as one. */
struct annotation_entry *walk_add(struct walk *walk, enum annotation_kind kind, uint64_t address,
                                  const struct stop *stop);
struct error *walk_add_step(struct walk *walk, const struct moment *moment, const struct stop *stop,
                            uint64_t times);

/* In annotate_ahead.c: does what walk->ahead says, and looks at the instruction behind it. */
struct error *walk_ahead(struct walk *walk);
/* What ended a movement too early. */
struct error *walk_ended(struct walk *walk, const struct arrival *arrival);
/* A signal between two movements would be forgotten by the debugger. */
bool walk_was_interrupted(const struct walk *walk);
struct error *walk_interrupted(const struct walk *walk);

#endif
