/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's machine protocol: a greeting, then one JSON object per line: replies and events. */
#ifndef BOOTSCOPE_QEMU_QMP_H
#define BOOTSCOPE_QEMU_QMP_H

#include <stdbool.h>
#include <jansson.h>

#include "error.h"
#include "loop.h"
#include "stream.h"

#define QMP_LINE_MAX 0x10000

struct qmp {
    struct stream stream;
    bool greeted;
    bool shutdown;       /* a SHUTDOWN event came ... */
    bool guest_shutdown; /* ... and the guest caused it */
    json_t *reply;       /* to the newest command; NULL: none yet */
    json_int_t last_id;
    char *malformed; /* the first line that was no JSON object, cut; NULL */
    size_t length;
    bool overlong;
    char line[QMP_LINE_MAX];
};

/* Takes fd over; qmp stays where it is until qmp_close(). */
struct error *qmp_open(struct qmp *qmp, int fd, struct loop *loop);
void qmp_close(struct qmp *qmp);

/*
 * Runs a command without arguments and waits for its reply up to the deadline; *ret (a new
 * reference; may be NULL) is what it returned. ERROR_PROTOCOL with QEMU's own description when it
 * refuses, ERROR_CLOSED when QEMU is gone, ERROR_TIMEOUT.
 */
struct error *qmp_execute(struct qmp *qmp, const char *command, int64_t deadline, json_t **ret);

/*
 * The same for a command of the human monitor, without quotes or backslashes in it; *ret is its
 * output, the caller's to free.
 */
struct error *qmp_monitor(struct qmp *qmp, const char *command, int64_t deadline, char **ret);

/* Waits for the greeting and enters command mode. Same errors. */
struct error *qmp_negotiate(struct qmp *qmp, int64_t deadline);

#endif
