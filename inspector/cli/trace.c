/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope trace: stops at every checkpoint, shows the state there, and proves it right. */
#include <stdlib.h>
#include <string.h>

#include "subcommand.h"
#include "console.h"
#include "fault.h"
#include "guest_end.h"
#include "session.h"
#include "snapshot.h"
#include "text.h"
#include "unpack_note.h"

enum { KEY_CONNECT = 0x200, KEY_TO, KEY_BRIEF, KEY_NO_COUNT };

struct trace {
    struct guest_options guest;
    const char *image, *connect, *to;
    struct session session;
    const struct stage *until; /* what --to names, or NULL */
    struct text out;
    struct console console;
    struct snapshot snapshots[2]; /* this checkpoint's, and the one's before */
    size_t count;
    size_t wrong, out_of_order;
    bool passed[STAGES_MAX];
    struct missed missed; /* once the boot was followed to its end */
    bool brief, no_count;
    bool arrived; /* at the checkpoint named by --to */
};

static const struct argp_option options[] = {
    {"connect", KEY_CONNECT, "ADDRESS", 0,
     "attach to a stub that runs already, at unix:PATH or HOST:PORT, instead of starting QEMU; the "
     "guest is let go after the last checkpoint, and left stopped where it fails",
     0},
    {"to", KEY_TO, "CHECKPOINT", 0,
     "end there (default: when the guest ends; of a kernel without the stub and without --initrd, "
     "which would wait for ever, at its entry)",
     0},
    {"brief", KEY_BRIEF, NULL, 0, "registers and markers only: read no memory, prove nothing", 0},
    {"no-count", KEY_NO_COUNT, NULL, 0,
     "do not count instructions: the guest runs at QEMU's own speed (counting makes the boot code "
     "take 1.4 times as long, and Linux twice), and its random choices differ from run to run",
     0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct trace *trace = state->input;

    switch (key) {
    case KEY_CONNECT:
        trace->connect = argument;
        break;
    case KEY_TO:
        trace->to = argument;
        break;
    case KEY_BRIEF:
        trace->brief = true;
        break;
    case KEY_NO_COUNT:
        trace->no_count = true;
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &trace->guest;
        break;
    case ARGP_KEY_ARG:
        if (trace->image)
            argp_error(state, "one IMAGE, please: %s is a second one", argument);
        trace->image = argument;
        break;
    case ARGP_KEY_END:
        if (!trace->image && !trace->connect)
            argp_error(state, "which IMAGE?");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static struct snapshot *slot(struct trace *trace, size_t number)
{
    return &trace->snapshots[number % 2];
}

static void print_line(const struct trace *trace, json_t *line)
{
    json_dumpf(line, trace->out.stream, JSON_COMPACT | JSON_REAL_PRECISION(6));
    putc('\n', trace->out.stream);
    json_decref(line);
}

static void on_console(void *context, const char *bytes, size_t length)
{
    struct trace *trace = context;

    console_print(&trace->console, bytes, length);
}

/* Whether proofs at a checkpoint may need the kernel's bytes: before this the guest unpacks, too. */
static bool needs_kernel(const struct stages *stages, const struct stage *stage)
{
    const struct stage *chosen = stages_named(stages, "location-chosen");

    if (!chosen)
        chosen = stages_named(stages, "extract-kernel");
    return !chosen || stage > chosen;
}

/* The payload was being unpacked meanwhile: now it is needed. */
static struct error *await_kernel(struct trace *trace)
{
    bool knew = trace->session.not_unpacked;
    struct error *err = session_unpacked(&trace->session);

    if (!err && !knew)
        unpack_note(&trace->session, trace->guest.json, &trace->out);
    return err;
}

/* Captures, prints and counts one checkpoint. */
static struct error *show(struct trace *trace, const struct stop *stop)
{
    const struct snapshot *before = trace->count ? slot(trace, trace->count - 1) : NULL;
    struct snapshot *now = slot(trace, trace->count);
    struct error *err = NULL;

    if (needs_kernel(&trace->session.stages, stop->stage))
        err = await_kernel(trace);
    if (err)
        return err;
    snapshot_free(now);
    err = snapshot_capture(stop, before, trace->brief ? SNAPSHOT_BRIEF : SNAPSHOT_FULL, now);
    if (err)
        return err;
    trace->wrong += snapshot_wrong(now);
    trace->out_of_order += before && before->stage >= now->stage;
    trace->count++;
    trace->passed[stop->stage - trace->session.stages.list] = true;
    trace->arrived = trace->until && stop->stage == trace->until;
    if (trace->guest.json)
        print_line(trace, snapshot_json(now));
    else
        snapshot_text(now, before, &trace->out);
    fflush(trace->out.stream);
    return NULL;
}

/* An attached guest goes on by itself after the last checkpoint: its owner decides its end. */
static bool done(const struct trace *trace)
{
    return trace->arrived || (trace->connect && trace->passed[trace->session.stages.count - 1]);
}

/* Whether the boot code has handed over: the kernel may then end the guest as it likes. */
static bool reached_kernel(const struct trace *trace)
{
    const struct stages *stages = &trace->session.stages;
    bool reached = false;

    for (size_t i = 0; i < stages->count; i++)
        reached = reached ||
                  (trace->passed[i] && (stages->list[i].module == MODULE_KERNEL ||
                                        strcmp(stages->list[i].name, "kernel-jump") == 0));
    return reached;
}

static struct error *follow(struct trace *trace, enum timeline_event *ret_event,
                            const struct stop **ret_stop)
{
    struct session *session = &trace->session;
    struct error *err = NULL;

    *ret_event = TIMELINE_STAGE;
    while (!err && *ret_event == TIMELINE_STAGE && !done(trace)) {
        err = timeline_next(session->timeline, session->deadline, ret_event, ret_stop);
        if (!err && *ret_event == TIMELINE_STAGE)
            err = show(trace, *ret_stop);
    }
    return err;
}

static const char *outcome(const struct trace *trace)
{
    if (!trace->brief)
        return "every proof holds";
    return trace->session.stages.discovered ? "only registers were looked at"
                                            : "every marker agrees with the machine";
}

static void print_summary(const struct trace *trace)
{
    const struct stages *stages = &trace->session.stages;

    text_print(&trace->out, TEXT_PLAIN, "\n%zu of %zu checkpoints, ", trace->count,
               stages->count - trace->missed.optional_count);
    text_print(&trace->out, trace->out_of_order ? TEXT_BAD : TEXT_PLAIN, "%s; ",
               trace->out_of_order ? "out of order" : "in order");
    if (trace->missed.count)
        text_print(&trace->out, TEXT_BAD, "%zu missed; ", trace->missed.count);
    if (trace->missed.unfound_count)
        text_print(&trace->out, TEXT_BAD, "%zu not found; ", trace->missed.unfound_count);
    if (trace->wrong)
        text_print(&trace->out, TEXT_BAD, "%zu proof%s not hold\n", trace->wrong,
                   trace->wrong == 1 ? " does" : "s do");
    else if (trace->session.not_unpacked)
        text_print(&trace->out, TEXT_BAD, "nothing of the kernel was proved\n");
    else
        text_print(&trace->out, TEXT_GOOD, "%s\n", outcome(trace));
}

/* The words for a boot that was followed to where it should go. */
static struct error *conclude(struct trace *trace, bool shut_down)
{
    struct error *err = NULL;
    enum qemu_end ended;

    trace->missed = missed_stages(&trace->session.stages, trace->passed, trace->until, false);
    /* The stub hangs up a moment before QEMU can be reaped. */
    if (!done(trace) && !shut_down)
        err = qemu_wait(trace->session.qemu, trace->session.deadline, &ended);
    if (err)
        return err;

    struct guest_end end = {
        .qemu = trace->session.qemu,
        .markers = trace->session.qemu ? qemu_markers(trace->session.qemu) : NULL,
        .timeout_ms = trace->guest.timeout_ms,
        .missed = trace->missed,
        .reached_kernel = reached_kernel(trace),
        .left = done(trace),
        .shut_down = shut_down,
    };

    console_break(&trace->console);
    if (trace->guest.json) {
        guest_end_json(&end, &trace->out);
    } else {
        print_summary(trace);
        guest_end_text(&end, &trace->out);
        missed_text(&trace->missed, &trace->out);
    }
    return guest_end_error(&end);
}

/* The guest did not get there: where it stands, and what explains it. */
static struct error *explain(struct trace *trace, enum timeline_event event,
                             const struct stop *stop)
{
    struct fault fault = {
        .event = event, .stop = stop, .last = timeline_last(trace->session.timeline)};
    struct error *err;

    console_break(&trace->console);
    err = fault_capture(&fault);
    if (err)
        return err;
    if (trace->guest.json)
        print_line(trace, fault_json(&fault));
    else
        fault_text(&fault, &trace->out);
    return fault_error(&fault, trace->guest.timeout_ms);
}

/* QEMU pauses at any shutdown: a kernel that powers the machine off has not failed. */
static bool orderly(const struct trace *trace)
{
    const struct session *session = &trace->session;

    return reached_kernel(trace) && session->qemu && !qemu_triple_fault(session->qemu);
}

/* Nobody can say how a guest ended that somebody else started: only that it did, and where. */
static struct error *gone(const struct trace *trace)
{
    const struct stage *last = timeline_last(trace->session.timeline);

    return error_new(ERROR_GUEST, "the guest ended %s%s",
                     last ? "after checkpoint " : "before the first checkpoint",
                     last ? last->name : "");
}

static struct error *run(struct trace *trace)
{
    enum timeline_event event;
    const struct stop *stop = NULL;
    struct error *err = follow(trace, &event, &stop);

    if (!err)
        err = await_kernel(trace);
    if (err)
        return err;
    bool shut_down = event == TIMELINE_FAULT && orderly(trace);
    if (event != TIMELINE_STAGE && event != TIMELINE_EXIT && !shut_down)
        return explain(trace, event, stop);
    if (trace->connect && event == TIMELINE_EXIT)
        return gone(trace);
    if (trace->connect)
        err = target_detach(trace->session.target);
    return err ? err : conclude(trace, shut_down);
}

struct error *subcommand_trace(int argc, char **argv, int *ret_status)
{
    static const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,  parse,
        "IMAGE",  "Stop at every checkpoint of IMAGE, dump and prove the state there.",
        children, NULL,
        NULL};
    struct trace trace = {.out = text_to(stdout)};
    struct error *err;

    guest_options_init(&trace.guest);
    argp_parse(&argp, argc, argv, 0, NULL, &trace);
    console_init(&trace.console, &trace.out, trace.guest.json);
    err = session_open(&(struct session_options){.guest = &trace.guest,
                                                 .image = trace.image,
                                                 .connect = trace.connect,
                                                 .debug = true,
                                                 .count = !trace.no_count,
                                                 .overlap = true},
                       &trace.session);
    if (err)
        return err;
    if (trace.to)
        trace.until = stages_find(&trace.session.stages, trace.to);
    else if (trace.session.stages.discovered && !trace.guest.initrd)
        trace.until = &trace.session.stages.list[trace.session.stages.count - 1];
    if (trace.to && !trace.until)
        err = error_new(ERROR_INPUT, "--to %s: no such checkpoint", trace.to);
    if (trace.session.qemu)
        qemu_on_console(trace.session.qemu, on_console, &trace);
    unpack_note(&trace.session, trace.guest.json, &trace.out);
    if (!err)
        err = run(&trace);
    /* What could not be proved is not right by that. */
    if (!err && (trace.wrong || trace.session.not_unpacked || trace.out_of_order ||
                 missed_any(&trace.missed)))
        *ret_status = 1;
    snapshot_free(&trace.snapshots[0]);
    snapshot_free(&trace.snapshots[1]);
    session_close(&trace.session);
    return err;
}
