/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "packer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "progress.h"

/* Where the child finds the payload: a descriptor needs no name that could be left behind. */
#define PAYLOAD_FD   3
#define PAYLOAD_PATH "/proc/self/fd/3"

#define TICK_MS 100

static void prepare(const struct packer_job *job, int errors, posix_spawn_file_actions_t *actions,
                    posix_spawnattr_t *attributes)
{
    sigset_t defaults;

    posix_spawn_file_actions_init(actions);
    /* stderr first: the pipe may itself be descriptor 3 */
    posix_spawn_file_actions_adddup2(actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(actions, job->payload_fd, PAYLOAD_FD);
    /* An ignored SIGPIPE would be inherited, and is none of the packer's business. */
    posix_spawnattr_init(attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(attributes, &defaults);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
}

static struct error *start(const struct packer_job *job, int errors, pid_t *ret)
{
    char pref_address[32], alignment[32];
    const char *argv[] = {
        "mkimage",    "--stub",      job->stub_folder, "--payload", PAYLOAD_PATH, "--pref-address",
        pref_address, "--alignment", alignment,        "--version", job->version, "-o",
        job->image,   "--elf",       job->elf,         NULL,
    };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    extern char **environ;

    snprintf(pref_address, sizeof(pref_address), "0x%" PRIx64, job->pref_address);
    snprintf(alignment, sizeof(alignment), "0x%" PRIx64, job->alignment);
    prepare(job, errors, &actions, &attributes);
    /* execve's prototype is older than const; it changes nothing. */
    int failed = posix_spawn(ret, job->program, &actions, &attributes,
                             (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed)
        return error_errno(failed, "%s", job->program);
    return NULL;
}

/* Collects what the child says until it closes its stderr; more than a line's worth is dropped. */
static void listen_to(int errors, char *out, size_t size)
{
    struct progress progress = progress_begin(stderr, "packing");
    struct pollfd poll_fd = {.fd = errors, .events = POLLIN};
    size_t used = 0;

    for (;;) {
        char buffer[512];
        ssize_t got = 0;
        int ready = poll(&poll_fd, 1, TICK_MS);

        progress_update(&progress, 0, 0);
        if (ready > 0)
            got = read(errors, buffer, sizeof(buffer));
        if ((ready > 0 && got == 0) || (ready < 0 && errno != EINTR) || (got < 0 && errno != EINTR))
            break;
        for (ssize_t i = 0; i < got && used + 1 < size; i++)
            out[used++] = buffer[i];
    }
    out[used] = '\0';
    out[strcspn(out, "\n")] = '\0';
    progress_end(&progress);
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

struct error *packer_run(const struct packer_job *job, volatile pid_t *child)
{
    char said[1024];
    int pipe_fds[2], status;
    pid_t pid;

    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return error_errno(errno, "pipe");
    struct error *err = start(job, pipe_fds[1], &pid);
    close(pipe_fds[1]);
    if (err) {
        close(pipe_fds[0]);
        return err;
    }
    *child = pid;
    listen_to(pipe_fds[0], said, sizeof(said));
    close(pipe_fds[0]);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) {
            *child = 0;
            return error_errno(errno, "mkimage");
        }
    *child = 0;
    return judge(status, said);
}
