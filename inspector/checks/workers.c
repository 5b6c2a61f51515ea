/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define APPEND_MAX 4096

struct worker {
    struct guest *guest;
    pid_t pid;
    int fd;
    char *output;
    size_t length, room;
    bool too_much;
};

struct pool {
    struct plan *plan;
    const struct workers_options *options;
    struct worker workers[WORKERS_MAX];
    unsigned int running;
    size_t next, delivered;
};

unsigned int workers_default(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    return CPU_COUNT(&set) > WORKERS_MAX ? WORKERS_MAX : (unsigned int)CPU_COUNT(&set);
}

/* In the worker: never returns. */
static void work(const struct workers_options *options, const struct guest *guest, int fd,
                 pid_t parent)
{
    struct run_job job = {
        .image = options->image, .checks = guest->file->checks, .selected = guest->file->selected};
    char append[APPEND_MAX];
    FILE *out = fdopen(fd, "w");
    struct error *err;

    /* Not longer than the one that waits for it; its guest, in turn, not longer than it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!out || getppid() != parent)
        _exit(1);
    err = cell_guest(&guest->cell, options->guest, append, sizeof(append), &job.guest);
    if (err) {
        fprintf(stderr, "bootscope check: %s\n", error_message(err));
        _exit(1);
    }
    options->work(&job, out);
    fclose(out);
    _exit(0);
}

static struct error *begin(struct pool *pool)
{
    struct worker *worker = &pool->workers[pool->running];
    pid_t parent = getpid();
    int ends[2];

    /* Not for the guest's QEMU: the pipe ends when the worker does. */
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_errno(errno, "a pipe for a guest");
    *worker = (struct worker){.guest = &pool->plan->guests[pool->next], .fd = ends[0]};
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid == 0)
        work(pool->options, worker->guest, ends[1], parent);
    close(ends[1]);
    if (worker->pid < 0) {
        close(ends[0]);
        return error_errno(errno, "a process for a guest");
    }
    pool->running++;
    pool->next++;
    return NULL;
}

/* One line of a worker. What it may not say is passed over: then the result is missing. */
static void take_line(struct guest *guest, const char *line, size_t length)
{
    json_t *json = json_loadb(line, length, 0, NULL);
    json_t *check = json_object_get(json, "check");
    json_int_t index = json_integer_value(check);

    if (json_is_integer(check) && index >= 0 && (size_t)index < guest->file->checks->count &&
        guest->file->selected[index] && !guest->results[index])
        guest->results[index] = json_incref(json);
    else if (json_object_get(json, "show"))
        json_array_append(guest->shows, json);
    else if (json_object_get(json, "end") && !guest->end)
        guest->end = json_incref(json);
    json_decref(json);
}

static void how_it_died(const struct worker *worker, int status, char *out, size_t size)
{
    if (worker->too_much)
        snprintf(out, size, "the process that ran this guest wrote too much and was ended");
    else if (WIFSIGNALED(status))
        snprintf(out, size, "the process that ran this guest died: %s",
                 strsignal(WTERMSIG(status)));
    else
        snprintf(out, size, "the process that ran this guest ended early, with status %d",
                 WEXITSTATUS(status));
}

/* Every selected check has a result in the end, and the guest an end. */
static void fill_gaps(struct guest *guest, const struct worker *worker, int status)
{
    char message[160];

    how_it_died(worker, status, message, sizeof(message));
    for (size_t i = 0; i < guest->file->checks->count; i++)
        if (guest->file->selected[i] && !guest->results[i] &&
            statement_is_check(&guest->file->checks->statements[i]))
            guest->results[i] = json_pack("{s:I,s:s,s:s}", "check", (json_int_t)i, "outcome",
                                          "error", "message", message);
    if (!guest->end)
        guest->end = json_pack("{s:s,s:s,s:n,s:i,s:n,s:I}", "end", "killed", "message", message,
                               "detail", "status", 3, "instructions", "milliseconds",
                               (json_int_t)0);
}

static void deliver(struct pool *pool)
{
    struct plan *plan = pool->plan;

    while (pool->delivered < pool->next && plan->guests[pool->delivered].end)
        pool->options->done(pool->options->context, &plan->guests[pool->delivered++]);
}

static void end(struct pool *pool, unsigned int number)
{
    struct worker *worker = &pool->workers[number];
    char *line = worker->output;
    int status = 0;

    close(worker->fd);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    for (char *newline;
         line && (newline = memchr(line, '\n', worker->length - (size_t)(line - worker->output)));
         line = newline + 1)
        take_line(worker->guest, line, (size_t)(newline - line));
    fill_gaps(worker->guest, worker, status);
    free(worker->output);
    *worker = pool->workers[--pool->running];
    deliver(pool);
}

static bool grow(struct worker *worker)
{
    size_t room = worker->room ? worker->room * 2 : 16384;
    char *output = room <= WORKER_OUTPUT_MAX ? realloc(worker->output, room) : NULL;

    if (!output)
        return false;
    worker->output = output;
    worker->room = room;
    return true;
}

/* False at the worker's end. */
static bool take(struct worker *worker)
{
    ssize_t count;

    if (worker->length == worker->room && !grow(worker)) {
        worker->too_much = true;
        kill(worker->pid, SIGKILL);
        return false;
    }
    count = read(worker->fd, worker->output + worker->length, worker->room - worker->length);
    if (count < 0)
        return errno == EINTR;
    worker->length += (size_t)count;
    return count > 0;
}

static struct error *wait_once(struct pool *pool)
{
    struct pollfd fds[WORKERS_MAX];

    for (unsigned int i = 0; i < pool->running; i++)
        fds[i] = (struct pollfd){.fd = pool->workers[i].fd, .events = POLLIN};
    if (poll(fds, pool->running, -1) < 0)
        return errno == EINTR ? NULL : error_errno(errno, "waiting for guests");
    /* From the back: one that ends gives its place to the last. */
    for (unsigned int i = pool->running; i-- > 0;)
        if (fds[i].revents && !take(&pool->workers[i]))
            end(pool, i);
    return NULL;
}

static void abandon(struct pool *pool)
{
    for (unsigned int i = 0; i < pool->running; i++) {
        struct worker *worker = &pool->workers[i];

        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        close(worker->fd);
        free(worker->output);
    }
}

struct error *workers_run(struct plan *plan, const struct workers_options *options)
{
    struct pool pool = {.plan = plan, .options = options};
    struct error *err = NULL;

    while (!err && (pool.running || pool.next < plan->guest_count)) {
        if (pool.running < options->jobs && pool.next < plan->guest_count)
            err = begin(&pool);
        else
            err = wait_once(&pool);
    }
    if (err)
        abandon(&pool);
    return err;
}
