/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * proof-time IMAGE: boots to relocations-applied and prints, in milliseconds, the median time of proving every
 * PT_LOAD and every relocation site: with the guest's RAM mapped, and over the remote protocol.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kernelproof.h"
#include "options.h"
#include "session.h"
#include "timing.h"

#define ROUNDS 5

static struct error *run_to_proof(struct session *session, const struct stop **ret)
{
    const struct stage *stage = stages_named(&session->stages, "relocations-applied");
    enum timeline_event event = TIMELINE_STAGE;
    struct error *err = NULL;

    while (!err && event == TIMELINE_STAGE && timeline_last(session->timeline) != stage)
        err = timeline_next(session->timeline, session->deadline, &event, ret);
    if (!err && (event != TIMELINE_STAGE || !stage))
        err = error_new(ERROR_GUEST, "relocations-applied was not reached");
    return err;
}

static struct error *measure(const char *how, const struct stop *stop)
{
    double times[ROUNDS];
    uint64_t sites = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct elfload_view elfload;
        struct reloc_view reloc;
        double before = milliseconds();
        struct error *err = kernelproof_capture(stop, &elfload, &reloc);

        times[i] = milliseconds() - before;
        if (err)
            return err;
        if (!reloc.checked || reloc.wrong || elfload_wrong(&elfload))
            return error_new(ERROR_GUEST, "a proof does not hold");
        sites = 0;
        for (int kind = 0; kind < SITE_KINDS; kind++)
            sites += reloc.counts[kind];
    }
    printf("%s %.0f %lu\n", how, median(times, ROUNDS), sites);
    return NULL;
}

/* A guest that can go back has no mapped RAM. */
static struct error *boot(const char *image, bool mapped)
{
    struct session session;
    struct guest_options guest;
    const struct stop *stop = NULL;

    guest_options_init(&guest);
    guest.timeout_ms = 300000;
    const struct session_options options = {
        .guest = &guest, .image = image, .debug = true, .count = !mapped, .keep = !mapped};
    struct error *err = session_open(&options, &session);

    if (err)
        return err;
    err = run_to_proof(&session, &stop);
    if (!err)
        err = measure(mapped ? "mapped" : "rsp", stop);
    session_close(&session);
    return err;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: proof-time IMAGE\n");
        return 2;
    }
    struct error *err = boot(argv[1], true);
    if (!err)
        err = boot(argv[1], false);
    if (err)
        fprintf(stderr, "proof-time: %s\n", error_message(err));
    int status = error_exit_status(err);
    error_free(err);
    return status;
}
