/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "packer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pty.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "spawn.h"

void packer_hear(struct packer_ear *ear, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];

        if (c == '\r')
            ear->bar = true;
        if (ear->bar) {
            if (ear->terminal)
                putc(c, ear->terminal);
            if (c == '\n' || (c == 'K' && ear->last[1] == '[' && ear->last[0] == '\033'))
                ear->bar = false;
        } else if (ear->used + 1 < sizeof(ear->said)) {
            ear->said[ear->used++] = c;
        }
        ear->last[0] = ear->last[1];
        ear->last[1] = c;
    }
    if (ear->terminal)
        fflush(ear->terminal);
}

/*
 * The two ends of what the packer has for a stderr. It shows a bar only on a terminal: where ours is
 * one, it gets one, raw so that its bytes arrive as they were written.
 */
static struct error *open_ends(bool terminal, int *ret_ours, int *ret_its)
{
    struct termios raw;
    int ends[2];

    if (!terminal || openpty(&ends[0], &ends[1], NULL, NULL, NULL) != 0) {
        if (pipe2(ends, O_CLOEXEC) != 0)
            return error_errno(errno, "mkimage: pipe");
    } else {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        if (tcgetattr(ends[1], &raw) == 0) {
            cfmakeraw(&raw);
            tcsetattr(ends[1], TCSANOW, &raw);
        }
    }
    *ret_ours = ends[0];
    *ret_its = ends[1];
    return NULL;
}

static struct error *start(const struct packer_job *job, int stderr_fd, pid_t *ret_pid)
{
    char pref_address[32], alignment[32], payload[32];
    /* A descriptor needs no name that could be left behind. */
    const char *argv[] = {
        job->program, "--stub",      job->stub_folder, "--payload", payload,      "--pref-address",
        pref_address, "--alignment", alignment,        "--version", job->version, "-o",
        job->image,   "--elf",       job->elf,         NULL,
    };
    struct spawn spawn = {
        .arguments = (char *const *)(uintptr_t)argv, /* execvp is older than const */
        .keep = &job->payload_fd,
        .keep_count = 1,
        .stderr_fd = stderr_fd,
    };
    int pidfd;

    snprintf(pref_address, sizeof(pref_address), "0x%" PRIx64, job->pref_address);
    snprintf(alignment, sizeof(alignment), "0x%" PRIx64, job->alignment);
    snprintf(payload, sizeof(payload), "/proc/self/fd/%d", job->payload_fd);
    struct error *err = spawn_child(&spawn, ret_pid, &pidfd);
    if (!err)
        close(pidfd); /* its stderr ends when it does */
    return err;
}

/* Until the other end is closed: a pipe then ends, a terminal has an error. */
static void listen_to(int fd, struct packer_ear *ear)
{
    char buffer[512];

    for (;;) {
        ssize_t got = read(fd, buffer, sizeof(buffer));

        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        if (got > 0)
            packer_hear(ear, buffer, (size_t)got);
    }
    ear->said[strcspn(ear->said, "\n")] = '\0';
}

static struct error *judge(int status, const char *said)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    if (WIFSIGNALED(status))
        return error_new(ERROR_SYSTEM, "mkimage: killed by signal %d", WTERMSIG(status));
    if (!*said)
        return error_new(ERROR_SYSTEM, "mkimage: exit status %d", WEXITSTATUS(status));
    return error_new(ERROR_INPUT, "%s", said);
}

static struct error *wait_for(pid_t pid, volatile pid_t *child, const char *said)
{
    int status;

    /* Its number is its own until it is reaped: before that the handler must forget it. */
    while (waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
    *child = 0;
    if (waitpid(pid, &status, 0) != pid)
        return error_errno(errno, "mkimage");
    return judge(status, said);
}

struct error *packer_run(const struct packer_job *job, volatile pid_t *child)
{
    bool terminal = isatty(STDERR_FILENO);
    struct packer_ear ear = {.terminal = terminal ? stderr : NULL};
    int ours, its;
    pid_t pid;
    struct error *err = open_ends(terminal, &ours, &its);

    if (err)
        return err;
    err = start(job, its, &pid);
    close(its);
    if (!err) {
        *child = pid;
        listen_to(ours, &ear);
        err = wait_for(pid, child, ear.said);
    }
    close(ours);
    return err;
}
