/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_guests.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_end.h"
#include "loop.h"
#include "markers.h"
#include "qemu.h"

#define CHOSEN "location-chosen"
#define ASKED  "extract-kernel"

/* What a boot's process sends when it is done: less than a pipe takes in one piece. */
struct outcome {
    struct sweep_boot boot;
    bool failed;
    enum error_kind kind;
    char message[512];
};

struct job {
    pid_t pid; /* 0: free */
    int fd;
    uint64_t seed;
};

/* Serves the guest until it has chosen, or cannot any more. */
static struct error *watch(struct loop *loop, struct qemu *qemu, int64_t deadline)
{
    const struct markers *markers = qemu_markers(qemu);
    bool timed_out = false;
    struct error *err = NULL;

    while (!err && !timed_out && !markers_find(markers, CHOSEN) &&
           !markers_find(markers, CHECKPOINT_ERROR_NAME) && qemu_end_state(qemu) == QEMU_RUNNING)
        err = loop_once(loop, deadline, &timed_out);
    return err ? err : qemu_drain(qemu);
}

static struct error *read_choice(const struct markers *markers, struct sweep_boot *boot)
{
    const struct marker *asked = markers_find(markers, ASKED);
    const struct marker *chosen = markers_find(markers, CHOSEN);
    uint64_t kaslr;

    if (!asked || !marker_value(asked, "input", &boot->input) ||
        !marker_value(asked, "output", &boot->output))
        return error_new(ERROR_GUEST, "no marker " ASKED " with input and output");
    if (!marker_value(chosen, "output", &boot->physical) ||
        !marker_value(chosen, "virtual", &boot->virtual) ||
        !marker_value(chosen, "kaslr", &kaslr) ||
        !marker_value(chosen, "physical_slots", &boot->physical_slots) ||
        !marker_value(chosen, "virtual_slots", &boot->virtual_slots))
        return error_new(ERROR_GUEST, "marker " CHOSEN " lacks a key");
    if (!kaslr)
        return error_new(ERROR_INPUT, "it chooses nothing: nokaslr is on its command line");
    return NULL;
}

static struct error *choice(const struct sweep_guests *sweep, struct qemu *qemu,
                            struct sweep_boot *boot)
{
    const struct markers *markers = qemu_markers(qemu);

    if (markers_find(markers, CHOSEN))
        return read_choice(markers, boot);
    struct guest_end end = {
        .qemu = qemu,
        .markers = markers,
        .timeout_ms = sweep->guest->timeout_ms,
        .stopped = markers_find(markers, CHECKPOINT_ERROR_NAME) != NULL,
    };
    struct error *err = guest_end_error(&end);
    return err ? err
               : error_new(ERROR_INPUT,
                           "no marker " CHOSEN " came; put the stub in front of this kernel with "
                           "bootscope wrap");
}

static struct error *boot_once(const struct sweep_guests *sweep, struct sweep_boot *boot)
{
    const struct guest_options *guest = sweep->guest;
    const char *append = guest->append ? guest->append : "";
    char *line = NULL;
    struct loop *loop;
    struct qemu *qemu = NULL;
    struct error *err = loop_new(&loop);

    if (err)
        return err;
    if (sweep->seeded && asprintf(&line, "%s%skaslr_seed=%llu", append, append[0] ? " " : "",
                                  (unsigned long long)boot->seed) < 0)
        abort();
    err = qemu_start(&(struct qemu_options){.qemu = guest->qemu,
                                            .image = sweep->image,
                                            .append = line ? line : guest->append,
                                            .initrd = guest->initrd,
                                            .memory = guest->memory,
                                            .cpu = guest->cpu},
                     loop, &qemu);
    if (!err)
        err = watch(loop, qemu, loop_in(guest->timeout_ms));
    if (!err)
        err = choice(sweep, qemu, boot);
    qemu_close(qemu);
    loop_free(loop);
    free(line);
    return err;
}

