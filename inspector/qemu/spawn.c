/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's side: only async-signal-safe calls up to exec. */

static bool use_descriptors(const struct spawn *spawn)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(spawn->stderr_fd, STDERR_FILENO) < 0)
        return false;
    /* Ours are close-on-exec anyway; this is for what a library or the caller left open. */
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (size_t i = 0; i < spawn->keep_count; i++) {
        if (fcntl(spawn->keep[i], F_SETFD, 0) < 0)
            return false;
    }
    return true;
}

static void default_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/* The parent may have died before prctl() took effect: then its signal will never come. */
static bool die_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return false;
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    return true;
}

_Noreturn static void run_child(const struct spawn *spawn, pid_t parent, int report_fd)
{
    if (die_with(parent) && setpgid(0, 0) == 0 && use_descriptors(spawn)) {
        default_signals();
        execvp(spawn->arguments[0], spawn->arguments);
    }
    int number = errno;
    ssize_t written = write(report_fd, &number, sizeof(number));
    _exit(written == sizeof(number) ? EXIT_FAILURE : EXIT_FAILURE + 1);
}

/* The report pipe closes by itself when exec succeeds; otherwise the error number comes out of it. */
static struct error *await_exec(int report_fd, const char *program)
{
    int number;
    ssize_t got;

    do {
        got = read(report_fd, &number, sizeof(number));
    } while (got < 0 && errno == EINTR);
    if (got != sizeof(number))
        return NULL;
    if (number == ENOENT && !strchr(program, '/'))
        return error_new(ERROR_SYSTEM, "%s: not found in PATH; install qemu-system-x86", program);
    return error_errno(number, "%s: cannot be run", program);
}

static void reap(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

struct error *spawn_child(const struct spawn *spawn, pid_t *ret_pid, int *ret_pidfd)
{
    const char *program = spawn->arguments[0];
    pid_t parent = getpid();
    int report[2];

    if (pipe2(report, O_CLOEXEC) < 0)
        return error_errno(errno, "%s: pipe", program);
    pid_t pid = fork();
    if (pid == 0)
        run_child(spawn, parent, report[1]);
    int fork_errno = errno;
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        return error_errno(fork_errno, "%s: fork", program);
    }
    struct error *err = await_exec(report[0], program);
    close(report[0]);
    int pidfd = -1;
    if (!err) {
        pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        if (pidfd < 0) {
            err = error_errno(errno, "%s: pidfd_open", program);
            kill(pid, SIGKILL);
        } else {
            fcntl(pidfd, F_SETFD, FD_CLOEXEC);
        }
    }
    if (err) {
        reap(pid);
        return err;
    }
    *ret_pid = pid;
    *ret_pidfd = pidfd;
    return NULL;
}
