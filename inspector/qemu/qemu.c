/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qemu.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arguments.h"
#include "channels.h"
#include "layout.h"
#include "machine.h"
#include "qcow2.h"
#include "qmp.h"
#include "ram.h"
#include "spawn.h"

#define START_TIMEOUT 30000 /* milliseconds until QEMU takes commands */
#define QMP_TIMEOUT   10000

static struct error *spawn_qemu(struct qemu *qemu, const struct channels *channels)
{
    const int *fds = channels->theirs;
    struct inherited inherited = {fds[QMP], fds[MARKERS], fds[SERIAL],  fds[LOG],
                                  fds[GDB], qemu->ram_fd, qemu->keep_fd};
    int optional[] = {fds[GDB], qemu->ram_fd, qemu->keep_fd};
    int keep[7] = {fds[QMP], fds[MARKERS], fds[SERIAL], fds[LOG]};
    size_t count = 4;
    struct arguments arguments;

    for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
        if (optional[i] >= 0)
            keep[count++] = optional[i];
    }
    arguments_build(&qemu->options, &inherited, &arguments);
    struct spawn spawn = {
        .arguments = arguments.list, .keep = keep, .keep_count = count, .stderr_fd = fds[MESSAGES]};
    return spawn_child(&spawn, &qemu->pid, &qemu->pidfd);
}

struct error *qemu_drain(struct qemu *qemu)
{
    struct error *err = stream_drain(&qemu->marker_stream);

    if (!err)
        err = stream_drain(&qemu->serial);
    if (!err)
        err = stream_drain(&qemu->log);
    if (!err)
        err = stream_drain(&qemu->messages);
    return err;
}

/* The process has ended, so that reaping does not wait; what it wrote before is still there. */
static struct error *ended(void *context)
{
    struct qemu *qemu = context;

    loop_unwatch(qemu->loop, qemu->pidfd);
    close(qemu->pidfd);
    qemu->pidfd = -1;
    while (waitpid(qemu->pid, &qemu->wait_status, 0) < 0 && errno == EINTR)
        ;
    struct error *err = stream_drain(&qemu->qmp.stream);
    return err ? err : qemu_drain(qemu);
}

/* Hands a descriptor of ours on: from here on its new owner closes it. */
static int take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

static struct error *watch_channels(struct qemu *qemu, struct channels *channels)
{
    struct loop *loop = qemu->loop;
    int *ours = channels->ours;
    struct error *err = loop_watch(loop, qemu->pidfd, ended, qemu);

    qemu->gdb_fd = take(&ours[GDB]);
    if (!err)
        err = qmp_open(&qemu->qmp, take(&ours[QMP]), loop);
    if (!err)
        err = stream_open(&qemu->marker_stream, take(&ours[MARKERS]), loop, sink_markers, qemu);
    if (!err)
        err = stream_open(&qemu->serial, take(&ours[SERIAL]), loop, sink_console, qemu);
    if (!err)
        err = stream_open(&qemu->log, take(&ours[LOG]), loop, sink_log, qemu);
    if (!err)
        err = stream_open(&qemu->messages, take(&ours[MESSAGES]), loop, sink_messages, qemu);
    return err;
}

/* The first line on stderr that is no warning, else the first; its length without the newline. */
static const char *first_message(const struct qemu *qemu, int *ret_length)
{
    const char *message = qemu->stderr_text;

    for (const char *line = message; *line; line += strspn(line, "\n")) {
        size_t length = strcspn(line, "\n");

        if (!memmem(line, length, "warning:", strlen("warning:"))) {
            message = line;
            break;
        }
        line += length;
    }
    *ret_length = (int)strcspn(message, "\r\n");
    return message;
}

/* QEMU ended before it took commands: it did not like its arguments or files, and says why. */
static struct error *refusal(const struct qemu *qemu)
{
    const char *program = qemu->program;
    int length;
    const char *message = first_message(qemu, &length);