/* The process of one boot. It must not outlive the sweep, nor flush what the sweep has printed. */
static void child(const struct sweep_guests *sweep, uint64_t seed, pid_t parent, int fd)
{
    struct outcome outcome = {.boot = {.seeded = sweep->seeded, .seed = seed}};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(1);
    struct error *err = boot_once(sweep, &outcome.boot);
    if (err) {
        outcome.failed = true;
        outcome.kind = error_kind(err);
        snprintf(outcome.message, sizeof(outcome.message), "%s", error_message(err));
    }
    _exit(write(fd, &outcome, sizeof(outcome)) == (ssize_t)sizeof(outcome) ? 0 : 1);
}

static struct error *begin(const struct sweep_guests *sweep, struct job *job, uint64_t seed)
{
    pid_t parent = getpid();
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return error_errno(errno, "pipe");
    job->pid = fork();
    if (job->pid == 0)
        child(sweep, seed, parent, fds[1]);
    close(fds[1]);
    if (job->pid < 0) {
        job->pid = 0;
        close(fds[0]);
        return error_errno(errno, "fork");
    }
    job->fd = fds[0];
    job->seed = seed;
    return NULL;
}

static void reap(struct job *job)
{
    close(job->fd);
    waitpid(job->pid, NULL, 0);
    job->pid = 0;
}

static struct error *finish(const struct sweep_guests *sweep, struct job *job)
{
    struct outcome outcome;
    ssize_t got = read(job->fd, &outcome, sizeof(outcome));
    struct error *err;

    reap(job);
    if (got != (ssize_t)sizeof(outcome))
        err = error_new(ERROR_SYSTEM, "the process of this boot died");
    else if (outcome.failed)
        err = error_new(outcome.kind, "%s", outcome.message);
    else
        return sweep->take(sweep->context, &outcome.boot);
    if (!sweep->seeded)
        return err;
    return error_context(err, "boot with kaslr_seed=%llu", (unsigned long long)job->seed);
}

/* Starts guests in free places until all are taken or none is left to boot. */
static struct error *fill(const struct sweep_guests *sweep, struct job *jobs, bool *more,
                          size_t *ret_running)
{
    struct error *err = NULL;
    size_t running = 0;

    for (unsigned int i = 0; i < sweep->jobs && !err; i++) {
        uint64_t seed = 0;

        if (!jobs[i].pid && *more) {
            *more = sweep->next(sweep->context, &seed);
            if (*more)
                err = begin(sweep, &jobs[i], seed);
        }
        running += jobs[i].pid != 0;
    }
    *ret_running = running;
    return err;
}

static struct error *wait_some(const struct sweep_guests *sweep, struct job *jobs)
{
    struct pollfd fds[SWEEP_JOBS_MAX];
    struct error *err = NULL;

    for (unsigned int i = 0; i < sweep->jobs; i++)
        fds[i] = (struct pollfd){.fd = jobs[i].pid ? jobs[i].fd : -1, .events = POLLIN};
    if (poll(fds, sweep->jobs, -1) < 0)
        return errno == EINTR ? NULL : error_errno(errno, "poll");
    for (unsigned int i = 0; i < sweep->jobs && !err; i++)
        if (jobs[i].pid && fds[i].revents)
            err = finish(sweep, &jobs[i]);
    return err;
}

struct error *sweep_guests_run(const struct sweep_guests *sweep)
{
    struct job jobs[SWEEP_JOBS_MAX] = {{0}};
    struct error *err = NULL;
    bool more = true;
    size_t running = 0;

    do {
        err = fill(sweep, jobs, &more, &running);
        if (!err && running)
            err = wait_some(sweep, jobs);
    } while (!err && running);
    for (unsigned int i = 0; i < sweep->jobs; i++) {
        if (!jobs[i].pid)
            continue;
        kill(jobs[i].pid, SIGKILL); /* its QEMU goes with it */
        reap(&jobs[i]);
    }
    return err;
}
