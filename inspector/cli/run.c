/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope run: boots with no debugger and prints the markers as they come. */
#include <stdlib.h>
#include <string.h>

#include "subcommand.h"
#include "console.h"
#include "guest_end.h"
#include "marker_line.h"
#include "markers.h"
#include "session.h"
#include "text.h"

/* Between two looks at the CPU. */
#define LOOK_MS 500

struct run {
    struct guest_options guest;
    const char *image;
    struct session session;
    struct text out;
    struct console console;
    int64_t started;
    size_t seen;
    size_t out_of_order; /* markers whose stage has a lower index than one before */
    uint32_t highest;
    bool passed[STAGES_MAX];
    size_t missed;
    bool stopped; /* the stub emitted its error marker */
    bool halted;  /* the CPU is, for good */
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run *run = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &run->guest;
        break;
    case ARGP_KEY_ARG:
        if (run->image)
            argp_error(state, "one IMAGE, please: %s is a second one", argument);
        run->image = argument;
        break;
    case ARGP_KEY_END:
        if (!run->image)
            argp_error(state, "which IMAGE?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void on_marker(void *context, const struct marker *marker)
{
    struct run *run = context;
    const struct stage *stage = stages_named(&run->session.stages, marker->name);
    int64_t elapsed = loop_now() - run->started;

    run->stopped = run->stopped || strcmp(marker->name, CHECKPOINT_ERROR_NAME) == 0;
    if (stage) {
        run->out_of_order += run->seen > 0 && stage->index <= run->highest;
        if (stage->index > run->highest)
            run->highest = stage->index;
        run->passed[stage - run->session.stages.list] = true;
        run->seen++;
    }
    if (run->guest.json) {
        json_t *line = marker_line_json(marker, stage, elapsed);

        json_dumpf(line, run->out.stream, JSON_COMPACT);
        putc('\n', run->out.stream);
        json_decref(line);
    } else {
        marker_line_text(marker, stage, elapsed, &run->out);
    }
    fflush(run->out.stream);
}

static void on_console(void *context, const char *bytes, size_t length)
{
    struct run *run = context;

    console_print(&run->console, bytes, length);
}

/* Serves the guest's channels until it ended, stopped or halted for good, or ran out of time. */
static struct error *watch(struct run *run)
{
    struct session *session = &run->session;
    int64_t look = loop_in(LOOK_MS);
    bool ignored;
    struct error *err = NULL;

    while (!err && loop_now() < session->deadline && !run->stopped && !run->halted &&
           qemu_end_state(session->qemu) == QEMU_RUNNING) {
        err = loop_once(session->loop, look < session->deadline ? look : session->deadline,
                        &ignored);
        if (!err && loop_now() >= look) {
            err = qemu_is_halted(session->qemu, &run->halted);
            look = loop_in(LOOK_MS);
        }
    }
    if (!err)
        err = qemu_drain(session->qemu);
    console_break(&run->console);
    return err;
}

static void print_summary(const struct run *run, const struct guest_end *end)
{
    text_print(&run->out, run->out_of_order ? TEXT_BAD : TEXT_PLAIN, "\n%zu markers, %s; ",
               run->seen, run->out_of_order ? "out of order" : "in order");
    guest_end_text(end, &run->out);
    if (qemu_end_state(end->qemu) != QEMU_RUNNING)
        missed_text(&end->missed, &run->out);
}

static struct error *finish(struct run *run)
{
    struct guest_end end = {
        .qemu = run->session.qemu,
        .timeout_ms = run->guest.timeout_ms,
        .stopped = run->stopped,
        .halted = run->halted,
        .reached_kernel = markers_find(qemu_markers(run->session.qemu), "kernel-jump") != NULL,
        .markers = qemu_markers(run->session.qemu),
        .missed = missed_stages(&run->session.stages, run->passed, NULL, true),
    };
    struct error *err = guest_end_error(&end);

    if (run->guest.json)
        guest_end_json(&end, &run->out);
    else
        print_summary(run, &end);
    if (err && error_kind(err) == ERROR_TIMEOUT && run->session.stages.discovered)
        err = error_context(
            err, "no marker, as this decompressor is Linux's own (bootscope trace follows it)");
    run->missed = err ? 0 : end.missed.count;
    return err;
}

struct error *subcommand_run(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        NULL,     parse,
        "IMAGE",  "Boot IMAGE with no debugger and print its markers as a timeline.",
        children, NULL,
        NULL};
    struct run run = {.out = text_to(stdout), .started = loop_now()};
    struct error *err;

    guest_options_init(&run.guest);
    argp_parse(&argp, argc, argv, 0, NULL, &run);
    console_init(&run.console, &run.out, run.guest.json);
    err = session_open(&(struct session_options){.guest = &run.guest, .image = run.image},
                       &run.session);
    if (err)
        return err;
    markers_on_marker(qemu_markers(run.session.qemu), on_marker, &run);
    qemu_on_console(run.session.qemu, on_console, &run);
    err = watch(&run);
    if (!err)
        err = finish(&run);
    if (!err && (run.out_of_order || run.missed))
        *ret_status = 1;
    session_close(&run.session);
    return err;
}