    if (length > 0)
        return error_new(ERROR_INPUT, "%.*s", length, message);
    if (WIFSIGNALED(qemu->wait_status))
        return error_new(ERROR_SYSTEM, "%s: killed by signal %d at its start", program,
                         WTERMSIG(qemu->wait_status));
    return error_new(ERROR_INPUT, "%s: ended at its start with status %d and no message", program,
                     WEXITSTATUS(qemu->wait_status));
}

struct error *qemu_ready(struct qemu *qemu)
{
    int64_t deadline = loop_in(START_TIMEOUT);
    json_t *nothing = NULL;
    struct error *err = qmp_negotiate(&qemu->qmp, deadline);

    if (!err && !qemu->options.debug)
        err = qmp_execute(&qemu->qmp, "cont", deadline, &nothing);
    json_decref(nothing);
    if (err && error_kind(err) == ERROR_CLOSED) {
        enum qemu_end end;

        error_free(err);
        err = qemu_wait(qemu, deadline, &end);
        if (!err && end == QEMU_RUNNING)
            err = error_new(ERROR_SYSTEM, "%s: closed its channels but does not end",
                            qemu->program);
        else if (!err)
            err = refusal(qemu);
    }
    return err;
}

/* Starts the process, with channels of its own. */
static struct error *launch(struct qemu *qemu)
{
    struct channels channels;
    struct error *err = channels_open(qemu->options.debug, &channels);

    if (err)
        return err;
    err = spawn_qemu(qemu, &channels);
    channels_close(channels.theirs);
    if (!err)
        err = watch_channels(qemu, &channels);
    channels_close(channels.ours);
    return err;
}

static struct error *open_files(struct qemu *qemu)
{
    const struct qemu_options *options = &qemu->options;
    uint64_t size;

    if (options->keep)
        return qcow2_open(&qemu->keep_fd);
    if (options->debug && ram_size(arguments_memory(options), &size))
        qemu->ram_fd = ram_open(size);
    return NULL;
}

struct error *qemu_begin(const struct qemu_options *options, struct loop *loop, struct qemu **ret)
{
    struct qemu *qemu = calloc(1, sizeof(*qemu));

    if (!qemu)
        return error_errno(ENOMEM, "qemu");
    qemu->loop = loop;
    qemu->options = *options;
    qemu->program = arguments_program(options);
    qemu->markers = markers_new();
    qemu->pidfd = qemu->gdb_fd = qemu->ram_fd = qemu->keep_fd = qemu->qmp.stream.fd = -1;
    qemu->marker_stream.fd = qemu->serial.fd = qemu->log.fd = qemu->messages.fd = -1;
    struct error *err = open_files(qemu);
    if (!err)
        err = launch(qemu);
    if (err) {
        qemu_close(qemu);
        return err;
    }
    *ret = qemu;
    return NULL;
}

struct error *qemu_start(const struct qemu_options *options, struct loop *loop, struct qemu **ret)
{
    struct qemu *qemu;
    struct error *err = qemu_begin(options, loop, &qemu);

    if (err)
        return err;
    err = qemu_ready(qemu);
    if (err)
        qemu_close(qemu);
    else
        *ret = qemu;
    return err;
}

/* Ends the process and closes its channels. */
static void halt(struct qemu *qemu)
{
    if (qemu->pidfd >= 0) {
        kill(qemu->pid, SIGKILL);
        error_free(ended(qemu)); /* it cannot be told any more, and matters to nobody */
    }
    qmp_close(&qemu->qmp);
    stream_close(&qemu->marker_stream);
    stream_close(&qemu->serial);
    stream_close(&qemu->log);
    stream_close(&qemu->messages);
    if (qemu->gdb_fd >= 0)
        close(qemu->gdb_fd);
    qemu->gdb_fd = -1;
}

void qemu_close(struct qemu *qemu)
{
    if (!qemu)
        return;
    halt(qemu);
    if (qemu->ram_fd >= 0)
        close(qemu->ram_fd);
    if (qemu->keep_fd >= 0)
        close(qemu->keep_fd);
    markers_free(qemu->markers);
    free(qemu);
}

