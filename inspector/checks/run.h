/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One guest, checked: a worker process boots it, judges each statement where it belongs, and writes
 * what it finds as lines of JSON. Whoever reads them knows the statements by their index.
 *
 *      {"check":3,"outcome":"pass"}
 *      {"check":4,"outcome":"fail","message":"..","checkpoint":"identity-maps","before":"stage2-idt",
 *       "values":[{"text":"cr3","now":"0x..","before":"0x.."|null}],"pc":"0x..","where":"..",
 *       "code":[{"address","bytes","text","target"}]}
 *      {"show":5,"checkpoint":"..","text":"..","message":null}
 *      {"end":"pass","message":null,"detail":null,"status":0,"instructions":n|null,"milliseconds":n}
 *
 * status is what the guest alone makes of the program's exit status: 3 when it died and no check asked
 * about that. The last line is the end; where it is missing, the worker died.
 */
#ifndef BOOTSCOPE_CHECKS_RUN_H
#define BOOTSCOPE_CHECKS_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "language.h"
#include "options.h"

struct run_job {
    const char *image;
    struct checks *checks; /* linked again here, with the stages of the guest's own session */
    const bool *selected;  /* per statement: give a result for it */
    struct guest_options guest;
};

/* Runs the guest and writes every line. Errors are in them. */
void run_guest(const struct run_job *job, FILE *out);

#endif
