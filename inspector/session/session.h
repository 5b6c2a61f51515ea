/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything a command needs around one guest: the image, its symbols, the stages, a QEMU that was
 * started for it or a stub to attach to, and the timeline. Opened and closed as one, so that no
 * error path leaves a QEMU behind.
 */
#ifndef BOOTSCOPE_SESSION_SESSION_H
#define BOOTSCOPE_SESSION_SESSION_H

#include <stdbool.h>

#include "error.h"
#include "find.h"
#include "image.h"
#include "loop.h"
#include "options.h"
#include "qemu.h"
#include "stages.h"
#include "symbols.h"
#include "target.h"
#include "timeline.h"

struct session_options {
    const struct guest_options *guest;
    const char *image;   /* bzImage; may be NULL with connect */
    const char *connect; /* "unix:PATH" or "HOST:PORT" of a stub that runs already, or NULL */
    bool debug;          /* with a timeline (and so with a target) */
    bool count;          /* instructions are countable, and every run is the same (icount) */
    bool overlap; /* the guest may run while the payload is unpacked: session_unpacked() is due */
    bool keep;    /* QEMU can keep the machine and go back to it: with debug and count */
};

struct session {
    struct loop *loop;
    struct image *image; /* NULL without an image */
    /*
     * Why the image's payload does not unpack on this host, or NULL: it is booted all the same, and
     * nothing of the kernel can be proved.
     */
    struct error *not_unpacked;
    struct symbol_files symbols;
    struct stages stages;
    struct qemu *qemu;         /* NULL when attached */
    struct target *target;     /* NULL without debug */
    struct timeline *timeline; /* NULL without debug */
    int64_t deadline;          /* loop_now() milliseconds, from --timeout */
};

/*
 * Opens what the options ask for. ERROR_INPUT and ERROR_SYSTEM name the file or program; with
 * debug, a session without any checkpoints is ERROR_INPUT. On error nothing stays open.
 */
struct error *session_open(const struct session_options *options, struct session *ret);

/*
 * Waits until the payload is unpacked, which with overlap a session may not be done with when it is
 * opened; not_unpacked tells what came of it. ERROR_SYSTEM of image_unpack().
 */
struct error *session_unpacked(struct session *session);

/*
 * Another QEMU takes the place of the one that has ended or stands at a shutdown, in reset; what
 * savevm kept is there. The timeline is as it was: restore it. Errors of session_open().
 */
struct error *session_revive(struct session *session);

/* Ends a QEMU that was started, frees everything. */
void session_close(struct session *session);

#endif
