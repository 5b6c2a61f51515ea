/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * travel IMAGE: boots to the kernel's entry and goes back. Prints, in milliseconds, the median time of
 * going back to a checkpoint and of going back one instruction.
 */
#include <stdio.h>
#include <stdlib.h>

#include "debugger.h"
#include "options.h"
#include "timing.h"

#define ROUNDS 15

static void print_median(const char *what, double *times)
{
    printf("%s %.2f\n", what, median(times, ROUNDS));
}

static struct error *run_to(struct debugger *debugger, const char *name)
{
    const struct stage *stage = stages_named(&debugger_session(debugger)->stages, name);
    struct arrival arrival;

    if (!stage)
        return error_new(ERROR_INPUT, "%s: no such checkpoint", name);
    struct error *err = debugger_run(debugger, RUN_TO_CHECKPOINT, stage, &arrival);
    if (!err && arrival.kind != ARRIVED_CHECKPOINT)
        err = error_new(ERROR_GUEST, "%s was not reached", name);
    return err;
}

/* From checkpoint kernel-jump back to the one before it, and forwards again. */
static struct error *measure_back(struct debugger *debugger)
{
    double times[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct arrival arrival;
        double before = milliseconds();
        struct error *err = debugger_back(debugger, NULL, &arrival);

        times[i] = milliseconds() - before;
        if (!err)
            err = run_to(debugger, "kernel-jump");
        if (err)
            return err;
    }
    print_median("back", times);
    return NULL;
}

/* One instruction back, and again from there. */
static struct error *measure_step_back(struct debugger *debugger, const char *what)
{
    double times[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct arrival arrival;
        double before = milliseconds();
        struct error *err = debugger_step_back(debugger, 1, &arrival);

        times[i] = milliseconds() - before;
        if (err)
            return err;
    }
    print_median(what, times);
    return NULL;
}

static struct error *measure(struct debugger *debugger)
{
    struct error *err = run_to(debugger, "identity-maps");

    if (!err)
        err = measure_step_back(debugger, "rsi-short");
    if (!err)
        err = run_to(debugger, "decompressed");
    if (!err)
        err = measure_step_back(debugger, "rsi-inflate");
    if (!err)
        err = run_to(debugger, "kernel-jump");
    return err ? err : measure_back(debugger);
}

int main(int argc, char **argv)
{
    struct debugger *debugger = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: travel IMAGE\n");
        return 2;
    }
    struct guest_options guest;

    guest_options_init(&guest);
    const struct debugger_options options = {
        .session = {.guest = &guest, .image = argv[1], .debug = true, .count = true},
        .travel = true,
    };
    struct error *err = debugger_open(&options, &debugger);
    if (!err)
        err = measure(debugger);
    if (err)
        fprintf(stderr, "travel: %s\n", error_message(err));
    int status = error_exit_status(err);
    error_free(err);
    debugger_close(debugger);
    return status;
}