struct error *qemu_restart(struct qemu *qemu)
{
    halt(qemu);
    qemu->qmp = (struct qmp){.stream = {.fd = -1}};
    qemu->triple_fault = false;
    qemu->log_length = qemu->stderr_length = 0;
    qemu->stderr_text[0] = '\0';
    struct error *err = launch(qemu);
    return err ? err : qemu_ready(qemu);
}

int qemu_take_gdb_fd(struct qemu *qemu)
{
    return take(&qemu->gdb_fd);
}

int qemu_ram_fd(const struct qemu *qemu)
{
    return qemu->ram_fd;
}

pid_t qemu_pid(const struct qemu *qemu)
{
    return qemu->pid;
}

struct markers *qemu_markers(struct qemu *qemu)
{
    return qemu->markers;
}

const char *qemu_console(const struct qemu *qemu)
{
    size_t skipped = qemu->console_length > CONSOLE_KEPT ? qemu->console_length - CONSOLE_KEPT : 0;

    return qemu->console + skipped;
}

void qemu_on_console(struct qemu *qemu, console_handler handler, void *context)
{
    qemu->on_console = handler;
    qemu->console_context = context;
}

struct error *qemu_instructions(struct qemu *qemu, bool *ret_known, uint64_t *ret)
{
    json_t *replay = NULL;

    if (!qemu->options.icount) { /* QEMU would answer with a count all the same: 0 */
        *ret_known = false;
        return NULL;
    }
    struct error *err = qmp_execute(&qemu->qmp, "query-replay", loop_in(QMP_TIMEOUT), &replay);

    if (err)
        return err;
    const json_t *count = json_object_get(replay, "icount");
    bool counted = json_is_integer(count);
    *ret = counted ? (uint64_t)json_integer_value(count) : 0;
    json_decref(replay);
    if (!counted)
        return error_new(ERROR_PROTOCOL, "QMP query-replay: no icount in its answer");
    *ret_known = true;
    return NULL;
}

struct error *qemu_wait(struct qemu *qemu, int64_t deadline, enum qemu_end *ret)
{
    struct error *err = NULL;
    bool timed_out;

    while (!err && qemu->pidfd >= 0 && loop_now() < deadline)
        err = loop_once(qemu->loop, deadline, &timed_out);
    if (!err)
        *ret = qemu_end_state(qemu);
    return err;
}

/* isa-debug-exit makes QEMU's status odd: (value << 1) | 1. */
static enum qemu_end debug_exit_end(const struct qemu *qemu, int status)
{
    bool own_error = status == EXIT_FAILURE && qemu->stderr_length > 0;

    if (!(status & 1) || own_error)
        return QEMU_KILLED;
    return status >> 1 == TEACHING_PASS ? QEMU_PASS : QEMU_FAIL;
}

void qemu_notice_end(struct qemu *qemu)
{
    struct pollfd ended_yet = {.fd = qemu->pidfd, .events = POLLIN};

    if (qemu->pidfd >= 0 && poll(&ended_yet, 1, 0) > 0)
        error_free(ended(qemu)); /* that its channels cannot be read any more is no news */
}

enum qemu_end qemu_end_state(struct qemu *qemu)
{
    if (qemu->pidfd >= 0)
        return QEMU_RUNNING;
    if (!WIFEXITED(qemu->wait_status))
        return QEMU_KILLED;
    int status = WEXITSTATUS(qemu->wait_status);
    if (status != 0)
        return debug_exit_end(qemu, status);
    return qemu->qmp.guest_shutdown ? QEMU_QUIT : QEMU_KILLED;
}

bool qemu_triple_fault(struct qemu *qemu)
{
    /* A failing read shows at the next wait; what was logged so far counts here. */
    error_free(stream_drain(&qemu->log));
    return qemu->triple_fault;
}

int qemu_exit_status(const struct qemu *qemu)
{
    return WEXITSTATUS(qemu->wait_status);
}

int qemu_signal(const struct qemu *qemu)
{
    return qemu->pidfd < 0 && WIFSIGNALED(qemu->wait_status) ? WTERMSIG(qemu->wait_status) : 0;
}

const char *qemu_stderr(const struct qemu *qemu)
{
    return qemu->stderr_text;
}
