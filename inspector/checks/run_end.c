/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the guest of a run ended. */
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "guest_end.h"
#include "run_internal.h"

/* Whether the boot code has handed over: the kernel may then end the guest as it likes. */
static bool reached_kernel(const struct run *run)
{
    for (size_t i = 0; i < run->stages->count; i++)
        if (run->passed[i] && (run->stages->list[i].module == MODULE_KERNEL ||
                               strcmp(run->stages->list[i].name, "kernel-jump") == 0))
            return true;
    return false;
}

static bool asked(const struct run *run)
{
    const struct checks *checks = run->job->checks;

    for (size_t i = 0; i < checks->count; i++)
        if (run->job->selected[i] && (checks->statements[i].kind == STATEMENT_NEVER_FAULT ||
                                      checks->statements[i].kind == STATEMENT_EXIT))
            return true;
    return false;
}

static void died(struct run *run, struct error *err)
{
    run->ending.died = err != NULL;
    run->ending.asked = err && asked(run);
    if (err)
        snprintf(run->ending.message, sizeof(run->ending.message), "%s", error_message(err));
    error_free(err);
}

/* Ends of QEMU itself, and shutdowns by a kernel that may do so. */
static struct error *gone(struct run *run, bool shut_down)
{
    struct session *session = debugger_session(run->debugger);
    struct guest_end end = {.qemu = session->qemu,
                            .markers = qemu_markers(session->qemu),
                            .timeout_ms = run->job->guest.timeout_ms,
                            .reached_kernel = reached_kernel(run),
                            .shut_down = shut_down};
    struct error *err = NULL;
    enum qemu_end ended;

    /* The stub hangs up a moment before QEMU can be reaped. */
    if (!shut_down)
        err = qemu_wait(session->qemu, run->deadline, &ended);
    if (err)
        return err;
    run->ending.word = guest_end_word(&end);
    err = guest_end_error(&end);
    /* A kernel that reports a failure has run: whether that is right, `expect exit` says. */
    if (err && qemu_end_state(session->qemu) == QEMU_FAIL) {
        snprintf(run->ending.message, sizeof(run->ending.message), "%s", error_message(err));
        error_free(err);
        return NULL;
    }
    died(run, err);
    return NULL;
}

static struct error *stuck(struct run *run, enum timeline_event event, int64_t waited)
{
    struct fault fault = {.event = event, .stop = run->stop, .last = run->last};
    struct error *err = fault_capture(&fault);
    size_t size;
    FILE *stream;

    if (err)
        return err;
    stream = open_memstream(&run->ending.detail, &size);
    if (stream) {
        struct text text = {stream, false};

        fault_text(&fault, &text);
        fclose(stream);
    }
    died(run, fault_error(&fault, waited));
    return NULL;
}

struct error *run_end(struct run *run, const struct arrival *arrival)
{
    struct session *session = debugger_session(run->debugger);
    bool triple = qemu_triple_fault(session->qemu);

    switch (arrival->kind) {
    case ARRIVED_EXIT:
        return gone(run, false);
    case ARRIVED_FAULT:
        if (reached_kernel(run) && !triple)
            return gone(run, true);
        run->ending.word = triple ? "triple-fault" : "reset";
        return stuck(run, TIMELINE_FAULT, 0);
    case ARRIVED_ERROR:
        run->ending.word = "error";
        return stuck(run, TIMELINE_ERROR, 0);
    case ARRIVED_HALTED:
        run->ending.word = "halted";
        return stuck(run, TIMELINE_HALTED, 0);
    case ARRIVED_TIMEOUT:
        run->ending.word = "timeout";
        struct error *err = stuck(run, TIMELINE_TIMEOUT, loop_now() - run->started);

        /* Out of the time that a check allows, that check fails, and nothing else is wrong. */
        run->ending.asked = run->ending.asked || run->limit < run->deadline;
        return err;
    default:
        return error_new(ERROR_GUEST, "the guest was interrupted from outside");
    }
}
